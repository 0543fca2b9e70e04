"""How a number is spread over the runs of its ensemble: a dot for each run (or twenty of equal chance), a threshold to move."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from geometry.metric import Metric, digits_for, rounded, shown_unit
from solvers.comparison.dots import COLUMNS, dots_of, stacked
from solvers.comparison.outcomes import Outcome
from solvers.comparison.threshold import Threshold, chance_text
from ui.theme import Theme, px, stroke

DOTS, FOOT = 40, 15  # pixels of the dots, and of the numbers below


class DotPlot(QWidget):
    """The dots of one number, its threshold, and the chance to be beyond, as runs of all and in percent.

    Below that the chance to lie in the usual range, where there is one with two ends.
    """

    moved = Signal(float)  # the threshold, in the unit of the number

    def __init__(
        self,
        metric: Metric,
        members: NDArray[np.floating],
        outcome: Outcome,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        known, named = np.asarray(members)[np.isfinite(members)], outcome.threshold
        self._members = known
        self._start = named or Threshold(float(np.median(known)), outcome.better == "higher")
        self.below = self._start.below
        self.dots = _Dots(dots_of(known), metric, theme, self)
        self.limit = QDoubleSpinBox(self)
        digits = digits_for(metric.value, float(known.min()), float(known.max()), metric.unit)
        digits = max(digits + (digits > 0), len(f"{named.value:g}".partition(".")[2]) if named else 0)
        self.limit.setDecimals(digits)
        self.limit.setSingleStep(10.0**-digits)
        self.limit.setRange(-1e6, 1e6)
        self.limit.setPrefix("< " if self.below else "> ")
        self.limit.setSuffix(f" {shown_unit(metric.unit)}".rstrip())
        self.limit.setFixedWidth(px(118))
        self.limit.setToolTip(outcome.band or "Any threshold: the chance to lie beyond it (arrow keys)")
        self.limit.setAccessibleName(f"Threshold of {metric.label}")
        self.chance = QLabel(self)
        self.chance.setProperty("role", "small")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.limit)
        row.addWidget(self.chance, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(4), 0, 0)
        column.setSpacing(px(4))
        column.addWidget(self.dots)
        column.addLayout(row)
        self.usual = QLabel("" if outcome.usual is None else outcome.usual.told(known, metric.unit), self)
        self.usual.setProperty("role", "small")
        self.usual.setToolTip(f"The chance to lie in what is usual. {outcome.source}")
        self.usual.setVisible(bool(self.usual.text()))
        column.addWidget(self.usual)
        self.limit.setValue(self._start.value)
        self.limit.valueChanged.connect(self._tell)
        self.limit.valueChanged.connect(self.moved)
        self._tell()

    @property
    def threshold(self) -> Threshold:
        """Where it is now."""
        return Threshold(self.limit.value(), self.below)

    @property
    def beyond(self) -> int:
        """How many runs lie beyond the threshold."""
        return int(self.threshold.passed(self._members).sum())

    def _tell(self) -> None:
        self.chance.setText(f"P: {chance_text(self.beyond, len(self._members))}")
        self.dots.show_limit(self.threshold)


class _Dots(QWidget):
    """Draws dots in columns over an axis, those beyond the threshold in another colour."""

    def __init__(self, places: NDArray[np.floating], metric: Metric, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._places, self._value, self._unit, self._theme = places, metric.value, metric.unit, theme
        self._threshold = Threshold(metric.value)
        self.setFixedHeight(px(DOTS + FOOT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            f"{len(places)} dots of equal chance; the line is the threshold, the mark below the run itself. Grey numbers: the "
            "least and the most of the runs."
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(px(200), px(DOTS + FOOT))

    def show_limit(self, threshold: Threshold) -> None:
        """Move the threshold."""
        self._threshold = threshold
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        theme, places = self._theme, self._places
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = float(min(places[0], self._value)), float(max(places[-1], self._value))
        room = max(high - low, 1e-9 * max(abs(high), 1.0))
        left, right, floor = px(10), self.width() - px(10), px(DOTS)

        def across(value: float) -> float:
            return left + (right - left) * (value - low) / room

        columns, heights = stacked(places, low, high)
        size = min((right - left) / COLUMNS, (floor - px(4)) / (heights.max() + 1))
        painter.setPen(Qt.PenStyle.NoPen)
        for column, height, beyond in zip(columns, heights, self._threshold.passed(places), strict=True):
            painter.setBrush(QColor(theme.warn if beyond else theme.accent))
            middle = QPointF(left + (right - left) * column / (COLUMNS - 1), floor - (height + 0.5) * size - px(1))
            painter.drawEllipse(middle, 0.44 * size, 0.44 * size)
        painter.setPen(QPen(QColor(theme.line), stroke(1.0)))
        painter.drawLine(QPointF(left, floor), QPointF(right, floor))
        painter.setPen(QPen(QColor(theme.text), stroke(2.0)))
        painter.drawLine(QPointF(across(self._value), floor), QPointF(across(self._value), floor + px(5)))
        if low <= self._threshold.value <= high:
            painter.setPen(QPen(QColor(theme.warn), stroke(1.4), Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(across(self._threshold.value), 0), QPointF(across(self._threshold.value), floor))
        self._write_ends(painter, (left, right, floor))
        painter.end()

    def _write_ends(self, painter: QPainter, box: tuple[float, float, float]) -> None:
        """The least and the most of the runs, below the axis."""
        left, right, floor = box
        digits = digits_for(self._value, float(self._places[0]), float(self._places[-1]), self._unit)
        font = self.font()
        font.setPixelSize(px(10))
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        area = QRectF(left, floor + px(2), right - left, px(FOOT - 2))
        for value, side in (
            (self._places[0], Qt.AlignmentFlag.AlignLeft),
            (self._places[-1], Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, rounded(value, digits).replace("-", "\u2212"))
