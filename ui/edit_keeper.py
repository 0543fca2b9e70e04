"""Autosave: a moment after the last edit, the noted edits go into the segmentation's files, in a process of its own."""

import os
import shutil

from PySide6.QtCore import QObject, QTimer, Signal

from app.edit_journal import pending
from app.jobs import DONE, RUNNING, Job, start_job
from geometry.errors import Refused
from ui.session import Session

QUIET = 1500  # ms without an edit before they are brought into the segmentation
EVERY = 100  # ms between looks at the process


class EditKeeper(QObject):
    """Every edit is on disk as soon as it is made; this brings them into the segmentation and has it measured again."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._left: list[Job] = []  # of cases that were open before; they end by themselves
        self._wait = QTimer(self, singleShot=True, interval=QUIET)
        self._wait.timeout.connect(self._start)
        self._look = QTimer(self, interval=EVERY)
        self._look.timeout.connect(self._poll)
        session.labels.changed.connect(self._edited)
        session.case_changed.connect(self._opened)

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self._job is not None:
            return "Measuring again ..."
        return "Every edit is saved." if not self._wait.isActive() else "Saved; measuring in a moment."

    def finish(self) -> None:
        """Keep what is noted, and wait for nothing."""
        self._wait.stop()
        self._look.stop()

    def _edited(self) -> None:
        self._wait.start()
        self.changed.emit()

    def _opened(self) -> None:
        if self._job is not None:
            self._left.append(self._job)
        self._job = None
        self._wait.stop()
        case = self._session.case
        if case is not None and pending(case.folder):
            self._wait.start()
            self._session.said.emit("Edits that were made before the program ended were found and are kept.", "info")

    def _start(self) -> None:
        case = self._session.case
        if case is None or self._job is not None or not pending(case.folder):
            return
        try:
            self._job = start_job(case.folder, "keep_edits", {}, parent=os.getpid())
        except (Refused, OSError) as failure:
            self._session.said.emit(str(failure), "bad")
            return
        self._look.start()
        self.changed.emit()

    def _poll(self) -> None:
        self._left = [job for job in self._left if job.poll().state == RUNNING]
        job, case = self._job, self._session.case
        if job is None or case is None:
            if not self._left:
                self._look.stop()
            return
        status = job.poll()
        if status.state == RUNNING:
            return
        self._job = None
        job.acknowledge()
        if status.state == DONE:
            shutil.rmtree(job.folder, ignore_errors=True)  # one for each pause in drawing would fill the case
            self._session.labels.were_kept()
        if pending(case.folder):
            self._wait.start()  # more was drawn meanwhile, or another step holds the case
        self.changed.emit()
