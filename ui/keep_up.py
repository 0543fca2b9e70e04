"""Starts the steps that the views of the heart wait for."""

from PySide6.QtCore import QObject

from geometry.fiber_lines import NEEDED
from ui.job_watch import JobWatch
from ui.session import Session


class KeepUp(QObject):
    """Traces fibres when they are first wanted."""

    def __init__(self, session: Session, watch: JobWatch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._watch = session, watch
        self._tried: object = None  # the mesh that fibres were traced on: a step that failed is not tried for ever
        session.look_changed.connect(self._look_changed)

    def _look_changed(self) -> None:
        session, mesh = self._session, self._session.mesh
        if not session.look.fibers or mesh is None or mesh.fiber is None or session.fiber_lines is not None:
            return
        if self._watch.busy or self._tried is mesh:
            return
        self._tried = mesh
        if set(NEEDED) <= set(mesh.point_data):
            self._watch.start("fibers", {})
        else:
            session.said.emit("This mesh has no wall coordinates, so its fibres cannot be drawn.", "warn")
