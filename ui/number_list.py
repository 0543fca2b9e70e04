"""Numbers one below the other, each with its interval: for a page that shows many."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from geometry.metric import Metric, shown_text
from ui.theme import px
from ui.widgets import card


class NumberList(QFrame):
    """A card of numbers that are changed in place while something is moved."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self.rows: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        frame, column = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(5))
        self._grid.setColumnStretch(0, 1)
        column.addLayout(self._grid)

    def show_metrics(self, metrics: Sequence[Metric]) -> None:
        """Show those that are told here; a row of a number that there is none of stays hidden."""
        found = {metric.name: metric for metric in metrics}
        for name in self._names:
            if name not in found and name not in self.rows:
                continue
            labels = self.rows.get(name) or self._row(name)
            for part in labels:
                part.setVisible(name in found)
            if name in found:
                self._fill(labels, found[name])
        self.setVisible(any(name in found for name in self._names))

    def _row(self, name: str) -> tuple[QLabel, QLabel, QLabel]:
        row = self._names.index(name)
        words, value, interval = QLabel(self), QLabel(self), QLabel(self)
        words.setWordWrap(True)
        words.setProperty("role", "small")
        interval.setProperty("role", "small")
        for column, part in enumerate((words, value, interval)):
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            part.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(part, row, column)
        self.rows[name] = (words, value, interval)
        return self.rows[name]

    def _fill(self, labels: tuple[QLabel, QLabel, QLabel], metric: Metric) -> None:
        words, value, interval = labels
        text, _, span = metric.text().partition(" (")
        words.setText(shown_text(metric.label))
        value.setText(text)
        interval.setText(span.rstrip(")"))
        interval.setToolTip("The 90 % interval: nine times out of ten the answer lies in it" if span else "")
        for part in (words, value):
            part.setToolTip(shown_text(metric.note))
