"""Numbers of a plan that follow while something is dragged, each beside what it was in the shown run."""

import math
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from geometry.metric import Metric, with_unit
from solvers.electrophysiology.leads import WORDS
from ui.theme import px


class LiveNumbers(QWidget):
    """One row a number: what it is, its value, and by how much it differs from ``before`` (metrics of a run)."""

    def __init__(self, before: tuple[Metric, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = {metric.name: metric.value for metric in before}
        self.values: dict[str, QLabel] = {}
        self._changes: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, px(64))
        for row, (name, (words, _, note)) in enumerate(WORDS.items()):
            head, value, change = QLabel(words, self), QLabel(self), QLabel(self)
            value.setProperty("role", "head")
            change.setProperty("role", "small")
            for cell in (value, change):
                cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, cell in enumerate((head, value, change)):
                cell.setToolTip(note)
                grid.addWidget(cell, row, column)
            self.values[name], self._changes[name] = value, change

    def show_values(self, values: Mapping[str, float]) -> None:
        """Show the numbers of an answer; what it does not have is a dash."""
        for name, (_, unit, _) in WORDS.items():
            value = values.get(name, math.nan)
            known = math.isfinite(value)
            self.values[name].setText(with_unit(f"{value:.0f}", unit) if known else "\u2013")
            change = value - self._before.get(name, math.nan)
            told = "" if not math.isfinite(change) else "same" if abs(change) < 1 else with_unit(f"{change:+.0f}", unit)
            self._changes[name].setText(told.replace("-", "\u2212"))
