"""What is open and what is looked at: the one model that every view listens to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.case import Case
from app.removed import forget_removed
from app.warm import Answer
from solvers.devices.records import Device
from solvers.result import Field, Result
from solvers.scenario import Electrophysiology, Flow
from ui.answer_band import AnswerBand
from ui.contents import Contents
from ui.draws import Draws
from ui.edits import ChangeScenario, ChangeSeeds
from ui.ensemble import drawn_field, main_field
from ui.kept_view import keep_view, restore_view
from ui.label_edits import LabelEdits
from ui.landmark_edits import LandmarkEdits
from ui.lesion_edits import LesionEdits
from ui.look import Look
from ui.option_choice import OptionChoice
from ui.overlay import Overlay
from ui.painting import strongest_time
from ui.scenario_edits import ScenarioEdits
from ui.subject_edits import SubjectEdits
from ui.theme import DARK, Theme
from ui.window_level import WindowLevel

STEPS = ("case", "images", "segment", "heart", "simulate", "plan", "compare", "report", "practice")
SIMULATED_STEPS = ("simulate", "plan", "compare", "report")
OWN_MAP = "Any surface"  # the intervention that draws a map of its own on every heart
MEASURED = "velocity_measured"  # a field of a run that a scanner made
INSIDE = ("velocity", "pressure", MEASURED, "velocity_difference")  # fields of the whole blood, not of its wall
Point = tuple[float, float, float]


class Session(Contents):
    """The open case, the chosen step, run, field, time and point. Views read it and are told what changed."""

    case_changed = Signal()  # another case is open (or none)
    title_changed = Signal()
    data_changed = Signal()  # something new is on the case's disk
    step_changed = Signal(str)
    plan_changed = Signal()  # another intervention is planned
    look_changed = Signal()  # run, field or its way of being drawn
    time_changed = Signal()
    phase_changed = Signal()
    point_changed = Signal()
    scenario_changed = Signal()
    seeds_changed = Signal()
    answer_changed = Signal()  # the warm worker answered
    theme_changed = Signal()
    window_changed = Signal()
    overlay_changed = Signal()
    live_changed = Signal()  # a running beat got further, or is over
    device_changed = Signal()  # the device that is planned, while it is moved
    draft_wanted = Signal(object)  # pacing sites while one of them is dragged
    cell_wanted = Signal()  # its action potential and currents
    electrogram_wanted = Signal()  # at the marked place
    electrodes_wanted = Signal()  # of the ECG, to move them
    ecg_wanted = Signal()  # a measured one
    said = Signal(str, str)  # a sentence for the user, and "info", "warn" or "bad"

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.step = "case"
        self.plan = ""  # the title of the intervention that is planned; empty: the first that fits
        self.device: Device | None = None  # while it is moved; else that of the scenario counts
        self.look = Look()
        self.time, self.phase = 0.0, 0
        self.point: Point | None = None
        self.scenario_name = ""
        self.seeds: tuple[Point, ...] = ()
        self.answer: Answer | None = None
        self.live: Result | None = None  # of a beat that is being solved
        self.theme: Theme = DARK
        self.window: WindowLevel | None = None  # None: what suits the scan
        self.overlay = Overlay()
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
        self._settle()
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
        self._settle()
        self.data_changed.emit()

    def open_folder(self, folder: Path) -> None:
        """Open a case folder (raises Refused where it is none)."""
        self.open(Case.open(folder))

    @property
    def result(self) -> Result | None:
        """The run that is looked at; in the step Simulate the one that is being solved."""
        if self.live is not None and self.step == "simulate":
            return self.live
        return self.result_of(self.look.run)

    @property
    def field(self) -> Field | None:
        """The field that is looked at."""
        result = self.result
        return result.fields.get(self.look.field) if result else None

    @property
    def drawn(self) -> Field | None:
        """The field whose values are drawn: in the views of doubt that is the ensemble's mean."""
        return drawn_field(self.result, self.look) if self.result else None

    # --- what is looked at -------------------------------------------------------------------------------------------

    def show_step(self, step: str) -> None:
        """Go to a step."""
        self.step = step if step in STEPS else "case"
        self.step_changed.emit(self.step)

    def choose_plan(self, title: str) -> None:
        """Plan another intervention."""
        self.plan = title
        self.plan_changed.emit()

    def set_look(self, **changes: Any) -> None:
        """Change run, field or how it is drawn."""
        before = self.look
        self.look = self.look.changed(**changes)
        self._settle()
        if self.look.run != before.run or (self.look.field != before.field and self.time == 0.0):
            self.time = strongest_time(self.field)
        self.look_changed.emit()

    @property
    def with_fields(self) -> bool:
        """Whether the step shows fields; devices are planned in bare blood, and any surface in a bare heart."""
        blood = self.mesh is not None and self.mesh.kind == "blood_pool"
        return self.step in SIMULATED_STEPS and not (self.step == "plan" and (blood or self.plan == OWN_MAP))

    @property
    def painted(self) -> bool:
        """Whether the step shows a field on the heart; that of an older run may be of another."""
        field, mesh = self.field, self.mesh
        return self.with_fields and field is not None and mesh is not None and field.fits(len(mesh.points))

    def carried(self, name: str) -> bool:
        """Whether particles or streamlines are drawn: wanted, and the velocity of a run that has them is looked at."""
        wanted = self.painted and getattr(self.look, name) and self.look.field == "velocity" and self.step != "compare"
        return wanted and self.result is not None and name in self.result.lines

    @property
    def cut(self) -> bool:
        """Whether the heart is cut open: as chosen, else blood is where its inside is what counts."""
        if not self.painted:
            return self.look.opened
        if self.look.cut is not None:
            return self.look.cut
        if self.carried("particles") or self.carried("streamlines"):
            return False
        return self.mesh is not None and self.mesh.kind == "blood_pool" and self.look.field in INSIDE

    def set_cut(self, on: bool) -> None:
        """Cut the heart open, or close it."""
        self.set_look(**{"cut" if self.painted else "opened": on})

    def set_time(self, time: float) -> None:
        """Move the time cursor, ms."""
        self.time = time
        self.time_changed.emit()

    def set_phase(self, phase: int) -> None:
        """Show another phase of the scan."""
        if phase != self.phase:
            self.phase = phase
            self.phase_changed.emit()

    def set_window(self, window: WindowLevel | None) -> None:
        """Choose which grey values are black and white; None for what suits the scan."""
        self.window = window
        self.window_changed.emit()

    def set_overlay(self, **changes: Any) -> None:
        """Change how a segmentation lies over the slices."""
        self.overlay = replace(self.overlay, **changes)
        self.overlay_changed.emit()

    def pick(self, point: Point | None) -> None:
        """Mark a place, in mm, everywhere."""
        self.point = point
        self.point_changed.emit()

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

    def set_live(self, live: Result | None) -> None:
        """Show a beat while it is being solved; None when it is over."""
        if live is self.live:
            return
        self.live = live
        self._settle()
        self.live_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Change the colours of the window."""
        self.theme = theme
        self.theme_changed.emit()

    @property
    def scenario(self) -> Electrophysiology | Flow | None:
        """The scenario that is set up."""
        return self.scenarios.get(self.scenario_name)

    def title_of(self, name: str) -> str:
        """What a run or scenario is called."""
        scenario = self.scenarios.get(name)
        return scenario.title if scenario is not None else name

    def choose_scenario(self, name: str, *, show_run: bool = True) -> None:
        """Set up another scenario, and look at its run unless the one in view is wanted for comparison."""
        self.scenario_name = name
        if show_run and name in self.runs:
            self.set_look(run=name)
        self.scenario_changed.emit()

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

    # --- inside ----------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Choose something sensible where the run, field or scenario looked at is not there."""
        names = tuple(self.scenarios)
        if self.scenario_name not in names:
            self.scenario_name = names[0] if names else ""
        if self.look.run not in self.runs:
            known = [name for name in self.runs if name == self.scenario_name] or list(self.runs[:1])
            self.look = self.look.changed(run=known[0] if known else "")
        if self.result is not None and self.look.field not in self.result.fields:
            self.look = self.look.changed(field=main_field(self.result))
