"""The cell view: one cell of the heart on its own, its action potential and currents over one beat, under a drug."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.warm_cell import BEATS, CellAnswer, CellQuestion, WarmCell
from solvers.cells.catalogue import find_cell, find_cells
from solvers.cells.currents import CellBeat
from solvers.drugs.catalogue import find_drug, find_drugs
from solvers.drugs.markers import measure_beat
from solvers.scenario import Electrophysiology
from ui.asking import Asking
from ui.cell_place import potential_at
from ui.cell_plots import CellPlots
from ui.session import Session
from ui.theme import px

LOOK_EVERY, SETTLED = 60, 180  # ms between looks for an answer, and of rest of a knob before it is asked
DOSES = tuple(0.25 * k for k in range(41))  # times the free peak
NO_DRUG = "No drug"


class CellView(QDialog):
    """A window of its own that stays beside the heart; it follows the marked place."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.beat: CellBeat | None = None
        self._before: CellBeat | None = None
        self.setWindowTitle("Cell view")
        self.model, self.drug = QComboBox(self), QComboBox(self)
        for name, cell in find_cells().items():
            self.model.addItem(cell.title, name)
        self.cycle = QDoubleSpinBox(self)
        self.cycle.setRange(250.0, 4000.0)
        self.cycle.setDecimals(0)
        self.cycle.setSingleStep(50.0)
        self.cycle.setSuffix(" ms")
        self.cycle.setValue(1000.0)
        self.drug.addItem(NO_DRUG, "")
        for name, found in sorted(find_drugs().items()):
            self.drug.addItem(f"{name.capitalize()}  ({found.risk} risk)", name)
        self.dose = QSlider(Qt.Orientation.Horizontal, self)
        self.dose.setRange(0, len(DOSES) - 1)
        self.dose.setValue(DOSES.index(1.0))
        self.dose.setToolTip("Concentration, in multiples of the free therapeutic peak")
        self.told_dose, self.numbers, self.note = QLabel(self), QLabel(self), QLabel(self)
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.plots = CellPlots(self)
        self._lay_out()
        self.asking = Asking(self, WarmCell, lambda: self.question, SETTLED, LOOK_EVERY)
        self.asking.answered.connect(self._take)
        self.asking.refused.connect(self.note.setText)
        for signal in (self.model.currentIndexChanged, self.drug.currentIndexChanged, self.dose.valueChanged):
            signal.connect(self._changed)
        self.cycle.valueChanged.connect(self._changed)
        session.point_changed.connect(self._show)
        session.look_changed.connect(self._show)
        session.theme_changed.connect(self.dress)
        session.case_changed.connect(self.close)
        self.dress()

    @property
    def question(self) -> CellQuestion:
        """What the knobs ask for."""
        return CellQuestion(
            self.model.currentData(), self.cycle.value(), self.drug.currentData(), DOSES[self.dose.value()]
        )

    def open_for(self, cell: str) -> None:
        """Come up with a cell model."""
        self.model.setCurrentIndex(max(self.model.findData(cell), 0))
        self.show()
        self.raise_()
        self._changed()

    def dress(self) -> None:
        """Wear the session's theme."""
        self.plots.dress(self._session.theme)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End the pacing process."""
        self.finish()
        super().closeEvent(event)

    def finish(self) -> None:
        """Ask no more."""
        self.asking.finish()

    def _changed(self, *_: object) -> None:
        drug, times = self.drug.currentData(), DOSES[self.dose.value()]
        self.dose.setEnabled(bool(drug))
        peak = find_drug(drug).free_peak if drug else 0.0
        self.told_dose.setText(f"{times:g} x free peak  ({times * peak:.4g} nM)" if drug else "")
        self.note.setText("Pacing ...")
        self.asking.later()

    def _take(self, answer: CellAnswer) -> None:
        self.beat, self._before = answer.beat, answer.before
        self._show()

    def _show(self) -> None:
        if self.beat is None or not self.isVisible():
            return
        place = potential_at(self._session)
        self.plots.show_beat(self.beat, self._before, place)
        self.numbers.setText(number_words(self.beat, self._before))
        told = [f"Beat {BEATS + 1} from rest" + (f", then {BEATS} more under the drug" if self._before else "")]
        told += ["thin and grey: without the drug"] if self._before is not None else []
        told += ["dashed: the heart at the marked place"] if place is not None else []
        self.note.setText(f"{'; '.join(told)}. Model: doi {find_cell(self.question.cell).source}")

    def _lay_out(self) -> None:
        top = QGridLayout()
        top.setHorizontalSpacing(px(14))
        top.setVerticalSpacing(px(4))
        heads = ("Cell model", "Cycle length", "Drug", "Concentration")
        for place, (head, widget) in enumerate(zip(heads, (self.model, self.cycle, self.drug, self.dose), strict=True)):
            title = QLabel(head, self)
            title.setProperty("role", "small")
            top.addWidget(title, 0, place)
            top.addWidget(widget, 1, place)
        self.told_dose.setProperty("role", "small")
        top.addWidget(self.told_dose, 0, 3, Qt.AlignmentFlag.AlignRight)
        for place, share in enumerate((5, 2, 4, 5)):
            top.setColumnStretch(place, share)
        badge = QLabel("SIMULATED", self)
        badge.setProperty("role", "badge")
        told = QHBoxLayout()
        told.setSpacing(px(14))
        told.addWidget(badge)
        told.addWidget(self.numbers, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(12))
        column.setSpacing(px(10))
        column.addLayout(top)
        column.addLayout(told)
        column.addWidget(self.plots, 1)
        column.addWidget(self.note)
        self.resize(px(1060), px(620))


def start_cell(session: Session) -> str:
    """The cell model of the scenario that is set up, or the first there is."""
    scenario = session.scenario
    return scenario.cell if isinstance(scenario, Electrophysiology) else next(iter(find_cells()))


def number_words(beat: CellBeat, before: CellBeat | None) -> str:
    """APD90, APD50 and the like of a beat, with the change under the drug, as rich text."""
    now = measure_beat(beat.times, beat.V)
    then = measure_beat(before.times, before.V) if before is not None else now
    rows = (
        ("APD90", now.apd90, then.apd90, "ms"),
        ("APD50", now.apd50, then.apd50, "ms"),
        ("Triangulation", now.triangulation, then.triangulation, "ms"),
        ("Rest", now.resting, then.resting, "mV"),
        ("Peak", now.peak, then.peak, "mV"),
    )
    found = []
    for word, value, old, unit in rows:
        text = f"<b>{value:.0f} {unit}</b>" if value == value else "<b>none</b>"
        change = f" ({value - old:+.0f})" if round(value, 0) != round(old, 0) and value == value and old == old else ""
        found.append(f"{word} {text}{change}")
    flag = "&nbsp;&nbsp;&nbsp;&nbsp;<b>Early afterdepolarisation</b>" if now.early_afterdepolarisation else ""
    return "&nbsp;&nbsp;&nbsp;&nbsp;".join(found).replace("-", "\u2212") + flag
