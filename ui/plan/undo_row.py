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
    undo, redo = button("Undo", stack.undo), button("Redo", stack.redo)
    undo.setEnabled(stack.canUndo())
    redo.setEnabled(stack.canRedo())
    stack.canUndoChanged.connect(undo.setEnabled)
    stack.canRedoChanged.connect(redo.setEnabled)
    layout.addWidget(undo, 1)
    layout.addWidget(redo, 1)
    return row
