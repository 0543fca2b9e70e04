"""A measured ECG into the case."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from app.jobs import DONE, JobStatus
from geometry.ecg.read import TABLES
from geometry.ecg.recording import RATES
from geometry.ecg.table import tells_time
from ui.file_dialogs import ask_ecg
from ui.job_watch import JobWatch
from ui.session import Session

USUAL = 500.0  # Hz


class EcgExchange(QObject):
    """Asks for a file and starts the step that reads it."""

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._watch, self._window = session, watch, parent
        session.ecg_wanted.connect(self.ask)
        watch.ended.connect(self._ended)

    def ask(self) -> None:
        """Ask for a measured ECG, and for its rate where the file cannot tell it."""
        path = ask_ecg(self._window) if self._session.case is not None else None
        if path is None:
            return
        rate = None
        if path.suffix.lower() in TABLES and not tells_time(path):
            words = "The table has no column of time. Samples a second:"
            rate, given = QInputDialog.getDouble(self._window, "Measured ECG", words, USUAL, *RATES, 0)
            if not given:
                return
        self.take(path, rate)

    def take(self, path: Path, rate: float | None = None) -> None:
        """Start to read it into the case."""
        self._watch.start("ecg", {"files": [str(path)], "rate": rate})

    def _ended(self, status: JobStatus) -> None:
        if status.verb == "ecg" and status.state == DONE:
            words = "The measured ECG is in the case, without name and date; it is drawn in amber, from the onset of its QRS."
            self._session.said.emit(words, "info")
