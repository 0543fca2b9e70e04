"""How a number is spread over the runs of its ensemble: a dot for each run (or twenty of equal chance), a threshold to move.

Quantile dot plots: Kay 2016, doi 10.1145/2858036.2858558.
"""

import re

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from geometry.metric import Metric, digits_for, shown_unit
from ui.theme import Theme, px, stroke

FEW = 3  # runs below which nothing is said of how they are spread
MOST = 20  # dots; more runs than that are told by as many quantiles
COLUMNS = 24  # side by side at most
DOTS, FOOT = 40, 15  # pixels of the dots, and of the numbers below
BELOW = re.compile(r"(?:below|at) (-?[\d.]+)")
ABOVE = re.compile(r"(?:from|above|to) \+?(-?[\d.]+)")


def limit_in(band: str) -> tuple[float, bool] | None:
    """The limit that the words of a band name, and whether it is what lies below that matters; None: they name none."""
    for pattern, below in ((BELOW, True), (ABOVE, False)):
        found = pattern.search(band)
        if found:
            return float(found.group(1)), below
    return (0.0, False) if band.startswith("none") else None


def dots_of(members: NDArray[np.floating]) -> NDArray[np.floating]:
    """Where the dots lie, in order: each run, or of many the quantiles of equal chance."""
    known = np.sort(members[np.isfinite(members)])
    return known if len(known) <= MOST else np.quantile(known, (np.arange(MOST) + 0.5) / MOST)


class DotPlot(QWidget):
    """The dots of one number, its threshold, and the chance to be beyond, as runs of all and in percent."""

    def __init__(
        self,
        metric: Metric,
        members: NDArray[np.floating],
        band: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        known = np.asarray(members)[np.isfinite(members)]
        named = limit_in(band)
        limit, self.below = named or (float(np.median(known)), False)
        self._members = known
        self.dots = _Dots(dots_of(known), metric.value, self.below, theme, self)
        self.limit = QDoubleSpinBox(self)
        digits = digits_for(metric.value, float(known.min()), float(known.max()))
        digits = max(digits + (digits > 0), len(f"{named[0]:g}".partition(".")[2]) if named else 0)
        self.limit.setDecimals(digits)
        self.limit.setSingleStep(10.0**-digits)
        self.limit.setRange(-1e6, 1e6)
        self.limit.setPrefix("< " if self.below else "> ")
        self.limit.setSuffix(f" {shown_unit(metric.unit)}".rstrip())
        self.limit.setFixedWidth(px(118))
        self.limit.setToolTip(band or "Any threshold: the chance to lie beyond it (arrow keys)")
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
        self.limit.setValue(limit)
        self.limit.valueChanged.connect(self._tell)
        self._tell()

    @property
    def beyond(self) -> int:
        """How many runs lie beyond the threshold."""
        limit = self.limit.value()
        return int(((self._members < limit) if self.below else (self._members > limit)).sum())

    def _tell(self) -> None:
        count = len(self._members)
        self.chance.setText(f"P = {100 * self.beyond / count:.0f} %   ({self.beyond} of {count} runs)")
        self.dots.show_limit(self.limit.value())


class _Dots(QWidget):
    """Draws dots in columns over an axis, those beyond the threshold in another colour."""

    def __init__(self, places: NDArray[np.floating], value: float, below: bool, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._places, self._value, self._below, self._theme = places, value, below, theme
        self._limit = value
        self.setFixedHeight(px(DOTS + FOOT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            f"{len(places)} dots of equal chance; the line is the threshold, the mark below the run itself. Grey numbers: the "
            "least and the most of the runs."
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(px(200), px(DOTS + FOOT))

    def show_limit(self, limit: float) -> None:
        """Move the threshold."""
        self._limit = limit
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

        columns = np.round((places - low) / room * (COLUMNS - 1)).astype(int)
        most = max(int(np.bincount(columns).max()), 1)
        size = min((right - left) / COLUMNS, (floor - px(4)) / most)
        painter.setPen(Qt.PenStyle.NoPen)
        heights = np.zeros(COLUMNS, int)
        for place, column in zip(places, columns, strict=True):
            beyond = place < self._limit if self._below else place > self._limit
            painter.setBrush(QColor(theme.warn if beyond else theme.accent))
            middle = QPointF(
                left + (right - left) * column / (COLUMNS - 1), floor - (heights[column] + 0.5) * size - px(1)
            )
            painter.drawEllipse(middle, 0.44 * size, 0.44 * size)
            heights[column] += 1
        painter.setPen(QPen(QColor(theme.line), stroke(1.0)))
        painter.drawLine(QPointF(left, floor), QPointF(right, floor))
        painter.setPen(QPen(QColor(theme.text), stroke(2.0)))
        painter.drawLine(QPointF(across(self._value), floor), QPointF(across(self._value), floor + px(5)))
        if low <= self._limit <= high:
            painter.setPen(QPen(QColor(theme.warn), stroke(1.4), Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(across(self._limit), 0), QPointF(across(self._limit), floor))
        self._write_ends(painter, (left, right, floor))
        painter.end()

    def _write_ends(self, painter: QPainter, box: tuple[float, float, float]) -> None:
        """The least and the most of the runs, below the axis."""
        left, right, floor = box
        digits = digits_for(self._value, float(self._places[0]), float(self._places[-1]))
        font = self.font()
        font.setPixelSize(px(10))
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        area = QRectF(left, floor + px(2), right - left, px(FOOT - 2))
        for value, side in (
            (self._places[0], Qt.AlignmentFlag.AlignLeft),
            (self._places[-1], Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, f"{value:.{digits}f}".replace("-", "\u2212"))
