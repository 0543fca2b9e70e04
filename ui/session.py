"""The open case, how it is looked at and what changes in it: the one model that every view listens to."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.case import Case
from app.removed import forget_removed
from app.warm import Answer
from solvers.devices.records import Device
from solvers.scenario import Electrophysiology, Flow
from ui.answer_band import AnswerBand
from ui.draws import Draws
from ui.edits import ChangeScenario, ChangeSeeds
from ui.kept_view import keep_view, restore_view
from ui.label_edits import LabelEdits
from ui.landmark_edits import LandmarkEdits
from ui.lesion_edits import LesionEdits
from ui.option_choice import OptionChoice
from ui.painting import strongest_time
from ui.scenario_edits import ScenarioEdits
from ui.subject_edits import SubjectEdits
from ui.viewing import STEPS, Point, Viewing


class Session(Viewing):
    """The open case, what is set up in it, and its edits. Views read it and are told what changed."""

    case_changed = Signal()  # another case is open (or none)
    title_changed = Signal()
    data_changed = Signal()  # something new is on the case's disk
    seeds_changed = Signal()
    answer_changed = Signal()  # the warm worker answered
    device_changed = Signal()  # the device that is planned, while it is moved
    draft_wanted = Signal(object)  # pacing sites while one of them is dragged
    cell_wanted = Signal()  # its action potential and currents
    electrogram_wanted = Signal()  # at the marked place
    electrodes_wanted = Signal()  # of the ECG, to move them
    ecg_wanted = Signal()  # a measured one
    said = Signal(str, str)  # a sentence for the user, and "info", "warn" or "bad"

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device: Device | None = None  # while it is moved; else that of the scenario counts
        self.seeds: tuple[Point, ...] = ()
        self.answer: Answer | None = None
        self.undo = QUndoStack(self)
        self.band = AnswerBand(self)
        self.draws = Draws(self)
        self.labels = LabelEdits(self)
        self.lesions = LesionEdits(self)
        self.subject = SubjectEdits(self)
        self.landmarks = LandmarkEdits(self)
        self.tree = ScenarioEdits(self)
        self.options = OptionChoice(self)

    # --- the case and what is in it --------------------------------------------------------------------------------

    def open(self, case: Case | None) -> None:
        """Look at another case, the way it was last looked at."""
        self.look_into(case)
        self.undo.clear()
        if case is not None:
            forget_removed(case)
        self.point, self.answer, self.time, self.phase, self.seeds = None, None, 0.0, 0, ()
        self.live = None
        wanted = restore_view(self)
        if self.segmentation is not None:
            self.seeds, self.phase = self.segmentation.seeds, self.segmentation.ed
        self.settle()
        self.time = strongest_time(self.field)
        self.step = wanted if wanted in STEPS else "case"
        self.case_changed.emit()
        self.show_step(self.step)

    def refresh(self) -> None:
        """Read again what is on disk, after a job has ended."""
        before = self._kept.get("segmentation")
        self.reread()
        self.labels.check(before)

    def reread(self) -> None:
        """Read again what is on disk; what can be undone stays."""
        self.look_again()
        self.settle()
        self.data_changed.emit()

    def open_folder(self, folder: Path) -> None:
        """Open a case folder (raises Refused where it is none)."""
        self.open(Case.open(folder))

    # --- what is set up and edited ----------------------------------------------------------------------------------------------

    def set_seeds(self, seeds: tuple[Point, ...]) -> None:
        """Set the points that help the segmentation."""
        self.seeds = seeds
        self.seeds_changed.emit()

    def add_seed(self, point: Point) -> None:
        """Add one point that helps the segmentation; can be undone."""
        self.undo.push(ChangeSeeds(self, (*self.seeds, point), "Add a seed"))

    def clear_seeds(self) -> None:
        """Remove all seeds; can be undone."""
        if self.seeds:
            self.undo.push(ChangeSeeds(self, (), "Remove the points"))

    def edit_scenario(self, name: str, scenario: Electrophysiology | Flow, text: str) -> None:
        """Change a scenario; can be undone."""
        before = self.scenarios.get(name)
        if before is not None and before != scenario:
            self.undo.push(ChangeScenario(self, name, before, scenario, text))

    def move_device(self, device: Device | None) -> None:
        """Show a device where it is being moved to; None: it stays where the scenario has it."""
        self.device = device
        self.device_changed.emit()

    def set_answer(self, answer: Answer | None) -> None:
        """Show what the warm worker found."""
        if answer is not None or self.answer is not None:
            self.answer = answer
            self.answer_changed.emit()

    def keep_scenario(self, name: str, scenario: Electrophysiology | Flow) -> None:
        """Store a changed scenario in the case (autosave)."""
        if self.case is not None:
            self.case.save_scenario(name, scenario)
            self.scenarios[name] = scenario
            self.put(forget=("stale", "scenario_doubts", "old_runs"))
            self.scenario_changed.emit()

    def rename(self, title: str) -> None:
        """Give the case another title (raises Refused for one that cannot be)."""
        if self.case is not None and title.strip() != self.case.title:
            self.case.retitle(title)
            self.title_changed.emit()

    def save_view(self) -> None:
        """Keep how the case is looked at."""
        keep_view(self)
