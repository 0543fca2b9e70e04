"""Where the doubt of a run's numbers comes from, what to measure next, and emulated answers while inputs are moved."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.sensitivity import full_model_at, sensitivity_of
from solvers.uncertainty.sensitivity import Sensitivity, Study
from ui.index_bars import IndexBars
from ui.input_sliders import InputSliders
from ui.result_cards import metric_card
from ui.session import Session
from ui.widgets import Fold, button, label, notice


class UncertaintyFold(Fold):
    """Filled when it is opened; ``simulate`` starts the run of a stored scenario."""

    def __init__(
        self, session: Session, run: str, simulate: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__("Uncertainty", False, parent)
        self._session, self._run, self._simulate = session, run, simulate
        self.sliders: InputSliders | None = None
        self._found: Sensitivity | None = None
        self.unfolded.connect(self._fill)

    def _fill(self, on: bool) -> None:
        case = self._session.case
        if not on or self.column.count() or case is None:
            return
        self._found = sensitivity_of(case, self._run)
        if self._found is None or not self._found.studies:
            text = "This run has no ensemble of 8 members or more to learn from. Choose more members and run it again."
            self.column.addWidget(label(text, "small"))
            return
        self.chooser = QComboBox(self)
        for study in self._found.studies:
            self.chooser.addItem(study.output.label, study.output.name)
        self.chooser.currentIndexChanged.connect(self._choose)
        self.column.addWidget(self.chooser)
        self._about = _column(self)
        self.column.addWidget(self._about)
        self.column.addWidget(label("What if an input were different? Emulated, in place of the full model:", "muted"))
        self.sliders = InputSliders(self._found.table.varied, self)
        self.sliders.moved.connect(self._answer)
        self.column.addWidget(self.sliders)
        self._card = _column(self)
        self.column.addWidget(self._card)
        tip = "Runs the scenario with these inputs, without an ensemble, and keeps it beside this one"
        self.column.addWidget(button("Confirm with the full model", self._confirm, tip=tip))
        for note in self._found.notes:
            self.column.addWidget(label(note, "small"))
        self._choose()

    @property
    def study(self) -> Study:
        """The decision number that is looked at."""
        assert self._found is not None
        return self._found.study(str(self.chooser.currentData()))

    def _choose(self) -> None:
        _empty(self._about)
        layout = self._about.layout()
        assert layout is not None
        layout.addWidget(IndexBars(self.study, self._session.theme, self))
        layout.addWidget(notice(self.study.next_measurement()))
        self._answer()

    def _answer(self) -> None:
        """Show the emulated answer, with its interval and how good the emulator is."""
        if self.sliders is None:
            return
        _empty(self._card)
        layout = self._card.layout()
        assert layout is not None
        layout.addWidget(metric_card(self.study.answer(self.sliders.values)))
        trust = self.study.trust()
        layout.addWidget(notice(trust) if self.study.emulator.poor else label(trust, "small"))

    def _confirm(self) -> None:
        case = self._session.case
        if case is None or self.sliders is None or self._found is None:
            return
        name = full_model_at(case, self._run, self._found, self.sliders.values)
        self._session.refresh()
        self._simulate(name)


def _column(parent: QWidget) -> QWidget:
    found = QWidget(parent)
    layout = QVBoxLayout(found)
    layout.setContentsMargins(0, 0, 0, 0)
    return found


def _empty(column: QWidget) -> None:
    layout = column.layout()
    while layout is not None and layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
