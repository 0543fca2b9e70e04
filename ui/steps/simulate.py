"""Simulate: set up a scenario, run it, read what came out with its doubt and its checks."""

from PySide6.QtWidgets import QComboBox

from solvers.cells.catalogue import find_cells
from solvers.drugs.catalogue import find_drugs
from solvers.result import Result
from solvers.scenario import Electrophysiology
from ui.form import Form
from ui.result_cards import check_row, origin_line
from ui.steps.page import Page
from ui.widgets import Segments, button, label, section

HIDDEN = frozenset({"sites"})


class SimulatePage(Page):
    """Form and results of one scenario."""

    title = "Simulate"

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
        chooser = QComboBox(self)
        for name, scenario in session.scenarios.items():
            chooser.addItem(scenario.title, name)
        chooser.setCurrentIndex(max(chooser.findData(session.scenario_name), 0))
        chooser.currentIndexChanged.connect(lambda i: session.choose_scenario(chooser.itemData(i)))
        self.column.addWidget(chooser)
        result = session.result_of(session.scenario_name)
        start = button("Run" if result is None else "Run again", self._start, main=True)
        start.setEnabled(session.mesh is not None and not self.watch.busy)
        self.column.addWidget(start)
        if result is not None:
            tabs = Segments({"results": "What came out", "setup": "What is set"}, self)
            tabs.show_choice(self._tab())
            tabs.chosen.connect(self._choose_tab)
            self.column.addWidget(tabs)
        if result is None or self._tab() == "setup":
            self._add_form()
        else:
            self._add_results(result)

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
        name = session.scenario_name
        self.form = Form(scenario, HIDDEN, {"cell": _ventricular_cells(), "name": ("", *sorted(find_drugs()))}, self)
        self.form.edited.connect(lambda record, text: session.edit_scenario(name, record, f"Change {text}"))
        self.column.addWidget(section("What is set"))
        self.column.addWidget(self.form)
        if isinstance(scenario, Electrophysiology):
            look = button("Look at this cell ...", session.cell_wanted.emit)
            look.setToolTip("Its action potential and currents over one beat, with or without a drug")
            self.column.addWidget(look)
        self.column.addWidget(label("Rest on a number for its meaning, source and range.", "small"))

    def show_scenario(self) -> None:
        """Show changed values without building the page again."""
        form = getattr(self, "form", None)
        scenario = self.session.scenario
        if form is not None and scenario is not None and type(form.record) is type(scenario) and form.isVisible():
            if form.record != scenario:
                form.show_record(scenario)
        else:
            self.refresh()

    def _add_results(self, result: Result) -> None:
        self.add_metrics(result.metrics, "What came out")
        if result.checks:
            passed = sum(check.passed for check in result.checks)
            self.column.addWidget(section(f"Checks: {passed} of {len(result.checks)} passed"))
            for check in sorted(result.checks, key=lambda c: c.passed):  # the weakest first
                self.column.addWidget(check_row(check))
        self.add_notes(result.notes, "Limits")
        self.column.addWidget(section("Where it comes from"))
        self.column.addWidget(label(origin_line(result), "muted"))

    def _start(self) -> None:
        self.watch.start("simulate", {"scenario": self.session.scenario_name})


def _ventricular_cells() -> tuple[str, ...]:
    return tuple(name for name, cell in find_cells().items() if cell.chamber != "atrium")
