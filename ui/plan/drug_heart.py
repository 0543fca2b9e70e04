"""Every kind of cell of the heart under the chosen drugs as a job, and a scenario with the first of them."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plan_answers import kept_answer
from app.scenario_tree import as_child
from solvers.electrophysiology.drug_effect import QT_NOTE
from solvers.scenario import DrugDose, Electrophysiology
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label


class HeartUnderDrugs(QWidget):
    """What ``compare_drugs`` found for these doses, and buttons."""

    def __init__(self, page: Page, doses: tuple[DrugDose, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._doses = page, doses
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        self._told = label("", "", self)
        self._told.setToolTip(QT_NOTE)
        self._compare = button("Find QT of the whole heart", self._start, tip=QT_NOTE)
        self._make = button("Make it a scenario", self._scenario, tip="The scenario with drug A, to run in any tier")
        for widget in (self._told, self._compare, self._make):
            column.addWidget(widget)
        self.refresh(doses)

    def refresh(self, doses: tuple[DrugDose, ...]) -> None:
        """Other doses."""
        self._doses = doses
        self._compare.setEnabled(bool(doses) and not self._page.watch.busy)
        self._make.setEnabled(bool(doses))
        words = self._words()
        self._told.setText(words)
        self._told.setVisible(bool(words))

    def _words(self) -> str:
        session = self._page.session
        if session.case is None or session.mesh is None:
            return ""
        found = kept_answer(session.case, "drug", session.scenario_name, session.mesh)
        rows = {(row["drug"], row["dose"]): row for row in (found or {}).get("effects", [])}
        lines = []
        for name, dose in (("", 0.0), *((one.name, one.dose) for one in self._doses)):
            row = rows.get((name, dose))
            if row is None:
                continue
            what = f"{name.capitalize()}, {dose:g} \u00d7" if name else "No drug"
            qt = (
                f"QT {row['qt']:.0f} ms, QTc {row['qtc']:.0f} ms"
                if row["qt"] is not None
                else "a cell does not repolarise"
            )
            lines.append(f"{what}: {qt}" + (", early afterdepolarisation" if row["afterdepolarised"] else ""))
        return "\n".join(lines)

    def _start(self) -> None:
        drugs = [[one.name, one.dose] for one in self._doses]
        self._page.watch.start("compare_drugs", {"scenario": self._page.session.scenario_name, "drugs": drugs})

    def _scenario(self) -> None:
        session = self._page.session
        scenario = session.scenario
        if not isinstance(scenario, Electrophysiology) or not self._doses:
            return
        first = self._doses[0]
        title = f"{scenario.title}, {first.name} {first.dose:g} \u00d7"
        name = f"{session.scenario_name}_{first.name}_{first.dose:g}".replace(".", "_")
        drugged = scenario.model_copy(update={"drug": first, "title": title})
        session.keep_scenario(name, as_child(session.scenarios, session.scenario_name, drugged))
        session.choose_scenario(name, show_run=False)
        session.said.emit(f"The scenario '{title}' is there; run it in the step Simulate.", "info")
