"""How the open case is looked at: the step, run, field, scenario, time and point, and what follows for the picture."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from solvers.result import Field, Result
from solvers.scenario import Electrophysiology, Flow
from ui.contents import Contents
from ui.ensemble import drawn_field, main_field
from ui.look import Look
from ui.overlay import Overlay
from ui.painting import strongest_time
from ui.theme import DARK, Theme
from ui.window_level import WindowLevel

STEPS = ("case", "images", "segment", "heart", "simulate", "plan", "compare", "report", "practice")
SIMULATED_STEPS = ("simulate", "plan", "compare", "report")
OWN_MAP = "Any surface"  # the intervention that draws a map of its own on every heart
MEASURED = "velocity_measured"  # a field of a run that a scanner made
INSIDE = ("velocity", "pressure", MEASURED, "velocity_difference")  # fields of the whole blood, not of its wall
Point = tuple[float, float, float]


class Viewing(Contents):
    """What of the case is in view, and how; views are told what changed."""

    step_changed = Signal(str)
    plan_changed = Signal()  # another intervention is planned
    look_changed = Signal()  # run, field or its way of being drawn
    time_changed = Signal()
    phase_changed = Signal()
    point_changed = Signal()
    scenario_changed = Signal()
    theme_changed = Signal()
    window_changed = Signal()
    overlay_changed = Signal()
    live_changed = Signal()  # a running beat got further, or is over

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.step = "case"
        self.plan = ""  # the title of the intervention that is planned; empty: the first that fits
        self.look = Look()
        self.time, self.phase = 0.0, 0
        self.point: Point | None = None
        self.scenario_name = ""
        self.live: Result | None = None  # of a beat that is being solved
        self.theme: Theme = DARK
        self.window: WindowLevel | None = None  # None: what suits the scan
        self.overlay = Overlay()

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
        self.settle()
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

    def set_live(self, live: Result | None) -> None:
        """Show a beat while it is being solved; None when it is over."""
        if live is self.live:
            return
        self.live = live
        self.settle()
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

    def settle(self) -> None:
        """Choose something sensible where the run, field or scenario looked at is not there."""
        names = tuple(self.scenarios)
        if self.scenario_name not in names:
            self.scenario_name = names[0] if names else ""
        if self.look.run not in self.runs:
            known = [name for name in self.runs if name == self.scenario_name] or list(self.runs[:1])
            self.look = self.look.changed(run=known[0] if known else "")
        if self.result is not None and self.look.field not in self.result.fields:
            self.look = self.look.changed(field=main_field(self.result))
