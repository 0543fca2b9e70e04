"""What can be undone: a changed scenario (pacing sites too), changed seeds, changed labels, landmarks, a body size."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

from app.scenario_tree import Scenarios
from geometry.editing.change import Change
from geometry.landmarks import Landmarks
from geometry.subject import Subject
from solvers.scenario import Electrophysiology, Flow

if TYPE_CHECKING:
    from ui.session import Session
    from ui.viewing import Point


class ChangeScenario(QUndoCommand):
    """A scenario of the case becomes another one."""

    def __init__(
        self,
        session: "Session",
        name: str,
        before: Electrophysiology | Flow,
        after: Electrophysiology | Flow,
        text: str,
    ) -> None:
        super().__init__(text)
        self._session, self._name, self._before, self._after = session, name, before, after

    def redo(self) -> None:
        """Do it."""
        self._session.keep_scenario(self._name, self._after)

    def undo(self) -> None:
        """Take it back."""
        self._session.keep_scenario(self._name, self._before)


class ChangeTree(QUndoCommand):
    """The scenarios of the case become others: one more, one less, one with another title."""

    def __init__(
        self, session: "Session", before: Scenarios, after: Scenarios, from_name: str, to_name: str, text: str
    ) -> None:
        super().__init__(text)
        self._session, self._before, self._after = session, (before, from_name), (after, to_name)

    def redo(self) -> None:
        """Do it."""
        self._session.tree.keep(*self._after)

    def undo(self) -> None:
        """Take it back."""
        self._session.tree.keep(*self._before)


class ChangeSeeds(QUndoCommand):
    """The points that help the segmentation become others."""

    def __init__(self, session: "Session", after: "tuple[Point, ...]", text: str) -> None:
        super().__init__(text)
        self._session, self._before, self._after = session, session.seeds, after

    def redo(self) -> None:
        """Do it."""
        self._session.set_seeds(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._session.set_seeds(self._before)


class ChangeLabels(QUndoCommand):
    """Voxels of the segmentation carry other labels."""

    def __init__(self, session: "Session", change: Change, text: str) -> None:
        super().__init__(text)
        self._session, self._change = session, change

    def redo(self) -> None:
        """Do it."""
        self._session.labels.apply(self._change)

    def undo(self) -> None:
        """Take it back."""
        self._session.labels.apply(self._change.reversed)


class ReplaceLabels(QUndoCommand):
    """Another segmentation has taken the place of the one before: made anew, or brought from elsewhere."""

    def __init__(self, session: "Session", text: str) -> None:
        super().__init__(text)
        self._session, self._done = session, True  # it has happened when it can first be taken back

    def redo(self) -> None:
        """Do it again."""
        if not self._done:
            self._session.labels.exchange()
        self._done = True

    def undo(self) -> None:
        """Take it back."""
        self._session.labels.exchange()
        self._done = False


class ChangeLandmarks(QUndoCommand):
    """Landmarks of the heart are elsewhere."""

    def __init__(self, session: "Session", before: Landmarks, after: Landmarks, text: str) -> None:
        super().__init__(text)
        self._session, self._before, self._after = session, before, after

    def redo(self) -> None:
        """Do it."""
        self._session.landmarks.keep(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._session.landmarks.keep(self._before)


class ChangeSubject(QUndoCommand):
    """What is known of the patient's body becomes something else."""

    def __init__(self, session: "Session", before: Subject, after: Subject, text: str) -> None:
        super().__init__(text)
        self._session, self._before, self._after = session, before, after

    def redo(self) -> None:
        """Do it."""
        self._session.subject.keep(self._after)

    def undo(self) -> None:
        """Take it back."""
        self._session.subject.keep(self._before)
