"""Sex, body size and age of the patient: four small fields, each change of which can be undone."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from geometry.errors import Refused
from geometry.measures.body import body_surface
from ui.session import Session
from ui.theme import px
from ui.widgets import label, repolish

FIELDS = {"height_cm": ("Height", "cm"), "weight_kg": ("Weight", "kg"), "age_years": ("Age", "years")}
SEXES = {None: "\u2013", "F": "Female", "M": "Male"}


class SubjectForm(QWidget):
    """Shows and edits the session's subject."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.lines: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(3))
        self.sex = QComboBox(self)
        for key, words in SEXES.items():
            self.sex.addItem(words, key)
        self.sex.currentIndexChanged.connect(lambda i: self._change("sex", self.sex.itemData(i)))
        self._place(grid, 0, "Sex", self.sex)
        for column, (name, (words, unit)) in enumerate(FIELDS.items(), start=1):
            line = QLineEdit(self)
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.setPlaceholderText("\u2013")
            line.editingFinished.connect(self._typed(name, line))
            self.lines[name] = line
            self._place(grid, column, f"{words} ({unit})", line)
        self.surface = label("", "small", self)
        grid.addWidget(self.surface, 2, 0, 1, 4)
        self.show_subject()

    def show_subject(self) -> None:
        """Show what is known now."""
        subject = self._session.subject.now
        self.sex.blockSignals(True)
        self.sex.setCurrentIndex(max(self.sex.findData(subject.sex), 0))
        self.sex.blockSignals(False)
        for name, line in self.lines.items():
            value = getattr(subject, name)
            line.setText("" if value is None else f"{value:g}")
            self._tell(line, "")
        area = body_surface(subject)
        self.surface.setText(
            "Enter height and weight for values per m\u00b2 of body surface."
            if area is None
            else f"Body surface {area:.2f} m\u00b2 (Mosteller)"
        )

    def _place(self, grid: QGridLayout, column: int, words: str, control: QWidget) -> None:
        head = QLabel(words, self)
        head.setProperty("role", "small")
        control.setMinimumWidth(px(52))
        grid.addWidget(head, 0, column)
        grid.addWidget(control, 1, column)
        grid.setColumnStretch(column, 3 if column == 0 else 2)

    def _typed(self, name: str, line: QLineEdit) -> Callable[[], None]:
        def read() -> None:
            text = line.text().strip().replace(",", ".")
            try:
                value = float(text) if text else None
            except ValueError:
                self._tell(line, f"{line.text()!r} is not a number.")
                return
            whole = name == "age_years" and value is not None
            self._change(name, int(value) if whole and value is not None else value, line)

        return read

    def _change(self, name: str, value: str | float | None, line: QLineEdit | None = None) -> None:
        before = self._session.subject.now
        if getattr(before, name) == value:
            return
        try:
            after = replace(before, **{name: value})  # type: ignore[arg-type]
        except Refused as refusal:
            if line is not None:
                self._tell(line, str(refusal))
            return
        self._session.subject.change(after, f"Change {name.split('_')[0]}")

    def _tell(self, line: QLineEdit, wrong: str) -> None:
        line.setProperty("wrong", bool(wrong))
        line.setToolTip(wrong)
        repolish(line)
        if wrong:
            self.surface.setText(wrong)
