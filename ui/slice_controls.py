"""The row above the large slices: window, overlay, and back to the whole picture."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from ui.icons import icon
from ui.session import Session
from ui.theme import Theme, px
from ui.window_level import CT_PRESETS, WindowLevel

AUTOMATIC, OWN = "Automatic", "As set by hand"
WINDOW_TIP = "Set the window with the mouse: right is wider, down is brighter (W, or drag with the right button)"


class SliceControls(QFrame):
    """Shows and changes how the session looks at slices."""

    windowing = Signal(bool)
    reset_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._session = session
        self.preset = QComboBox(self)
        self.preset.setToolTip("Which grey values are black and white")
        self.preset.setMinimumWidth(px(118))
        self.preset.activated.connect(self._choose)
        self.numbers = QLabel(self)
        self.numbers.setProperty("role", "small")
        self.numbers.setMinimumWidth(px(96))
        self.numbers.setToolTip("Level (middle) and width of the grey scale")
        self.window_tool = self._tool("W", WINDOW_TIP, True)
        self.window_tool.toggled.connect(self.windowing)
        self.fill_name = QLabel("Fill", self)
        self.fill = QSlider(Qt.Orientation.Horizontal, self)
        self.fill.setRange(0, 80)
        self.fill.setFixedWidth(px(90))
        self.fill.setToolTip("How strongly the chambers are coloured")
        self.fill.valueChanged.connect(lambda v: session.set_overlay(fill=v / 100))
        self.doubt = self._tool(
            "5 | 50 | 95 %", "Show where the boundary may still be: the outlines at 5 % and 95 % (D)", True
        )
        self.doubt.setChecked(True)
        self.doubt.toggled.connect(lambda on: session.set_overlay(doubt=on))
        self.reset = self._tool("", "Show the whole slices again (R)", False)
        self.reset.clicked.connect(self.reset_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(10), px(3), px(8), px(3))
        row.setSpacing(px(7))
        left: tuple[QWidget, ...] = (QLabel("Window", self), self.preset, self.numbers, self.window_tool)
        for widget in left:
            row.addWidget(widget)
        row.addStretch(1)
        right: tuple[QWidget, ...] = (self.fill_name, self.fill, self.doubt, self.reset)
        for widget in right:
            row.addWidget(widget)
        session.data_changed.connect(self._show_overlay)
        session.case_changed.connect(self._show_overlay)
        session.overlay_changed.connect(self._show_overlay)
        self._show_overlay()

    def refresh(self, auto: WindowLevel) -> None:
        """Show the window, and the presets that suit the scan."""
        image, window = self._session.image, self._session.window
        if image is None:
            return
        presets = CT_PRESETS if image.modality == "CT" else {AUTOMATIC: auto}
        names = [*presets, *([OWN] if window is not None and window not in presets.values() else [])]
        if [self.preset.itemText(i) for i in range(self.preset.count())] != names:
            self.preset.clear()
            self.preset.addItems(names)
        shown = next((name for name, preset in presets.items() if preset == (window or auto)), OWN)
        self.preset.setCurrentIndex(names.index(shown))
        self.numbers.setText((window or auto).text())

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self.reset.setIcon(icon("fit", theme.text))
        self.reset.setIconSize(QSize(px(18), px(18)))
        self.window_tool.setIcon(icon("contrast", theme.text, theme.accent))
        self.window_tool.setIconSize(QSize(px(16), px(16)))

    def _choose(self, index: int) -> None:
        self._session.set_window(CT_PRESETS.get(self.preset.itemText(index)))

    def _show_overlay(self) -> None:
        session = self._session
        shown: tuple[QWidget, ...] = (self.fill_name, self.fill, self.doubt)
        for widget in shown:
            widget.setVisible(session.segmentation is not None)
        self.fill.blockSignals(True)
        self.fill.setValue(round(session.overlay.fill * 100))
        self.fill.blockSignals(False)
        self.doubt.blockSignals(True)
        self.doubt.setChecked(session.overlay.doubt)
        self.doubt.blockSignals(False)

    def _tool(self, text: str, tip: str, checkable: bool) -> QToolButton:
        piece = QToolButton(self)
        piece.setProperty("role", "flat")
        piece.setText(text)
        piece.setToolTip(tip)
        piece.setCheckable(checkable)
        piece.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return piece
