"""A table of the ECG's electrodes: where the template has them, or where they were moved to."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from geometry.errors import Refused
from solvers.electrophysiology.electrodes import NAMES, moved_electrodes
from solvers.scenario import ElectrodePlace, Electrophysiology
from ui.session import Session
from ui.theme import px
from ui.widgets import button

HEADS = ("Left-right (mm)", "Back-front (mm)", "Foot-head (mm)")
WHERE = {
    "RA": "right shoulder", "LA": "left shoulder", "LL": "left hip", "V1": "right of the sternum", "V2": "left of the sternum",
    "V3": "between V2 and V4", "V4": "midclavicular line", "V5": "anterior axillary line", "V6": "middle axillary line",
}  # fmt: skip
ABOUT = "Places in scan coordinates, mm (RAS: right, front and head are positive). Moved ones are bold; run the scenario again."
NO_ECG = "Choose a scenario of the heart's activation: only those have an ECG."


class ElectrodeTable(QDialog):
    """Shows and moves the electrodes of the scenario that is set up; each change can be undone."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.setWindowTitle("Electrodes of the ECG")
        self.table = QTableWidget(len(NAMES), len(HEADS), self)
        self.table.setHorizontalHeaderLabels(HEADS)
        self.table.setVerticalHeaderLabels([f"{name}  {WHERE[name]}" for name in NAMES])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.cellChanged.connect(self._entered)
        self.note = QLabel(ABOUT, self)
        self.note.setWordWrap(True)
        self.note.setProperty("role", "small")
        self.reset = button("Back to the template", self._reset, tip="Put every electrode where the template has it")
        below = QHBoxLayout()
        below.setSpacing(px(14))
        below.addWidget(self.note, 1)
        below.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(12))
        column.setSpacing(px(10))
        column.addWidget(self.table, 1)
        column.addLayout(below)
        self.resize(px(720), px(440))
        session.scenario_changed.connect(self._fill)
        session.case_changed.connect(self.close)

    def come_up(self) -> None:
        """Show the electrodes as they are."""
        self.show()
        self.raise_()
        self._fill()

    @property
    def _scenario(self) -> Electrophysiology | None:
        scenario = self._session.scenario
        return scenario if isinstance(scenario, Electrophysiology) and self._session.mesh is not None else None

    def _fill(self) -> None:
        if not self.isVisible():
            return
        scenario, mesh = self._scenario, self._session.mesh
        self.table.setEnabled(scenario is not None)
        self.reset.setEnabled(scenario is not None and bool(scenario.electrodes))
        if scenario is None or mesh is None:
            self.note.setText(NO_ECG)
            return
        own = {one.name for one in scenario.electrodes}
        self._filling = True
        try:
            for row, place in enumerate(moved_electrodes(mesh, scenario.electrodes).positions):
                for column, value in enumerate(place):
                    item = QTableWidgetItem(f"{value:.1f}")
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    font = item.font()
                    font.setBold(NAMES[row] in own)
                    item.setFont(font)
                    self.table.setItem(row, column, item)
            self.note.setText(ABOUT)
        except Refused as refusal:  # the mesh has changed under a place
            self.note.setText(str(refusal))
        finally:
            self._filling = False

    def _entered(self, row: int, column: int) -> None:
        scenario, mesh = self._scenario, self._session.mesh
        if self._filling or scenario is None or mesh is None:
            return
        name = NAMES[row]
        try:
            x, y, z = (float(self._text(row, k).replace(",", ".").replace("\u2212", "-")) for k in range(len(HEADS)))
            moved = ElectrodePlace.model_validate({"name": name, "x": x, "y": y, "z": z})
            kept = {one.name: one for one in scenario.electrodes} | {moved.name: moved}
            places = tuple(kept[one] for one in NAMES if one in kept)
            moved_electrodes(mesh, places)
        except (ValueError, Refused) as wrong:
            words = str(wrong) if isinstance(wrong, Refused) else f"{name} needs three numbers within 2 m."
            self._fill()
            self.note.setText(words)
            return
        self._keep(scenario.model_copy(update={"electrodes": places}), f"Move the electrode {name}")

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text().strip() if item is not None else ""

    def _reset(self) -> None:
        scenario = self._scenario
        if scenario is not None:
            self._keep(scenario.model_copy(update={"electrodes": ()}), "Put the electrodes back")

    def _keep(self, changed: Electrophysiology, words: str) -> None:
        self._session.edit_scenario(self._session.scenario_name, changed, words)
