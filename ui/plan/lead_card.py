"""One lead on the page: its role, when it fires and how strongly, and a way to take it out."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from solvers.electrophysiology.conduction_system import SYSTEM
from solvers.scenario import PacingSite
from ui.readout import at_words
from ui.theme import px
from ui.widgets import button, label

ROLES = {
    "site": "Any site",
    "rv_lead": "RV lead",
    "lv_lead": "LV lead",
    "his": "His bundle",
    "left_bundle": "Left bundle area",
}


class LeadCard(QFrame):
    """Emits the changed site, or None where it is to go."""

    changed = Signal(object)

    def __init__(self, number: int, site: PacingSite, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.site = site
        self.role = QComboBox(self)
        for key, words in ROLES.items():
            self.role.addItem(words, key)
        self.role.setCurrentIndex(self.role.findData(site.role))
        self.role.currentIndexChanged.connect(lambda i: self._change(role=self.role.itemData(i)))
        self.time = self._spin(site.time, 1000.0, 5.0, "ms")
        self.time.setToolTip(
            "When it fires: the atrioventricular delay, and between two leads the interventricular one"
        )
        self.time.editingFinished.connect(lambda: self._change(time=self.time.value()))
        self.strength = self._spin(site.strength, 150.0, 5.0, "\u00b5A/mm\u00b3")
        self.strength.setToolTip("Current density around the tip for 2 ms; whether it captures is looked for in a run")
        self.strength.editingFinished.connect(lambda: self._change(strength=self.strength.value()))
        remove = button("Remove", lambda: self.changed.emit(None))
        remove.setProperty("role", "link")
        column = QVBoxLayout(self)
        column.setContentsMargins(px(10), px(8), px(10), px(8))
        column.setSpacing(px(6))
        column.addLayout(_row((QLabel(f"{number}", self), 0), (self.role, 1), (remove, 0)))
        column.addLayout(_row((QLabel("At", self), 0), (self.time, 1), (QLabel("with", self), 0), (self.strength, 1)))
        if site.role in SYSTEM:
            self.strength.setEnabled(False)
        else:
            column.addWidget(label(at_words((site.x, site.y, site.z)), "small", self))

    def _spin(self, value: float, most: float, step: float, unit: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(0.0, most)
        spin.setDecimals(0)
        spin.setSingleStep(step)
        spin.setSuffix(f" {unit}")
        spin.setValue(value)
        spin.setKeyboardTracking(False)
        return spin

    def _change(self, **values: object) -> None:
        changed = self.site.model_copy(update=values)
        if changed != self.site:
            self.changed.emit(changed)


def _row(*cells: tuple[QWidget, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(px(8))
    for widget, stretch in cells:
        row.addWidget(widget, stretch)
    return row
