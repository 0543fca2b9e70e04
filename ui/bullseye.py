"""The left ventricle opened flat: the 17 segments as rings around the apex, each with its number and value."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.palettes import Palette
from geometry.measures.segments import COUNT
from geometry.metric import shown_unit
from ui.theme import DARK, Theme, px, stroke

Floats = NDArray[np.floating]
RADII = (0.22, 0.48, 0.74, 1.0)  # apex, apical, mid, basal
SIDES = ("Anterior", "Septal", "Inferior", "Lateral")


class Bullseye(QWidget):
    """Draws one value per segment, as seen from the apex; emits the number (1..17) of the segment clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Floats = np.full(COUNT, np.nan)
        self._palette: Palette | None = None
        self._range = (0.0, 1.0)
        self._unit = ""
        self._theme = DARK
        self.marked = 0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)

    def show_values(
        self, values: Floats, unit: str, limits: tuple[float, float], palette: Palette, theme: Theme
    ) -> None:
        """Show other values (17,); NaN is hatched."""
        self._values, self._unit, self._range, self._palette, self._theme = values, unit, limits, palette, theme
        self.update()

    def mark(self, number: int) -> None:
        """Put a rim around a segment (0: none)."""
        self.marked = number
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """The circle keeps its shape."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Circle, side names and legend."""
        return min(width, px(380)) + px(40)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A comfortable size."""
        return QSize(px(300), self.heightForWidth(px(300)))

    def segment_at(self, place: QPointF) -> int:
        """The segment under a place of the widget; 0 beside the circle."""
        centre, radius = self._circle()
        across, up = (place.x() - centre.x()) / radius, (centre.y() - place.y()) / radius
        away, angle = math.hypot(across, up), math.degrees(math.atan2(up, across)) % 360.0
        if away > 1.0:
            return 0
        ring = next(n for n, limit in enumerate(RADII) if away <= limit)
        if ring == 0:
            return COUNT
        if ring == 1:
            return 13 + int(((angle - 45.0) % 360.0) // 90.0)
        return (7 if ring == 2 else 1) + int(((angle - 60.0) % 360.0) // 60.0)

    def middle_of(self, number: int) -> QPointF:
        """Where the number of a segment is written."""
        centre, radius = self._circle()
        start, span, low, high = _sector(number)
        if number == COUNT:
            return centre
        angle, away = math.radians(start + span / 2), (low + high) / 2 * radius
        return QPointF(centre.x() + away * math.cos(angle), centre.y() - away * math.sin(angle))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose a segment."""
        number = self.segment_at(event.position())
        if number:
            self.mark(number)
            self.chosen.emit(number)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(1, COUNT + 1):
            self._draw_segment(painter, number)
        if self.marked:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.text), stroke(2.6)))
            painter.drawPath(self._path(self.marked))
        self._draw_sides(painter)
        self._draw_legend(painter)
        painter.end()

    def _circle(self) -> tuple[QPointF, float]:
        row = px(18)
        height = self.height() - px(40)
        radius = min(self.width() / 2 - row, height / 2 - row)
        return QPointF(self.width() / 2, height / 2), max(radius, 1.0)

    def _path(self, number: int) -> QPainterPath:
        centre, radius = self._circle()
        start, span, low, high = _sector(number)
        path = QPainterPath()
        if number == COUNT:
            path.addEllipse(centre, high * radius, high * radius)
            return path
        outer, inner = (_square(centre, share * radius) for share in (high, low))
        path.arcMoveTo(outer, start)
        path.arcTo(outer, start, span)
        path.arcTo(inner, start + span, -span)
        path.closeSubpath()
        return path

    def _colour(self, number: int) -> QColor | None:
        value = self._values[number - 1]
        if self._palette is None or not np.isfinite(value):
            return None
        low, high = self._range
        share = min(max((float(value) - low) / max(high - low, 1e-9), 0.0), 1.0)
        r, g, b = (int(c) for c in self._palette.colours[round(share * 255)])
        return QColor(r, g, b)

    def _draw_segment(self, painter: QPainter, number: int) -> None:
        theme, colour, path = self._theme, self._colour(number), self._path(number)
        painter.setPen(QPen(QColor(theme.panel), stroke(1.6)))
        if colour is None:
            painter.fillPath(path, QColor(theme.card))
            painter.setBrush(QBrush(QColor(theme.faint), Qt.BrushStyle.BDiagPattern))
        else:
            painter.setBrush(colour)
        painter.drawPath(path)
        ink = QColor(theme.text)
        if colour is not None:
            bright = 0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue()
            ink = QColor("#0b0f14") if bright > 140 else QColor("#ffffff")
        at, row = self.middle_of(number), px(15)
        value = self._values[number - 1]
        if np.isfinite(value):
            self._write(painter, QPointF(at.x(), at.y() + row * 0.36), f"{value:.0f}", ink, 13.5, bold=True)
        ink.setAlphaF(0.72)
        self._write(
            painter, QPointF(at.x(), at.y() - row * (0.52 if np.isfinite(value) else 0.0)), str(number), ink, 9.0
        )

    def _draw_sides(self, painter: QPainter) -> None:
        centre, radius = self._circle()
        ink = QColor(self._theme.muted)
        for number, word in enumerate(SIDES):
            painter.save()
            painter.translate(centre)
            if number % 2:
                painter.rotate(-90 if number == 1 else 90)
            sign = 1 if number == 2 else -1
            self._write(painter, QPointF(0, sign * (radius + px(9))), word, ink, 11.0)
            painter.restore()

    def _draw_legend(self, painter: QPainter) -> None:
        if self._palette is None:
            return
        theme, (low, high) = self._theme, self._range
        bar = QRectF(px(20), self.height() - px(32), self.width() - px(40), px(9))
        for n, (r, g, b) in enumerate(self._palette.bands(64)):
            piece = QRectF(bar.x() + n * bar.width() / 64, bar.y(), bar.width() / 64 + 1, bar.height())
            painter.fillRect(piece, QColor(int(r), int(g), int(b)))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        for share in (0.0, 0.5, 1.0):
            value = low + share * (high - low)
            text = f"{value:g}" + (f" {shown_unit(self._unit)}" if share == 1.0 else "")
            x = bar.x() + share * bar.width()
            self._write(painter, QPointF(x, bar.bottom() + px(11)), text, QColor(theme.muted), 11.0)
        if np.isnan(self._values).any():
            middle = QPointF(bar.x() + 0.25 * bar.width(), bar.bottom() + px(11))
            self._write(painter, middle, "hatched: no data", QColor(theme.muted), 10.0)

    def _write(self, painter: QPainter, at: QPointF, text: str, ink: QColor, size: float, bold: bool = False) -> None:
        font = QFont(self.font())
        font.setPixelSize(px(size))
        font.setBold(bold)
        painter.setFont(font)
        painter.setPen(ink)
        box = QRectF(at.x() - px(70), at.y() - px(10), px(140), px(20))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _sector(number: int) -> tuple[float, float, float, float]:
    """Start and span in degrees (counterclockwise from the right), inner and outer radius of a segment."""
    if number == COUNT:
        return 0.0, 360.0, 0.0, RADII[0]
    if number >= 13:
        return 45.0 + 90.0 * (number - 13), 90.0, RADII[0], RADII[1]
    ring = 2 if number >= 7 else 3
    return 60.0 + 60.0 * ((number - 1) % 6), 60.0, RADII[ring - 1], RADII[ring]


def _square(centre: QPointF, radius: float) -> QRectF:
    return QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
