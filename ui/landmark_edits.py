"""Landmarks of the open case, moved with undo; what depends on them is then out of date."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from geometry.errors import Refused
from geometry.landmarks import MOVABLE, Landmarks, Point, landmark_places, with_landmarks
from ui.edits import ChangeLandmarks

if TYPE_CHECKING:
    from ui.session import Session


class LandmarkEdits(QObject):
    """Reads and stores the landmarks that were moved."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session

    @property
    def now(self) -> Landmarks:
        """Those moved by hand; none without a case."""
        case = self._session.case
        return case.landmarks() if case is not None else Landmarks()

    def places(self) -> dict[str, Point]:
        """Where each landmark of the mesh is, by name."""
        mesh = self._session.mesh
        return landmark_places(mesh, self.now) if mesh is not None and mesh.kind == "ventricles" else {}

    def move(self, name: str, place: Point | None) -> None:
        """Move one, or let it go back where it was found (None); can be undone. Says why where it cannot be there."""
        mesh, before = self._session.mesh, self.now
        after = before.with_place(name, place)
        if mesh is None or after == before:
            return
        try:
            with_landmarks(mesh, after)
        except Refused as refusal:
            self._session.said.emit(str(refusal), "warn")
            self.changed.emit()  # views show again where it is
            return
        self._session.undo.push(ChangeLandmarks(self._session, before, after, f"Move: {MOVABLE[name]}"))

    def keep(self, landmarks: Landmarks) -> None:
        """Store them in the case (autosave)."""
        case = self._session.case
        if case is not None:
            case.save_landmarks(landmarks)
            self._session.put(("stale",))
            self.changed.emit()
