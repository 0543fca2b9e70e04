"""A scan on its way into the program: what lies at a path is looked through in a process of its own."""

import os
import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.case import Case
from app.jobs import CANCELLED, DONE, RUNNING, Job, JobStatus, start_job
from geometry.dicom.series_summary import SeriesSummary
from geometry.errors import Refused
from ui.job_watch import EVERY

VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")


class Intake(QObject):
    """Looks through one scan at a time; the temporary folder that this takes is gone afterwards."""

    moved = Signal(object)  # JobStatus
    found = Signal(tuple)  # of SeriesSummary
    refused = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scan: Path | None = None
        self.series: tuple[SeriesSummary, ...] = ()
        self._job: Job | None = None
        self._place: Path | None = None
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether a scan is being looked through."""
        return self._job is not None

    def look(self, scan: Path) -> None:
        """Begin to look through a folder, archive or file; one that was begun before is given up."""
        self.stop()
        self.scan, self.series = scan, ()
        self._place = Path(tempfile.mkdtemp(prefix="cardiotwin-"))
        try:
            case = Case.create(self._place, "Scan")
            self._job = start_job(case.folder, "series", {"scan": str(scan)}, parent=os.getpid())
        except (Refused, OSError) as failure:
            self._tidy()
            self.refused.emit(str(failure))
            return
        self._timer.start()

    def cancel(self) -> None:
        """Ask the process to stop; it says ``cancelled`` when it has."""
        if self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """Stop at once and say nothing."""
        if self._job is not None:
            self._job.kill()
        self._tidy()

    def _poll(self) -> None:
        if self._job is None or self._place is None:
            return
        self._job.insist()
        status = self._job.poll()
        if status.state == RUNNING:
            self.moved.emit(status)
            return
        found = Case(self._place).series() if status.state == DONE else ()
        self._tidy()
        self._tell(status, found)

    def _tell(self, status: JobStatus, found: tuple[SeriesSummary, ...]) -> None:
        if status.state == CANCELLED:
            self.cancelled.emit()
        elif status.state == DONE:
            self.series = found
            self.found.emit(found)
        else:
            self.refused.emit(status.error)

    def _tidy(self) -> None:
        self._timer.stop()
        self._job = None
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._place = None


def is_volume(scan: Path) -> bool:
    """Whether this is one volume (NIfTI, NRRD, MHA), among whose series nothing is to be chosen."""
    return scan.is_file() and scan.name.lower().endswith(VOLUMES)


def as_scan(path: Path) -> Path:
    """What to read for a chosen file: a single DICOM image stands for the folder that it lies in."""
    single = path.is_file() and path.suffix.lower() in (".dcm", ".ima", "")
    return path.parent if single else path
