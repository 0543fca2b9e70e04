"""Shows what is activated so far while the beat of the chosen scenario is being solved."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.live import live_path, read_live
from solvers.result import Field, Result
from ui.session import Session

EVERY = 250  # ms


class LiveWatch(QObject):
    """Looks for news of a running beat while the case is busy, in the step Simulate."""

    def __init__(self, session: Session, busy: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._busy = session, busy
        self._seen = 0
        self.timer = QTimer(self, interval=EVERY)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        """Show the newest, or take away what is over."""
        session = self._session
        if session.case is None or session.step != "simulate" or not self._busy():
            session.set_live(None)
            return
        path = live_path(session.case, session.scenario_name)
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            session.set_live(None)
            return
        if changed == self._seen:
            return
        self._seen = changed
        values, mesh = read_live(path), session.mesh
        if values is not None and mesh is not None and len(values) >= len(mesh.points):
            words = "Activation time so far"
            field = Field(values[: len(mesh.points)].astype(float), "ms", words, (), "EARLY", "LATE")
            session.set_live(Result("electrophysiology", "monodomain, still running", {"activation_time": field}))
