"""Simulate: set up a scenario, run it, read what came out with its doubt and its checks."""

from functools import partial

import numpy as np
from PySide6.QtWidgets import QWidget

from app.calibration_file import targets_of
from app.scenario_tree import as_child
from app.scenarios import (
    EXERCISE,
    EXERCISE_RATE,
    VENTRICLE,
    at_exercise,
    counterpart,
    has_checkpoint,
    has_members,
    has_states,
)
from geometry.errors import Refused
from geometry.metric import Metric
from solvers.cells.catalogue import find_cells
from solvers.comparison.threshold import FEW
from solvers.drugs.catalogue import find_drugs
from solvers.result import Result
from solvers.scenario import Electrophysiology
from ui.calibration_fold import CalibrationFold
from ui.dot_plot import DotPlot
from ui.doubt_fold import DoubtFold
from ui.form import Form
from ui.result_cards import check_row, metric_card, origin_line
from ui.scenario_list import ScenarioList
from ui.steps.page import Page
from ui.uncertainty_fold import UncertaintyFold
from ui.widgets import Fold, Segments, button, label, section

HIDDEN = frozenset({"sites"})
MEMBERS_KEPT = "Members that a cut run had finished are kept and not repeated."


class SimulatePage(Page):
    """Form and results of one scenario."""

    title = "Simulate"
    tree: ScenarioList | None = None
    form: Form | None = None
    doubts: DoubtFold | None = None
    _shown = ""  # the scenario whose numbers the form holds

    def refresh(self) -> None:
        """Fill the page again; the keys stay with the list of scenarios where they were there."""
        at_list = self.tree is not None and self.tree.list.hasFocus()
        self.tree = self.form = self.doubts = None
        super().refresh()
        if at_list:
            self._focus_list()

    def _focus_list(self) -> None:
        if self.tree is not None:
            self.tree.list.setFocus()

    def fill(self) -> None:
        """Add the chooser, then the form or the results."""
        session = self.session
        names = tuple(session.scenarios)
        if not names:
            text = (
                "Build the heart first; its scenarios come with it."
                if session.mesh is None
                else "This case has no scenarios."
            )
            self.column.addWidget(label(text, "muted"))
            return
        self.tree = ScenarioList(session, self.watch.busy, self)
        self.tree.chosen.connect(session.choose_scenario)
        self.column.addWidget(self.tree)
        self._add_states()
        result = session.result_of(session.scenario_name)
        start = button("Run" if result is None else "Run again", self._start, main=True)
        start.setEnabled(session.mesh is not None and not self.watch.busy)
        self.column.addWidget(start)
        self.add_run_all()
        if session.case is not None and has_checkpoint(session.case, session.scenario_name):
            more = button("Go on where it stopped", self._go_on)
            more.setToolTip("An earlier run of this scenario was cut; its state was kept")
            more.setEnabled(start.isEnabled())
            self.column.addWidget(more)
        if session.case is not None and has_members(session.case, session.scenario_name):
            self.column.addWidget(label(MEMBERS_KEPT, "small"))
        if result is not None:
            tabs = Segments({"results": "What came out", "setup": "What is set"}, self)
            tabs.show_choice(self._tab())
            tabs.chosen.connect(self._choose_tab)
            self.column.addWidget(tabs)
        if result is None or self._tab() == "setup":
            self._add_form()
        else:
            self._add_results(result)

    def _add_states(self) -> None:
        session = self.session
        name = session.scenario_name
        if not has_states(name, session.scenario):
            return
        states = Segments({"rest": "Rest", "exercise": "Exercise"}, self)
        states.show_choice("exercise" if name.endswith(EXERCISE) else "rest")
        states.setToolTip(
            f"On a bicycle: {EXERCISE_RATE:.0f} beats a minute, 170 over 80 mmHg by cuff. Each state has its own run."
        )
        states.chosen.connect(self._choose_state)
        self.column.addWidget(states)

    def _choose_state(self, state: str) -> None:
        session = self.session
        name, scenario = session.scenario_name, session.scenario
        if (state == "exercise") == name.endswith(EXERCISE) or scenario is None:
            return
        other = counterpart(name)
        if other not in session.scenarios:
            try:
                made = at_exercise(name, scenario)  # refuses to make one at rest out of exercise
                session.keep_scenario(other, as_child(session.scenarios, name, made))
            except Refused as refusal:
                session.said.emit(str(refusal), "warn")
                self.refresh()
                return
        session.choose_scenario(other)

    def _tab(self) -> str:
        return str(self.property("tab") or "results")

    def _choose_tab(self, name: str) -> None:
        self.setProperty("tab", name)
        self.refresh()

    def _add_form(self) -> None:
        session = self.session
        scenario = session.scenario
        if scenario is None:
            return
        name = self._shown = session.scenario_name
        self.form = Form(scenario, HIDDEN, {"cell": _ventricular_cells(), "name": _drugs()}, self)
        self.form.edited.connect(lambda record, text: session.edit_scenario(name, record, f"Change {text}"))
        self.column.addWidget(section("What is set"))
        self.column.addWidget(self.form)
        self.doubts = DoubtFold(scenario, self)
        self.doubts.edited.connect(lambda record, text: session.edit_scenario(name, record, f"Change {text}"))
        self._keep_open(self.doubts, "doubting")
        self.column.addWidget(self.doubts)
        if isinstance(scenario, Electrophysiology):
            look = button("Look at this cell ...", session.cell_wanted.emit)
            look.setToolTip("Its action potential and currents over one beat, with or without a drug")
            self.column.addWidget(look)
        self.column.addWidget(label("Rest on a number for its meaning, source and range.", "small"))
        self._add_calibration(name)

    def _keep_open(self, fold: Fold, name: str) -> None:
        """A fold is as it was before the page was filled again."""
        fold.head.setChecked(bool(self.property(name)))
        fold.unfolded.connect(lambda on: self.setProperty(name, on))

    def _add_calibration(self, name: str) -> None:
        session = self.session
        if name.startswith(VENTRICLE):
            return
        for target in targets_of(session.scenario):
            fold = CalibrationFold(session, name, self.watch.start, self.watch.busy, self, target)
            self._keep_open(fold, f"fitting {target}")
            self.column.addWidget(fold)

    def show_scenario(self) -> None:
        """Show changed values without building the page again."""
        form, scenario, name = self.form, self.session.scenario, self.session.scenario_name
        if form is not None and scenario is not None and form.isVisible() and name == self._shown:
            if form.record != scenario:
                form.show_record(scenario)
            if self.tree is not None:
                self.tree.show_changed()
            if self.doubts is not None and self.doubts.scenario != scenario:
                self.doubts.show_scenario(scenario)
        else:
            self.refresh()

    def _add_results(self, result: Result) -> None:
        self.column.addWidget(section("What came out"))
        for metric in result.metrics:
            self.column.addWidget(self._card(result, metric))
        name = self.session.scenario_name
        self.column.addWidget(UncertaintyFold(self.session, name, self._start_named, self))
        self._add_calibration(name)
        if result.checks:
            passed = sum(check.passed for check in result.checks)
            self.column.addWidget(section(f"Checks: {passed} of {len(result.checks)} passed"))
            for check in sorted(result.checks, key=lambda c: c.passed):  # the weakest first
                self.column.addWidget(check_row(check))
        self.add_notes(result.notes, "Limits")
        self.column.addWidget(section("Where it comes from"))
        self.column.addWidget(label(origin_line(result), "muted"))

    def _card(self, result: Result, metric: Metric) -> QWidget:
        """A number; where its ensemble kept what each run says, how these are spread and the chance beyond a threshold."""
        found, members = metric_card(metric), result.members.get(metric.name)
        column = found.layout()
        if column is not None and members is not None and np.isfinite(members).sum() >= FEW and np.nanstd(members) > 0:
            options = self.session.options
            plot = DotPlot(metric, members, options.outcome(metric.name), self.session.theme, found)
            plot.moved.connect(partial(options.move_threshold, metric.name))
            column.addWidget(plot)
        return found

    def _go_on(self) -> None:
        self.watch.start("simulate", {"scenario": self.session.scenario_name, "restart": True})

    def _start(self) -> None:
        self._start_named(self.session.scenario_name)

    def _start_named(self, name: str) -> None:
        self.watch.start("simulate", {"scenario": name})


def _ventricular_cells() -> dict[str, str]:
    return {name: cell.title for name, cell in find_cells().items() if cell.chamber != "atrium"}


def _drugs() -> dict[str, str]:
    return {"": "None"} | {name: name.capitalize() for name in sorted(find_drugs())}
