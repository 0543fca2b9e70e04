"""Undo and redo side by side."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.session import Session
from ui.theme import px
from ui.widgets import button


def undo_row(session: Session, parent: QWidget) -> QWidget:
    """Two buttons for the session's changes."""
    row = QWidget(parent)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(px(8))
    stack = session.undo
    for text, act, can in (("Undo", stack.undo, stack.canUndo()), ("Redo", stack.redo, stack.canRedo())):
        one = button(text, act)
        one.setEnabled(can)
        layout.addWidget(one, 1)
    return row
