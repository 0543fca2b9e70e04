"""A form made from a record: one row per number with its unit, range and source; what is out of range is refused in words."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.scenario_words import CHOICES, NAMING, humanised
from geometry.metric import shown_unit
from solvers.record import Record
from ui.facts import Facts, facts_of, with_value
from ui.theme import px
from ui.widgets import Fold

LONG = 22  # letters of a choice that has a line of its own


class Form(QWidget):
    """Edits one record; emits the whole changed record and the label of what changed."""

    edited = Signal(object, str)

    def __init__(
        self,
        record: Record,
        hidden: frozenset[str] = frozenset(),
        lists: Mapping[str, Mapping[str, str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.record = record
        self.rows: dict[str, Row] = {}
        self.parts: dict[str, Form] = {}
        self._lists = dict(lists or {})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(6))
        inner = []
        for facts in facts_of(record):
            if facts.name in hidden or facts.kind == "other" or (facts.name in NAMING and facts.name != "title"):
                continue
            if facts.kind == "record":
                inner.append(facts)
                continue
            row = Row(facts, getattr(record, facts.name), self._lists.get(facts.name, {}), self)
            row.entered.connect(self._entered)
            self.rows[facts.name] = row
            layout.addWidget(row)
        for facts in inner:
            layout.addWidget(self._section(facts))

    def show_record(self, record: Record) -> None:
        """Show other values of the same kind of record."""
        self.record = record
        for name, row in self.rows.items():
            row.show_value(getattr(record, name))
        for name, part in self.parts.items():
            part.show_record(getattr(record, name))

    def _section(self, facts: Facts) -> QWidget:
        box = Fold(humanised(facts.name), facts.name in ("velocities", "ensemble"), self)
        part = Form(getattr(self.record, facts.name), lists=self._lists, parent=box)
        part.edited.connect(lambda record, text, name=facts.name: self._part_edited(name, record, text))
        self.parts[facts.name] = part
        box.column.addWidget(part)
        return box

    def _entered(self, name: str, value: Any) -> None:
        changed, wrong = with_value(self.record, name, value)
        row = self.rows[name]
        row.tell(wrong)
        if changed is not None and changed != self.record:
            self.record = changed
            row.show_value(getattr(changed, name))
            self.edited.emit(changed, row.facts.label)

    def _part_edited(self, name: str, record: Record, text: str) -> None:
        self.record = self.record.model_copy(update={name: record})
        self.edited.emit(self.record, text)


class Row(QWidget):
    """One field of a form: label, control, unit, and a sentence below when the entry is refused."""

    entered = Signal(str, object)

    def __init__(self, facts: Facts, value: Any, known: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.facts = facts
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(2))
        label = QLabel(facts.label, self)
        label.setWordWrap(True)
        unit = QLabel(shown_unit(facts.unit), self)
        unit.setProperty("role", "small")
        unit.setFixedWidth(px(70))
        self.control = self._make_control(known)
        self.control.setFixedWidth(px(96) if facts.kind in ("number", "whole") else px(174))
        self.control.setToolTip(facts.tip())
        label.setToolTip(facts.tip())
        self.wrong = QLabel(self)
        self.wrong.setProperty("role", "bad")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        grid.addWidget(label, 0, 0)
        if facts.kind in ("number", "whole"):
            grid.addWidget(self.control, 0, 1)
            grid.addWidget(unit, 0, 2)
        elif max((len(words) for words in known.values()), default=0) > LONG:
            self.control.setFixedWidth(px(286))
            grid.addWidget(self.control, 1, 0, 1, 3)
        else:
            grid.addWidget(self.control, 0, 1, 1, 2)
        grid.addWidget(self.wrong, 2, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        self.show_value(value)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        self.tell("")
        control = self.control
        control.blockSignals(True)
        if isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(max(control.findData(value), 0))
        elif isinstance(control, QLineEdit):
            control.setText("" if value is None else f"{value:g}" if isinstance(value, float) else str(value))
            control.setCursorPosition(0)  # a long text is seen from its beginning
        control.blockSignals(False)

    def tell(self, wrong: str) -> None:
        """Say why an entry was refused; empty: it was not."""
        self.wrong.setText(wrong)
        self.wrong.setVisible(bool(wrong))
        self.control.setProperty("wrong", bool(wrong))
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)

    def _make_control(self, known: Mapping[str, str]) -> QWidget:
        facts = self.facts
        if facts.kind == "switch":
            box = QCheckBox(self)
            box.toggled.connect(lambda on: self.entered.emit(facts.name, on))
            return box
        if facts.kind == "choice" or known:
            combo = QComboBox(self)
            for choice in facts.choices or known:
                combo.addItem(known.get(choice) or CHOICES.get(choice, humanised(choice)), choice)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.currentIndexChanged.connect(lambda i: self.entered.emit(facts.name, combo.itemData(i)))
            return combo
        line = QLineEdit(self)
        if facts.kind != "text":
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.editingFinished.connect(lambda: self._typed(line.text().strip()))
        return line

    def _typed(self, text: str) -> None:
        facts = self.facts
        if facts.kind == "text":
            self.entered.emit(facts.name, text)
            return
        if not text and facts.optional:
            self.entered.emit(facts.name, None)
            return
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            self.tell(f"{text!r} is not a number." if text else "A number is needed here.")
            return
        self.entered.emit(facts.name, int(value) if facts.kind == "whole" and value == int(value) else value)
