"""How the running step stands: its name, what it does now, how far it is, the time left, and Cancel."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.jobs import CANCELLED, CRASHED, DONE, FAILED, RUNNING, Job, JobStatus
from ui.job_watch import JobWatch
from ui.theme import px

VERBS = {
    "import": "Read the scan",
    "segment": "Segment",
    "measure": "Measure",
    "scar": "Measure scar",
    "labels": "Import labels",
    "export_labels": "Export labels",
    "import_mesh": "Import a mesh",
    "export_mesh": "Export the mesh",
    "mesh": "Build the heart",
    "simulate": "Simulate",
    "velocity": "Measured velocity",
    "ecg": "Read the measured ECG",
    "compare_leads": "Compare places for the lead",
    "compare_drugs": "The heart under the drugs",
    "induce": "Try to induce re-entry",
    "learn": "Learn from the ensemble",
    "calibrate": "Fit to the patient",
    "electrogram": "Electrogram",
    "series": "Look through the scan",
    "edit": "Edit the labels",
    "keep_edits": "Keep the edits",
    "fibers": "Trace the fibres",
    "landmarks": "Lay the landmarks",
    "motion": "Motion of the wall",
    "quality": "Quality of the mesh",
    "centerline": "Follow the vessel",
    "ostia": "Find the coronary ostia",
    "repeat": "Run the report again",
    "report": "Write the report",
    "road": "From scan to twin",
}
THINKING = "Working out the beat ..."
ENDINGS = {DONE: "done", FAILED: "not done", CANCELLED: "cancelled", CRASHED: "ended unexpectedly"}


class JobPanel(QWidget):
    """One line in the foot of the window."""

    def __init__(self, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self._shown: Job | None = None
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(px(170))
        self.left = QLabel(self)
        self.left.setProperty("role", "muted")
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(10))
        for widget in (self.text, self.bar, self.left, self.cancel):
            layout.addWidget(widget)
        watch.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how the newest job stands."""
        jobs = self._watch.jobs
        running = [job for job, status in jobs.items() if status.state == RUNNING]
        self._shown = running[-1] if running else next(reversed(jobs), None)
        status = jobs[self._shown] if self._shown is not None else None
        active = status is not None and status.state == RUNNING
        for widget in (self.bar, self.left, self.cancel):
            widget.setVisible(active)
        thinking = self._watch.thinking and not active  # a step that ended does not hide it
        turn = self._watch.queue.words(self._shown) if self._shown is not None else ""
        self.text.setText(THINKING if thinking else _line(status, turn) if status else "")
        if status is not None and active:
            self.bar.setValue(round(status.fraction * 1000))
            self.left.setText(_all_left(time_left(status.seconds_left), len(self._watch.queue.waiting)))
            self.cancel.setEnabled(True)
            self.cancel.setText("Cancel")

    def _cancel(self) -> None:
        if self._shown is not None:
            self._watch.cancel(self._shown)
            self.left.setText("stopping ...")
            self.cancel.setEnabled(False)


def time_left(seconds: float | None) -> str:
    """Time left in words, coarse enough not to flicker."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * max(round(seconds / 5), 1)} s left"
    return f"about {round(seconds / 60)} min left"


def _all_left(this: str, more: int) -> str:
    """The time left of this job, and how many come after it; how long those take is not known."""
    return this if not more else f"{this}, then {more} more" if this else f"then {more} more"


def _line(status: JobStatus, turn: str = "") -> str:
    name = VERBS.get(status.verb, status.verb) + (f" ({turn})" if turn else "")
    if status.state == RUNNING:
        doing = f"  {status.message}" if status.message else ""
        return f"{name}:{doing}  {status.fraction * 100:.0f} %" if doing else f"{name}  {status.fraction * 100:.0f} %"
    return f"{name}: {ENDINGS.get(status.state, status.state)}"
