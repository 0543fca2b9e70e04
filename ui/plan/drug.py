"""Drug: two drugs at any dose against none, on the cell of this heart, while a slider is moved."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from app.warm_cell import CellAnswer, CellQuestion, WarmCell
from geometry.metric import with_unit
from solvers.cells.catalogue import find_cell
from solvers.cells.currents import CellBeat
from solvers.drugs.catalogue import find_drug, find_drugs
from solvers.electrophysiology.cell_kinds import CYCLE
from solvers.scenario import DrugDose, Electrophysiology
from ui.plan.drug_heart import HeartUnderDrugs
from ui.plan.drug_plot import HEADS, DrugNumbers, DrugPlot, inks_of
from ui.session import Session
from ui.steps.page import Page
from ui.theme import px
from ui.viewing import Point
from ui.widgets import label, section

TITLE = "Drug"
LEAD = (
    "Choose a drug, and another to compare, and move the dose. The cell of this scenario is paced at 60 beats a minute."
)
LIMITS = (
    "A single cell, 100 beats after the drug. QT estimate: last activation of the shown run and APD90. The block of each "
    "channel is CiPA's; clinical risk is more than that, and none of it is this patient's."
)
DOSES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0)  # times the free peak
LOOK_EVERY, SETTLED = 60, 180  # ms
NO_DRUG = "No drug"


def fits(session: Session) -> bool:
    """Where there is a scenario of activation."""
    return session.mesh is not None and any(isinstance(s, Electrophysiology) for s in session.scenarios.values())


class Panel(QWidget):
    """Two doses, the beats under them, and the heart under them on request."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page, self.session, self.watch = page, page.session, page.watch
        self._warm: WarmCell | None = None
        self.answer: CellAnswer | None = page.kept.get("drug answer")
        self.drugs: dict[str, QComboBox] = {}
        self.doses: dict[str, QSlider] = {}
        self._told: dict[str, QLabel] = {}
        self._later = QTimer(self, singleShot=True, interval=SETTLED)
        self._later.timeout.connect(self._ask)
        self._poll = QTimer(self, interval=LOOK_EVERY)
        self._poll.timeout.connect(self._look)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
        self.numbers: DrugNumbers | None = None
        self._fill()

    def place(self, point: Point) -> None:
        """A click on the heart only marks a place."""

    def _fill(self) -> None:
        scenario = self.session.scenario
        self.column.addWidget(label(LEAD, "muted"))
        if not isinstance(scenario, Electrophysiology):
            self.column.addWidget(
                label("This scenario is one of blood flow; choose another in the step Simulate.", "small")
            )
            return
        self.column.addWidget(label(f"{scenario.title}: {find_cell(scenario.cell).title}", "small"))
        for key in ("a", "b"):
            self._add_dose(key, scenario)
        self.column.addWidget(section("What it does to the cell"))
        self.plot = DrugPlot(self)
        self.column.addWidget(self.plot)
        self.room = QVBoxLayout()
        self.column.addLayout(self.room)
        self.note = label("", "small", self)
        self.column.addWidget(self.note)
        self.column.addWidget(section("The whole heart"))
        self.heart = HeartUnderDrugs(self.page, self.chosen, self)
        self.column.addWidget(self.heart)
        self.column.addWidget(label(LIMITS, "small"))
        self._show()
        if self.answer is None:
            self._later.start()

    def _add_dose(self, key: str, scenario: Electrophysiology) -> None:
        kept = self.page.kept.get(f"drug {key}", _first(key, scenario))
        box, slider, told = QComboBox(self), QSlider(Qt.Orientation.Horizontal, self), QLabel(self)
        box.addItem(NO_DRUG, "")
        for name, found in sorted(find_drugs().items()):
            box.addItem(f"{name.capitalize()}  ({found.risk} risk)", name)
        box.setCurrentIndex(max(box.findData(kept.name), 0))
        slider.setRange(0, len(DOSES) - 1)
        slider.setValue(min(range(len(DOSES)), key=lambda k: abs(DOSES[k] - kept.dose)))
        slider.setToolTip("Concentration, in multiples of the free therapeutic peak")
        head = QLabel(HEADS[key], self)
        head.setStyleSheet(f"color: {inks_of(self.session.theme)[key]}; font-weight: 600")
        told.setFixedWidth(px(124))
        told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setColumnStretch(1, 1)
        grid.addWidget(head, 0, 0)
        grid.addWidget(box, 0, 1, 1, 2)
        grid.addWidget(slider, 1, 1)
        grid.addWidget(told, 1, 2)
        self.column.addLayout(grid)
        self.drugs[key], self.doses[key], self._told[key] = box, slider, told
        self._tell(key)
        box.currentIndexChanged.connect(lambda _: self._changed(key))
        slider.valueChanged.connect(lambda _: self._changed(key))

    def dose(self, key: str) -> DrugDose:
        """What the knobs of A or B say."""
        return DrugDose(name=self.drugs[key].currentData(), dose=DOSES[self.doses[key].value()])

    @property
    def chosen(self) -> tuple[DrugDose, ...]:
        """The doses that are a drug."""
        return tuple(one for one in (self.dose("a"), self.dose("b")) if one.name)

    def _changed(self, key: str) -> None:
        self.page.kept[f"drug {key}"] = self.dose(key)
        self.page.kept.pop("drug answer", None)
        self._tell(key)
        self.heart.refresh(self.chosen)
        self._later.start()

    def _tell(self, key: str) -> None:
        dose = self.dose(key)
        self.doses[key].setEnabled(bool(dose.name))
        words = f"{dose.dose:g} \u00d7 free peak"
        if dose.name:
            concentration = dose.dose * find_drug(dose.name).free_peak
            words += f"\n{with_unit(f'{concentration:.3g}', 'nM')}"
        self._told[key].setText(words if dose.name else "")

    def _ask(self) -> None:
        scenario = self.session.scenario
        if not isinstance(scenario, Electrophysiology):
            return
        if self._warm is None:
            self._warm = WarmCell()
            warm = self._warm
            self.destroyed.connect(lambda: warm.close())
        a, b = self.dose("a"), self.dose("b")
        self._warm.ask(CellQuestion(scenario.cell, CYCLE, a.name, a.dose, b.name, b.dose))
        self.note.setText("Pacing \u2026")
        self._poll.start()

    def _look(self) -> None:
        if self._warm is None:
            return
        answer, wrong = self._warm.poll(), self._warm.error()
        if answer is not None:
            self.answer = self.page.kept["drug answer"] = answer
            self._show()
        if not self._warm.waiting or wrong:
            self._poll.stop()
            self.note.setText(wrong or (answer.refusal if answer is not None else ""))

    def beats(self) -> dict[str, CellBeat]:
        """The beats of the last answer: without a drug, under A, under B."""
        answer, found = self.answer, dict[str, CellBeat]()
        if answer is None or answer.beat is None:
            return found
        found["none"] = answer.before or answer.beat
        if answer.before is not None:
            found["a"] = answer.beat
        if answer.other is not None:
            found["b"] = answer.other
        return found

    def _show(self) -> None:
        beats, theme = self.beats(), self.session.theme
        self.plot.show_beats(beats, theme)
        if self.numbers is not None:
            self.numbers.hide()
            self.numbers.deleteLater()
            self.numbers = None
        if beats:
            self.numbers = DrugNumbers(beats, self._last_activation(), theme, self)
            self.room.addWidget(self.numbers)

    def _last_activation(self) -> float | None:
        """ms from the first to the last activation of the run in view."""
        result = self.session.result
        times = {m.name: m.value for m in result.metrics} if result is not None else {}
        return times.get("total_activation_time")


def _first(key: str, scenario: Electrophysiology) -> DrugDose:
    """What the knobs start with: the scenario's drug, else one that prolongs the beat, against none."""
    if key == "b":
        return DrugDose()
    return scenario.drug if scenario.drug.name else DrugDose(name="dofetilide", dose=1.0)
