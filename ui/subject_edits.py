"""What is known of the open case's patient, changed with undo, and the source it is compared with."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from geometry.subject import Subject
from ui.edits import ChangeSubject

if TYPE_CHECKING:
    from ui.session import Session


class SubjectEdits(QObject):
    """Reads and stores the subject; ``source`` names the healthy values that measures are compared with."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self.source = ""

    @property
    def now(self) -> Subject:
        """Sex, body size and age; nothing known without a case."""
        case = self._session.case
        return (case.subject() if case is not None else None) or Subject()

    def change(self, subject: Subject, text: str) -> None:
        """Change what is known; can be undone."""
        self._session.undo.push(ChangeSubject(self._session, self.now, subject, text))

    def keep(self, subject: Subject) -> None:
        """Store it in the case (autosave)."""
        case = self._session.case
        if case is not None:
            case.save_subject(subject)
            self.changed.emit()
