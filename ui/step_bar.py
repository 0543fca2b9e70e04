"""The road on the left: one button per step."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from ui.icons import icon
from ui.theme import Theme, px
from ui.viewing import STEPS


class StepBar(QFrame):
    """Emits the step that was chosen."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepBar")
        self.setFixedWidth(px(78))
        self.buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, px(6), 0, px(6))
        layout.setSpacing(px(2))
        for number, step in enumerate(STEPS, start=1):
            piece = QToolButton(self)
            piece.setProperty("role", "step")
            piece.setText(step.capitalize())
            piece.setCheckable(True)
            piece.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            piece.setIconSize(QSize(px(22), px(22)))
            piece.setFixedSize(px(78), px(56))
            piece.setToolTip(f"{step.capitalize()} (Ctrl+{number})")
            piece.clicked.connect(lambda _=False, s=step: self.chosen.emit(s))
            self._group.addButton(piece)
            self.buttons[step] = piece
            if step == "practice":
                layout.addStretch(1)
            layout.addWidget(piece)

    def show_step(self, step: str) -> None:
        """Mark the step."""
        self._group.setExclusive(False)  # on the start page none is marked
        for name, piece in self.buttons.items():
            piece.setChecked(name == step)
        self._group.setExclusive(True)

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        for name, piece in self.buttons.items():
            piece.setIcon(icon(name, theme.muted, theme.accent))
