"""A slider over time with play and pause: over the phases of a scan, or over the milliseconds of a run."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from ui.icons import icon
from ui.theme import Theme, px

FRAME = 60  # ms of the wall clock between two frames while playing


class TimeBar(QWidget):
    """Emits the index of the chosen frame; the times of the frames are given."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: tuple[float, ...] = ()
        self._words: tuple[str, ...] = ()
        self._theme: Theme | None = None
        self.play = QToolButton(self)
        self.play.setProperty("role", "flat")
        self.play.setCheckable(True)
        self.play.setIconSize(QSize(px(20), px(20)))
        self.play.setToolTip("Play or pause (Space)")
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.label = QLabel(self)
        self.label.setMinimumWidth(px(150))
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(8), px(2), px(12), px(2))
        layout.setSpacing(px(8))
        layout.addWidget(self.play)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.label)
        self.timer = QTimer(self, interval=FRAME)
        self.timer.timeout.connect(self._advance)
        self.play.toggled.connect(self._run)
        self.slider.valueChanged.connect(self._moved)
        self.setEnabled(False)

    def set_times(self, times: tuple[float, ...], words: tuple[str, ...] = ()) -> None:
        """Offer other frames; ``words`` name some of them (e.g. "end-diastole")."""
        if times == self._times and words == self._words:
            return
        self.play.setChecked(False)
        self._times, self._words = times, words
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(times) - 1, 0))
        self.slider.setPageStep(max(len(times) // 10, 1))
        self.slider.blockSignals(False)
        self.setEnabled(len(times) > 1)
        self._tell()

    def show_frame(self, index: int) -> None:
        """Move the slider without telling anybody."""
        self.slider.blockSignals(True)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self._tell()

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self._theme = theme
        self._draw_button()

    def finish(self) -> None:
        """Play no more."""
        self.timer.stop()

    def _run(self, on: bool) -> None:
        if on:
            self.timer.start()
        else:
            self.timer.stop()
        self._draw_button()

    def _draw_button(self) -> None:
        if self._theme is not None:
            self.play.setIcon(icon("pause" if self.play.isChecked() else "play", self._theme.text))

    def _advance(self) -> None:
        if len(self._times) > 1:
            self.slider.setValue((self.slider.value() + 1) % len(self._times))

    def _moved(self, index: int) -> None:
        self._tell()
        self.chosen.emit(index)

    def _tell(self) -> None:
        index = self.slider.value()
        if index >= len(self._times):
            self.label.setText("")
            return
        word = self._words[index] if index < len(self._words) else ""
        text = f"{self._times[index]:.0f} ms of {self._times[-1]:.0f}"
        self.label.setText(f"{word}   {text}" if word else text)
