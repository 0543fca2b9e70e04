"""Sentences for the user, above the views: they stay until closed and block nothing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ui.icons import icon
from ui.theme import Theme, px
from ui.widgets import repolish


class MessageBar(QFrame):
    """Shows the newest sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("role", "flat")
        self.close_button.setToolTip("Close")
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(12), px(7), px(8), px(7))
        layout.addWidget(self.text, 1)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def say(self, text: str, level: str) -> None:
        """Show a sentence; below it an older unread one of the same moment."""
        older = self.text.text() if self.isVisible() and level != "info" else ""
        self.text.setText(text if not older or older == text else f"{text}\n{older.splitlines()[0]}")
        self.setProperty("level", level)
        repolish(self)
        self.show()

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self.close_button.setIcon(icon("cancel", theme.muted))
