"""What the edits did to the numbers: before, after, and whether they are saved."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from geometry.measures.change import NOISE, compare_measures
from geometry.metric import Metric
from ui.session import Session
from ui.theme import px
from ui.widgets import label, section

UNITS = {"EDV": "mL", "ESV": "mL", "EF": "%", "Mass": "g"}
NAMES = {"EDV": "lv_edv", "ESV": "lv_esv", "EF": "ejection_fraction", "Mass": "lv_mass"}


class EditCard(QWidget):
    """A small table; hidden while nothing is edited."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(4))
        self._column.addWidget(section("Edited by hand"))
        self._table = QWidget(self)
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(12))
        self._cells: dict[tuple[int, int], QLabel] = {}
        self._column.addWidget(self._table)
        self._column.addWidget(label("The interval below follows a moment later.", "small"))
        session.labels.changed.connect(self.refresh)
        session.labels.measured.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the numbers as they are now."""
        edits, segmentation = self._session.labels, self._session.segmentation
        self.setVisible(edits.edited)
        if not edits.edited or segmentation is None:
            return
        old = edits.before()
        before = edits.numbers(old) if old is not None else {}
        after = edits.numbers(segmentation.labels)
        for column, head in enumerate(("", "Before", "After", "Change")):
            self._cell(0, column, head, "small")
        for row, (name, unit) in enumerate(UNITS.items(), start=1):
            self._cell(
                row,
                0,
                f"{'LV ' if name != 'EF' else ''}{name[:1].lower() + name[1:] if name == 'Mass' else name}",
                "muted",
            )
            one, other = before.get(name), after.get(name)
            self._cell(row, 1, "-" if one is None else f"{one:.0f}")
            self._cell(row, 2, "-" if other is None else f"{other:.0f} {unit}")
            self._cell(row, 3, "" if one is None or other is None else _step(name, unit, one, other), "muted")

    def _cell(self, row: int, column: int, text: str, role: str = "") -> None:
        if (row, column) not in self._cells:
            found = QLabel(self._table)
            found.setProperty("role", role)
            if column:
                found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(found, row, column)
            self._cells[(row, column)] = found
        self._cells[(row, column)].setText(text)


def _step(name: str, unit: str, before: float, after: float) -> str:
    """The change, or that two readers differ by as much."""
    key, plain = NAMES[name], unit.replace("mL", "ml")
    (found,) = compare_measures((Metric(key, name, before, plain),), (Metric(key, name, after, plain),))
    return "in reading noise" if found.verdict == NOISE else f"{found.change:+z.0f}"
