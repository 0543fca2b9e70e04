"""From a scan that somebody brings to the first segmentation: look through it, choose a series, read it, find the heart."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.case import MAIN, Case
from app.jobs import DONE, FAILED, JobStatus
from app.settings import cases_folder
from geometry.dicom.series_roles import LATE
from geometry.dicom.series_summary import SeriesSummary
from geometry.errors import Refused
from ui.intake import Intake, as_scan, is_volume
from ui.job_watch import JobWatch
from ui.series_chooser import SeriesChooser
from ui.session import Session

ROLES = {"lge": LATE}  # what the importer calls a scan that goes beside the main one
ADDED = "The late enhancement is in the case. Measure scar in the step Segment."
CHECK = "The heart was found. Check the outlines in every slice, correct what is wrong, then build the heart."


class WayIn(QObject):
    """Leads from a path to a segmented case; the long steps are jobs, and each can be cancelled."""

    choosing = Signal()  # the chooser is to be seen
    case_wanted = Signal(Path)  # a case is to be opened
    back_wanted = Signal()  # nothing came of it

    def __init__(
        self, session: Session, watch: JobWatch, chooser: SeriesChooser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._watch, self._chooser = session, watch, chooser
        self._fresh: Path | None = None  # a new case whose scan is being read
        self._onward = False  # whether the heart is looked for as soon as the scan is read
        self._role = MAIN  # what the scan that is looked through is for
        self._adding: Path | None = None  # the case that a second scan is read into
        self._series: dict[Path, Path] = {}  # where the scan of a case of this session came from
        self.intake = Intake(self)
        self.intake.moved.connect(chooser.show_status)
        self.intake.found.connect(self._found)
        self.intake.refused.connect(self._refused)
        self.intake.cancelled.connect(self.back_wanted)
        chooser.chosen.connect(self._choose)
        chooser.modality_chosen.connect(self._choose_modality)
        chooser.cancelled.connect(self._leave)
        watch.ended.connect(self._job_ended)

    def bring_in(self, path: Path, role: str = MAIN) -> None:
        """Open a case, or begin with a scan: a folder, a zip archive, a DICOM or volume file; or add one to the open case."""
        if path.name == "case.json":
            path = path.parent
        if (path / "case.json").is_file():
            self.case_wanted.emit(path)
            return
        if not path.exists():
            self._session.said.emit("There is no such file or folder; choose the scan again.", "bad")
            return
        scan = as_scan(path)
        self._role = role
        if is_volume(scan):
            self.intake.stop()
            self.intake.scan, self.intake.series = scan, ()
            self._read({"scan": str(scan)} | ({} if role == MAIN else {"modality": "MR"}))  # late enhancement is MR
            return
        self._chooser.search()
        self.choosing.emit()
        self.intake.look(scan)

    def choose_again(self, role: str = MAIN) -> None:
        """Show the series of the scan that the open case came from, or say that it is not known any more."""
        case = self._session.case
        scan = self._series.get(case.folder) if case is not None else None
        if scan is None:
            self._session.said.emit(
                "Where the scan came from is not written down, to keep the patient's name out of the case; "
                "bring the scan in again.",
                "info",
            )
        elif scan == self.intake.scan and self.intake.series:
            self._role = role
            self._show(self.intake.series)
            self.choosing.emit()
        else:
            self.bring_in(scan, role)

    def begin(self, verb: str, options: Mapping[str, Any], folder: Path | None = None, title: str = "") -> None:
        """Make a case and start a step in it; the name tells nothing of the patient."""
        place = folder or next_folder()
        try:
            case = Case.create(place, title or place.name)
        except (Refused, OSError) as failure:
            self._session.said.emit(str(failure), "bad")
            return
        self.case_wanted.emit(case.folder)
        self._series[case.folder] = Path(options["scan"])
        self._session.show_step("images")
        if self._watch.start(verb, options) is not None:
            self._fresh, self._onward = case.folder, verb == "import"

    def finish(self) -> None:
        """Look through nothing more."""
        self.intake.stop()

    def _found(self, series: tuple[SeriesSummary, ...]) -> None:
        usable = [one for one in series if not one.problem]
        if len(usable) == 1 and usable[0].role == ROLES.get(self._role, usable[0].role):
            self._choose(usable[0].key)
        elif not series and self.intake.scan is not None:
            self._read({"scan": str(self.intake.scan)})
        else:
            self._show(series)

    def _show(self, series: tuple[SeriesSummary, ...]) -> None:
        self._chooser.show_series(series, ROLES.get(self._role, ""))

    def _read(self, options: Mapping[str, Any]) -> None:
        """Make a case of the chosen series, or put it beside the main scan of the open one."""
        case = self._session.case
        if self._role == MAIN or case is None:
            self.begin("import", options)
            return
        self.back_wanted.emit()
        if self._watch.start("import", {**options, "role": self._role}) is not None:
            self._adding = case.folder

    def _choose(self, key: str) -> None:
        self._chooser.say("")
        if self.intake.scan is not None:
            self._read({"scan": str(self.intake.scan), "series": key})

    def _choose_modality(self, modality: str) -> None:
        if self.intake.scan is not None:
            self._read({"scan": str(self.intake.scan), "modality": modality})

    def _refused(self, sentence: str) -> None:
        self.back_wanted.emit()
        self._session.said.emit(sentence, "bad")

    def _leave(self) -> None:
        if self.intake.busy:
            self.intake.cancel()
        else:
            self.back_wanted.emit()

    def _job_ended(self, status: JobStatus) -> None:
        case = self._session.case
        if case is not None and self._adding == case.folder and status.verb == "import":
            self._adding = None
            if status.state == DONE:
                self._session.said.emit(ADDED, "info")
            return
        if case is None or self._fresh != case.folder:
            return
        if status.verb == "import" and status.state == DONE:
            if self._onward:
                self._watch.start("segment", {"seeds": [], "method": None})
            else:
                self._fresh = None
        elif status.verb in ("import", "road") and case.image() is None:
            self._give_up(case, status)
        elif status.verb == "segment":
            self._fresh = None
            self._session.show_step("segment")
            if status.state == DONE:
                self._session.said.emit(CHECK, "info")

    def _give_up(self, case: Case, status: JobStatus) -> None:
        """A case whose scan could not be read is none: back to where it was chosen, with the sentence."""
        self._fresh = None
        self._session.open(None)
        shutil.rmtree(case.folder, ignore_errors=True)
        sentence = status.error if status.state == FAILED else ""
        if self.intake.series:
            self._show(self.intake.series)
            self._chooser.say(sentence)
            self.choosing.emit()
        elif "modality" in sentence and self.intake.scan is not None:
            self._chooser.ask_modality()
            self.choosing.emit()
        else:
            self.back_wanted.emit()
            if sentence:
                self._session.said.emit(sentence, "bad")


def next_folder() -> Path:
    """Where the next new case goes: "Patient 1", "Patient 2" ... never the name of a scan, which may be a person's."""
    number = 1
    while (folder := cases_folder() / f"Patient {number}").exists():
        number += 1
    return folder
