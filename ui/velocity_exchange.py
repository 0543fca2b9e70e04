"""Measured velocities into a case, beside its flow and as an inflow."""

from pathlib import Path
from typing import get_args

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from app.jobs import DONE, JobStatus
from geometry.measured_velocity import Unit
from solvers.scenario import Flow
from ui.file_dialogs import ask_velocity
from ui.job_watch import JobWatch
from ui.session import Session

TITLE = "Measured velocity"
COMPARE, DRIVE = "Compare it with the run", "Compare it, and drive a new scenario by it"
BEATS = (250.0, 3000.0)  # ms


class VelocityExchange(QObject):
    """Asks for a file, its unit and the length of a beat, and starts the step that reads it."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._watch, self._window = session, watch, parent
        watch.ended.connect(self._ended)

    @property
    def possible(self) -> bool:
        """Whether the scenario that is set up is a flow through a mesh."""
        return self._session.mesh is not None and isinstance(self._session.scenario, Flow)

    def ask(self) -> None:
        """Ask what the file does not tell; nothing is done where a question is not answered."""
        scenario = self._session.scenario
        path = ask_velocity(self._window) if isinstance(scenario, Flow) else None
        if path is None or not isinstance(scenario, Flow):
            return
        unit, given = QInputDialog.getItem(self._window, TITLE, "Unit of the file:", list(get_args(Unit)), 0, False)
        if not given:
            return
        usual = 60_000.0 / scenario.heart_rate
        beat, given = QInputDialog.getDouble(self._window, TITLE, "Length of a beat (ms):", usual, *BEATS, 0)
        if not given:
            return
        use, given = QInputDialog.getItem(self._window, TITLE, "What it is for:", [COMPARE, DRIVE], 0, False)
        if given:
            self.take(path, unit, beat, drive=use == DRIVE)

    def take(self, path: Path, unit: str, beat: float, *, drive: bool) -> None:
        """Start to read it into the case."""
        name = self._session.scenario_name
        run = name if name in self._session.runs else None
        inflow = name if drive else None
        self._watch.start("velocity", {"files": [str(path)], "unit": unit, "beat": beat, "run": run, "inflow": inflow})

    def _ended(self, status: JobStatus) -> None:
        if status.verb == "velocity" and status.state == DONE:
            words = "The measured velocity is in the case; it and its difference are among the fields of the run."
            self._session.said.emit(words, "info")
