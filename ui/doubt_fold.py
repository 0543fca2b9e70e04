"""How sure each number of a scenario is: SD, status and source, edited one by one."""

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from geometry.metric import shown_unit
from solvers.scenario import Doubt, Electrophysiology, Flow
from solvers.uncertainty.doubts import Doubted, doubted_numbers, with_doubt, without_doubt
from ui.theme import px
from ui.widgets import Fold, button, label

ABOUT = "An ensemble draws each number around its value with this standard deviation; 0: it is not varied."
STATUSES = get_args(Doubt.model_fields["status"].annotation)


class DoubtFold(Fold):
    """Edits the doubts of one scenario; emits the whole changed scenario and the label of what changed."""

    edited = Signal(object, str)

    def __init__(self, scenario: Electrophysiology | Flow, parent: QWidget | None = None) -> None:
        super().__init__("How sure the inputs are", False, parent)
        self.scenario = scenario
        self.rows: dict[str, DoubtRow] = {}
        self.column.addWidget(label(ABOUT, "small"))
        for doubted in doubted_numbers(scenario):
            row = DoubtRow(doubted, self)
            row.entered.connect(self._entered)
            row.reset.connect(self._reset)
            self.rows[doubted.number.name] = row
            self.column.addWidget(row)

    def show_scenario(self, scenario: Electrophysiology | Flow) -> None:
        """Show the numbers of a changed scenario of the same kind."""
        self.scenario = scenario
        for doubted in doubted_numbers(scenario):
            if doubted.number.name in self.rows:
                self.rows[doubted.number.name].show_doubt(doubted)

    def _entered(self, doubt: Doubt) -> None:
        self._tell(with_doubt(self.scenario, doubt), doubt.number)

    def _reset(self, name: str) -> None:
        self._tell(without_doubt(self.scenario, name), name)

    def _tell(self, changed: Electrophysiology | Flow, name: str) -> None:
        if changed != self.scenario:
            self.show_scenario(changed)
            self.edited.emit(changed, f"the doubt of the {self.rows[name].doubted.number.label}")


class DoubtRow(QWidget):
    """One number: its value with SD, the status in a list, and the source in words."""

    entered = Signal(object)
    reset = Signal(str)

    def __init__(self, doubted: Doubted, parent: QWidget) -> None:
        super().__init__(parent)
        self.doubted = doubted
        number = doubted.number
        head = label(f"{number.label[:1].upper()}{number.label[1:]}")
        head.setToolTip(number.meaning)
        self.value = QLabel(self)
        self.sd, self.source = QLineEdit(self), QLineEdit(self)
        self.source.setMinimumWidth(px(60))
        self.sd.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.sd.setFixedWidth(px(60))
        self.sd.setToolTip("Standard deviation")
        self.source.setPlaceholderText("How it was measured or estimated")
        unit = QLabel(shown_unit(number.unit), self)
        unit.setProperty("role", "small")
        unit.setFixedWidth(px(36))
        self.status = QComboBox(self)
        for status in STATUSES:
            self.status.addItem(status.capitalize(), status)
        self.status.setFixedWidth(px(146))
        self.back = button("As declared", lambda: self.reset.emit(self.doubted.number.name))
        self.back.setProperty("role", "link")
        self.wrong = label("", "bad")
        self._lay_out(head, unit)
        self.sd.editingFinished.connect(self._typed)
        self.source.editingFinished.connect(self._typed)
        self.status.currentIndexChanged.connect(self._typed)
        self.show_doubt(doubted)

    def _lay_out(self, head: QWidget, unit: QWidget) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(px(6))
        first.addWidget(head, 1)
        for widget in (self.value, self.sd, unit):
            first.addWidget(widget)
        second.addWidget(self.status)
        second.addWidget(self.source, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(6))
        column.setSpacing(px(3))
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.wrong)

    def show_doubt(self, doubted: Doubted) -> None:
        """Show what is known of the number."""
        self.doubted, number = doubted, doubted.number
        for control in (self.sd, self.status, self.source):
            control.blockSignals(True)
        self.value.setText(f"{number.mean:g} \u00b1".replace("-", "\u2212"))
        self.sd.setText(f"{number.sd:.3g}")
        self.status.setCurrentIndex(max(self.status.findData(number.status), 0))
        self.source.setText(number.source)
        self.source.setCursorPosition(0)
        self.source.setToolTip(number.source)
        for control in (self.sd, self.status, self.source):
            control.blockSignals(False)
        self.back.setVisible(doubted.own)
        self._tell("")

    def _tell(self, wrong: str) -> None:
        self.wrong.setText(wrong)
        self.wrong.setVisible(bool(wrong))

    def _typed(self) -> None:
        number, text = self.doubted.number, self.sd.text().strip().replace(",", ".")
        try:
            sd = number.sd if text == f"{number.sd:.3g}" else float(text)
        except ValueError:
            self._tell(f"{text!r} is not a number." if text else "A standard deviation is needed here; 0 for none.")
            return
        if not 0 <= sd < float("inf"):
            self._tell("A standard deviation is 0 or more.")
            return
        status, source = str(self.status.currentData()), self.source.text().strip()
        if (sd, status, source) != (number.sd, number.status, number.source):
            self.entered.emit(
                Doubt.model_validate({"number": number.name, "sd": sd, "status": status, "source": source})
            )
        else:
            self._tell("")
