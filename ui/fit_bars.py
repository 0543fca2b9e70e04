"""How a fit meets what was measured: what the model gave before and gives after, and the measurement with its error."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from geometry.metric import with_unit
from ui.theme import Theme, px, stroke
from ui.widgets import label

TIP = "Pale: what the model gave before the fit. Strong: after. Upright line: measured, with its SD. Ranges are 90 % intervals."
FAINT = 70  # of 255
ROOM = 0.005  # of the span, on both sides: half the line at an end


class BarRows(QWidget):
    """Rows of a name and its value, a bar under them, and a small word on either side below that."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(1))

    def add_row(self, name: str, value: str, bar: QWidget, left: str, right: str, tip: str = "") -> None:
        """One more row; ``tip`` is shown over its words."""
        if self._column.count():
            self._column.addSpacing(px(8))
        self._add_line(label(name), QLabel(value, self), ("", "head"), tip)
        self._column.addWidget(bar)
        self._add_line(QLabel(left, self), QLabel(right, self), ("small", "small"), tip)

    def _add_line(self, left: QLabel, right: QLabel, roles: tuple[str, str], tip: str) -> None:
        """Two words on one line, each as wide as this row needs it."""
        line = QHBoxLayout()
        line.setSpacing(px(8))
        for cell, role in zip((left, right), roles, strict=True):
            if role:
                cell.setProperty("role", role)
            cell.setToolTip(tip)
        line.addWidget(left, 1)
        line.addWidget(right, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._column.addLayout(line)


class FitBars(BarRows):
    """A row for each datum: its name and numbers, and under them its ranges on an axis of their own."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for row in rows:
            unit = row["unit"]
            value = with_unit(f"{row['measured']:.0f} \u00b1 {row['sd']:.0f}", unit).replace("-", "\u2212")
            after, before = (_range(row[when], unit) for when in ("after", "before"))
            bar = RangeBar(row, theme, self)
            self.add_row(f"{row['label']}, measured", value, bar, f"before {before}", f"after {after}")
        self.setToolTip(TIP)


class RangeBar(QWidget):
    """The two ranges and the measurement of one datum, drawn over each other."""

    def __init__(self, row: Mapping[str, Any], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row, self._theme = row, theme
        ends = [*row["before"], *row["after"], row["measured"] - row["sd"], row["measured"] + row["sd"]]
        self._low, self._span = min(ends), max(max(ends) - min(ends), 1e-9)
        self.setFixedHeight(px(16))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def place(self, value: float) -> float:
        """Pixels from the left at which a value is drawn."""
        return float((ROOM + (1 - 2 * ROOM) * (value - self._low) / self._span) * self.width())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        painter, row = QPainter(self), self._row
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        for name, thick, alpha in (("before", 10, FAINT), ("after", 6, 255)):
            ink = QColor(self._theme.accent)
            ink.setAlpha(alpha)
            painter.setBrush(ink)
            left, right = (self.place(row[name][end]) for end in (0, 2))
            bar = QRectF(left, middle - px(thick) / 2, max(right - left, px(2)), px(thick))
            painter.drawRoundedRect(bar, bar.height() / 3, bar.height() / 3)
        painter.setPen(QPen(QColor(self._theme.text), stroke(1.6)))
        at = self.place(row["measured"])
        painter.drawLine(QPointF(at, 0.0), QPointF(at, float(self.height())))
        low, high = (self.place(row["measured"] + side * row["sd"]) for side in (-1, 1))
        painter.setPen(QPen(QColor(self._theme.text), stroke(1.0)))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - px(4)), QPointF(end, middle + px(4)))
        painter.end()


def _range(ends: Sequence[float], unit: str) -> str:
    return with_unit(f"{ends[0]:.0f} to {ends[2]:.0f}", unit).replace("-", "\u2212")
