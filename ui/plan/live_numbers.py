"""Numbers of a plan that follow while something is dragged: each with its interval, and beside what it was in the shown run."""

import math
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from geometry.metric import with_unit
from solvers.electrophysiology.leads import WORDS
from ui.session import Session
from ui.theme import px

HEADS = ("", "now", "90 % interval", "change")


class LiveNumbers(QWidget):
    """One row a number of the session's answer; the interval is that of a moment ago until that of the answer is there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        result = session.result
        self._before = {metric.name: metric.value for metric in (result.metrics if result is not None else ())}
        self.values: dict[str, QLabel] = {}
        self.intervals: dict[str, QLabel] = {}
        self.changes: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(4))
        self._grid.setColumnStretch(0, 1)
        for column, words in enumerate(HEADS):
            self._put(0, column, words, "small")
        for row, (name, (words, _, note)) in enumerate(WORDS.items(), start=1):
            head = self._put(row, 0, words)
            head.setToolTip(note)
            head.setMinimumWidth(px(96))
            self.values[name] = self._put(row, 1, "", "head")
            self.intervals[name] = self._put(row, 2, "", "small")
            self.changes[name] = self._put(row, 3, "", "small")
        session.answer_changed.connect(self.refresh)
        session.band.changed.connect(self.refresh)
        self.refresh()

    def _put(self, row: int, column: int, words: str, role: str = "") -> QLabel:
        cell = QLabel(words, self)
        if role:
            cell.setProperty("role", role)
        cell.setWordWrap(column == 0)
        if column:
            cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(cell, row, column)
        return cell

    def refresh(self) -> None:
        """Show the numbers of the answer; a row that it does not have is not there."""
        answer, band = self._session.answer, self._session.band.shown
        if answer is None:
            return
        bounds: Mapping[str, tuple[float, float]] = band.values if band is not None else {}
        for place, (name, (_, unit, _)) in enumerate(WORDS.items(), start=1):
            value = answer.values.get(name, math.nan)
            for column in range(len(HEADS)):
                item = self._grid.itemAtPosition(place, column)
                if item is not None and (cell := item.widget()) is not None:
                    cell.setVisible(math.isfinite(value))
            self.values[name].setText(with_unit(f"{value:z.0f}", unit))
            self.intervals[name].setText(_interval(bounds.get(name)))
            self.changes[name].setText(_change(value - self._before.get(name, math.nan), unit))


def _interval(bounds: tuple[float, float] | None) -> str:
    """Low to high; nothing for what does not vary."""
    if bounds is None or bounds[1] - bounds[0] < 0.5:
        return ""
    return f"{bounds[0]:z.0f} to {bounds[1]:z.0f}".replace("-", "\u2212")


def _change(change: float, unit: str) -> str:
    if not math.isfinite(change):
        return ""
    return "same" if abs(change) < 1 else with_unit(f"{change:+.0f}", unit).replace("-", "\u2212")
