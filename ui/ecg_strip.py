"""The 12-lead ECG: leads in their usual places on one scale, with a time cursor and an older ECG in grey behind."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from solvers.electrophysiology.measured_ecg import Likeness
from solvers.result import Trace
from ui.theme import DARK, Theme, px, stroke

ROWS = (("I", "II", "III", "aVR", "aVL", "aVF"), ("V1", "V2", "V3", "V4", "V5", "V6"))
MEASURED = {"dark": "#f0b65a", "light": "#b06a00"}  # the patient's own ECG
SMALL, LARGE = 40.0, 200.0  # ms of a small step and a large square of the grid


class EcgStrip(QWidget):
    """Draws an ECG; emits the time (ms) that was clicked or dragged to."""

    time_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ecg: Trace | None = None
        self.before: Trace | None = None
        self.likeness: Likeness | None = None
        self.time = 0.0
        self.band: tuple[Trace, Trace] | None = None
        self.draws: Trace | None = None
        self.draw: Trace | None = None
        self._theme = DARK
        self.setMinimumHeight(px(110))

    def show_ecg(self, ecg: Trace | None, before: Trace | None = None, band: tuple[Trace, Trace] | None = None) -> None:
        """Show an ECG, an older one behind it for comparison, and the low and high bound of its 90 % band."""
        self.ecg, self.before, self.band = ecg, before, band
        self.update()

    def show_draw(self, draws: Trace | None, number: int) -> None:
        """Show one of the ``draws`` (draws, 12, t) of an ensemble, counted from 0, as a thin line on the scale of them all."""
        self.draws, self.draw = draws, draws.member(number) if draws is not None else None
        self.update()

    def show_measured(self, likeness: Likeness | None) -> None:
        """Lay a measured ECG over the one that is shown, with the correlation of each lead; None: take it away."""
        self.likeness = likeness
        self.update()

    def show_time(self, time: float) -> None:
        """Move the cursor."""
        self.time = time
        self.update()

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self._theme = theme
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a time."""
        self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drag the cursor."""
        self._choose(event.position().x())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        if self.ecg is None:
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No ECG yet: run an electrical simulation.")
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = self._reach()
        for row, leads in enumerate(ROWS):
            for column, lead in enumerate(leads):
                self._draw_lead(painter, self._cell(row, column), lead, reach)
        painter.end()

    def _cell(self, row: int, column: int) -> QRectF:
        width, height = self.width() / 6, self.height() / 2
        return QRectF(column * width, row * height, width, height)

    def _span(self) -> tuple[float, float]:
        assert self.ecg is not None
        return float(self.ecg.times[0]), max(float(self.ecg.times[-1]), float(self.ecg.times[0]) + 1.0)

    def _reach(self) -> tuple[float, float]:
        """The lowest and highest voltage of any lead of either ECG: one scale for all."""
        both = [
            np.asarray(t.values)
            for t in (self.ecg, self.before, self._measured, self.draws, *(self.band or ()))
            if t is not None
        ]
        low = min(float(np.nanmin(v)) for v in both)
        high = max(float(np.nanmax(v)) for v in both)
        gap = 0.12 * max(high - low, 1e-6)
        return low - gap, high + gap

    def _draw_lead(self, painter: QPainter, cell: QRectF, lead: str, reach: tuple[float, float]) -> None:
        assert self.ecg is not None
        theme = self._theme
        start, stop = self._span()
        painter.save()
        painter.setClipRect(cell)
        self._draw_grid(painter, cell, start, stop, reach)
        if self.before is not None:
            painter.setPen(QPen(QColor(theme.faint), stroke(1.1)))
            painter.drawPolyline(self._curve(self.before, lead, cell, reach))
        if self.band is not None:
            tint = QColor(theme.accent)
            tint.setAlpha(70)
            low, high = (self._curve(bound, lead, cell, reach) for bound in self.band)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawPolygon(QPolygonF([*low.toList(), *reversed(high.toList())]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw_measured(painter, cell, lead, reach)
        painter.setPen(QPen(QColor(theme.text), stroke(1.5)))
        painter.drawPolyline(self._curve(self.ecg, lead, cell, reach))
        if self.draw is not None:
            painter.setPen(QPen(QColor(theme.accent), stroke(1.4)))
            painter.drawPolyline(self._curve(self.draw, lead, cell, reach))
        if start <= self.time <= stop:
            at = cell.x() + (self.time - start) / (stop - start) * cell.width()
            painter.setPen(QPen(QColor(theme.accent), stroke(1.3)))
            painter.drawLine(QPointF(at, cell.top()), QPointF(at, cell.bottom()))
        font = QFont(self.font())
        font.setPixelSize(px(11))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(
            cell.adjusted(px(6), px(4), 0, 0), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, lead
        )
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(cell.topRight(), cell.bottomRight())
        painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        painter.restore()

    @property
    def _measured(self) -> Trace | None:
        return self.likeness.measured if self.likeness is not None else None

    def _draw_measured(self, painter: QPainter, cell: QRectF, lead: str, reach: tuple[float, float]) -> None:
        """The measured beat, and how alike it is, in the upper right corner."""
        if self.likeness is None:
            return
        ink = QColor(MEASURED.get(self._theme.name, MEASURED["dark"]))
        painter.setPen(QPen(ink, stroke(1.4)))
        painter.drawPolyline(self._curve(self.likeness.measured, lead, cell, reach))
        value = self.likeness.correlation.get(lead, float("nan"))
        font = QFont(self.font())
        font.setPixelSize(px(11))
        painter.setFont(font)
        text = f"r {value:z.2f}".replace("-", "\u2212") if np.isfinite(value) else "not measured"
        place = cell.adjusted(0, px(4), -px(8), 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, text)

    def _draw_grid(
        self, painter: QPainter, cell: QRectF, start: float, stop: float, reach: tuple[float, float]
    ) -> None:
        low, high = reach
        painter.setPen(QPen(QColor(self._theme.grid), 1))
        for k in range(int(start // SMALL), int(stop // SMALL) + 1):
            at = round(cell.x() + (k * SMALL - start) / (stop - start) * cell.width()) + 0.5
            painter.drawLine(QPointF(at, cell.top()), QPointF(at, cell.bottom()))
        step = 0.5 if high - low < 6 else 2.0
        for k in range(int(low // step), int(high // step) + 1):
            at = round(cell.bottom() - (k * step - low) / (high - low) * cell.height()) + 0.5
            painter.drawLine(QPointF(cell.left(), at), QPointF(cell.right(), at))

    def _curve(self, trace: Trace, lead: str, cell: QRectF, reach: tuple[float, float]) -> QPolygonF:
        if lead not in trace.channels:
            return QPolygonF()
        start, stop = self._span()
        low, high = reach
        values: NDArray[np.floating] = np.asarray(trace.values)[trace.channels.index(lead)]
        x = cell.x() + (np.asarray(trace.times) - start) / (stop - start) * cell.width()
        y = cell.bottom() - (values - low) / (high - low) * cell.height()
        known = np.isfinite(y)
        return QPolygonF([QPointF(a, b) for a, b in zip(x[known].tolist(), y[known].tolist(), strict=True)])

    def _choose(self, x: float) -> None:
        if self.ecg is None:
            return
        start, stop = self._span()
        width = self.width() / 6
        self.time_chosen.emit(start + (x % width) / width * (stop - start))
