"""A slider over time with play and pause: over the phases of a scan, or over the milliseconds of a run."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from ui.cine import SPEEDS, Cine, CinePlayer
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
        self._rate = ""
        self._theme: Theme | None = None
        self.play = self._tool("Play or pause (Space)")
        self.play.setCheckable(True)
        self.back, self.next = self._tool("One frame back (,)"), self._tool("One frame on (.)")
        self.speed = self._tool("How fast it plays; 1x is the pace at which it happened")
        self.speed.setText("1x")
        self.speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.speed.setMenu(self._speeds())
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setMinimumWidth(px(80))
        self.label = QLabel(self)
        self.label.setMinimumWidth(px(110))
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(8), px(2), px(12), px(2))
        layout.setSpacing(px(8))
        for widget in (self.back, self.play, self.next, self.speed):
            layout.addWidget(widget)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.label)
        self.player = CinePlayer(self)
        self.player.frame.connect(self.slider.setValue)
        self.back.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.play.toggled.connect(self._run)
        self.slider.valueChanged.connect(self._moved)
        self.setEnabled(False)

    def set_times(
        self, times: tuple[float, ...], words: tuple[str, ...] = (), cine: Cine | None = None, rate: str = ""
    ) -> None:
        """Offer other frames; ``words`` name some of them (e.g. "end-diastole"), ``rate`` the pace of ``cine``."""
        self.player.cine = cine or Cine.even(len(times), FRAME)
        self.speed.setVisible(cine is not None)
        self._rate = rate
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

    def step(self, frames: int) -> None:
        """Go on by some frames, from the last one to the first; stops playing."""
        if len(self._times) > 1:
            self.play.setChecked(False)
            self.slider.setValue((self.slider.value() + frames) % len(self._times))

    def set_speed(self, speed: float) -> None:
        """Play at that many times the pace at which it happened."""
        self.player.set_speed(speed)
        self.speed.setText(f"{speed:g}x")

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
        self.player.stop()

    def _run(self, on: bool) -> None:
        if on:
            self.player.start(self.slider.value())
        else:
            self.player.stop()
        self._draw_button()

    def _draw_button(self) -> None:
        if self._theme is not None:
            self.play.setIcon(icon("pause" if self.play.isChecked() else "play", self._theme.text))
            self.back.setIcon(icon("back", self._theme.text))
            self.next.setIcon(icon("next", self._theme.text))

    def _tool(self, tip: str) -> QToolButton:
        piece = QToolButton(self)
        piece.setProperty("role", "flat")
        piece.setIconSize(QSize(px(20), px(20)))
        piece.setToolTip(tip)
        return piece

    def _speeds(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for speed in SPEEDS:
            action = menu.addAction(f"{speed:g}x")
            action.setCheckable(True)
            action.setChecked(speed == 1.0)
            action.triggered.connect(lambda _=False, s=speed: self.set_speed(s))
            group.addAction(action)
        return menu

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
        self.label.setText("   ".join(part for part in (word, text, self._rate) if part))
