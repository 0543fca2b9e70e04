"""Small pieces that many pages are made of: headings, notes, cards, buttons that belong together."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.theme import px


def label(text: str, role: str = "", parent: QWidget | None = None) -> QLabel:
    """A text that wraps, in a role of the style sheet."""
    found = QLabel(text, parent)
    found.setWordWrap(True)
    found.setTextFormat(Qt.TextFormat.PlainText)
    found.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if role:
        found.setProperty("role", role)
    return found


def section(text: str) -> QLabel:
    """A small heading."""
    found = QLabel(text.upper())
    found.setProperty("role", "section")
    found.setContentsMargins(0, px(10), 0, 0)
    return found


def button(text: str, act: Callable[[], object], main: bool = False, tip: str = "") -> QPushButton:
    """A push button; the main one of its page stands out."""
    found = QPushButton(text)
    if main:
        found.setProperty("role", "main")
    found.setToolTip(tip)
    found.clicked.connect(lambda _=False: act())
    return found


def notice(text: str) -> QFrame:
    """A sentence that deserves attention."""
    frame = QFrame()
    frame.setProperty("role", "notice")
    layout = QHBoxLayout(frame)
    layout.setContentsMargins(px(10), px(7), px(10), px(7))
    layout.addWidget(label(text))
    return frame


def card() -> tuple[QFrame, QVBoxLayout]:
    """A frame with room for content."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(px(12), px(10), px(12), px(10))
    layout.setSpacing(px(3))
    return frame, layout


def repolish(widget: QWidget) -> None:
    """Apply the style sheet again after a property has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Fold(QWidget):
    """What is seldom needed, behind a heading that opens it; fill ``column``."""

    unfolded = Signal(bool)

    def __init__(self, title: str, open_: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = QToolButton(self)
        self.head.setProperty("role", "fold")
        self._title = title
        self.head.setCheckable(True)
        self.body = QWidget(self)
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, px(6), 0, 0)
        outer.setSpacing(px(6))
        outer.addWidget(self.head)
        outer.addWidget(self.body)
        self.head.toggled.connect(self._show)
        self.head.setChecked(open_)
        self._show(open_)

    def _show(self, on: bool) -> None:
        self.head.setText(
            f"{'\u25be' if on else '\u25b8'}  {self._title}"
        )  # an arrow as large as the text on every screen
        self.body.setVisible(on)
        self.unfolded.emit(on)


class Segments(QWidget):
    """Buttons side by side of which one is chosen."""

    chosen = Signal(str)

    def __init__(self, choices: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for number, (key, text) in enumerate(choices.items()):
            piece = QPushButton(text, self)
            piece.setCheckable(True)
            piece.setProperty("role", "segment")
            place = "first" if number == 0 else "last" if number == len(choices) - 1 else ""
            piece.setProperty("place", place)
            piece.clicked.connect(lambda _=False, k=key: self.chosen.emit(k))
            group.addButton(piece)
            layout.addWidget(piece)
            self.buttons[key] = piece
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_choice(self, key: str, allowed: tuple[str, ...] | None = None) -> None:
        """Mark the chosen one; those not allowed are grey."""
        for name, piece in self.buttons.items():
            piece.setChecked(name == key)
            piece.setEnabled(allowed is None or name in allowed)
