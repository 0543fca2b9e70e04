"""The legend of a painted field: a bar with unit and direction words, or the wedge of the value-suppressing palette."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.vsup import LAYERS
from ui.legend_limits import levels_between
from ui.painting import Painting
from ui.theme import DARK, Theme, px

WIDTHS = {"doubt": 206, "chance": 136}
SPREAD = 74.0  # degrees the wedge opens


class Legend(QWidget):
    """Draws the legend of one painting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.painting: Painting | None = None
        self._theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_painting(self, painting: Painting | None, theme: Theme) -> None:
        """Show the legend of another painting."""
        self.painting, self._theme = painting, theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its kind needs."""
        kind = self.painting.kind if self.painting is not None else ""
        return QSize(px(WIDTHS.get(kind, 122)), px(240))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw."""
        if self.painting is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.painting.kind == "doubt":
            self._draw_wedge(painter, self.painting)
        else:
            self._draw_bar(painter, self.painting)
        painter.end()

    def _font(self, size: float, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(px(size))
        font.setBold(bold)
        return font

    def _write(
        self, painter: QPainter, box: QRectF, text: str, colour: str, how: Qt.AlignmentFlag, font: QFont
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, how | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_bar(self, painter: QPainter, painting: Painting) -> None:
        theme, left = self._theme, Qt.AlignmentFlag.AlignLeft
        width, height = self.width(), self.height()
        length = min(height - px(190), px(320))
        top = (height - length) / 2
        bar = QRectF(px(16), top, px(16), length)
        row = px(18)
        # the high end is at the top, except for times: there early is at the top, as it comes first
        early_first = painting.low_word == "EARLY"
        colours = painting.texture[0]
        count = len(colours)
        for i in range(count):
            share = i / count if early_first else 1 - (i + 1) / count
            r, g, b = (int(c) for c in colours[i])
            painter.fillRect(QRectF(bar.x(), top + share * length, bar.width(), length / count + 1), QColor(r, g, b))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRect(bar)
        words = (painting.low_word, painting.high_word)
        first, last = words if early_first else words[::-1]
        self._write(
            painter, QRectF(px(8), top - row - px(4), width, row), first, theme.text, left, self._font(10, True)
        )
        self._write(
            painter, QRectF(px(8), top + length + px(4), width, row), last, theme.text, left, self._font(10, True)
        )
        unit = painting.unit
        self._write_title(painter, QRectF(px(8), 0, width - px(12), top - row - px(8)), painting.title, unit)
        if np.isnan(painting.across).any():
            box = QRectF(px(8), top + length + px(24), width - px(8), row)
            self._write(painter, box, "hatched: no data", theme.muted, left, self._font(10))
        for value in _ticks(painting, length / px(17)):
            share = (value - painting.low) / (painting.high - painting.low)
            at = top + (share if early_first else 1 - share) * length
            painter.setPen(QPen(QColor(theme.faint), 1))
            painter.drawLine(QPointF(bar.right(), at), QPointF(bar.right() + px(4), at))
            box = QRectF(bar.right() + px(8), at - row / 2, width - bar.right() - px(8), row)
            self._write(painter, box, _tick_text(painting, value), theme.text, left, self._font(11))
            if painting.kind == "chance" and painting.runs:
                runs = f"{round(value / 100 * painting.runs)} of {painting.runs}"
                aside = box.translated(px(36), 0)
                self._write(painter, aside, runs, theme.muted, left, self._font(10))

    def _write_title(self, painter: QPainter, box: QRectF, title: str, unit: str) -> None:
        """What the bar tells, just above it, wrapped."""
        how = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
        painter.setFont(self._font(11))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(box, int(how), f"{title}\n{unit}".strip())

    def _draw_wedge(self, painter: QPainter, painting: Painting) -> None:
        theme = self._theme
        middle = Qt.AlignmentFlag.AlignHCenter
        radius = min(px(128), self.height() * 0.5)
        tip = QPointF(self.width() / 2, self.height() / 2 + radius * 0.62)
        rows, leaves = painting.texture.shape[:2]
        for layer in range(rows):
            count = leaves >> layer
            for cell in range(count):
                r, g, b = (int(c) for c in painting.texture[layer, cell * (leaves // count)])
                painter.setBrush(QColor(r, g, b))
                painter.setPen(QPen(QColor(theme.window), 1.4))
                painter.drawPath(_wedge_cell(tip, radius, layer, cell, count))
        row = px(16)
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            value = painting.low + share * (painting.high - painting.low)
            spot = _on_wedge(tip, radius + px(13), share)
            box = QRectF(spot.x() - px(26), spot.y() - row / 2, px(52), row)
            self._write(painter, box, number_text(value), theme.text, middle, self._font(11))
        above = tip.y() - radius - px(52)
        bold = self._font(10, True)
        self._write(
            painter,
            QRectF(px(6), above, self.width(), row),
            painting.low_word,
            theme.text,
            Qt.AlignmentFlag.AlignLeft,
            bold,
        )
        right = QRectF(0, above, self.width() - px(6), row)
        self._write(painter, right, painting.high_word, theme.text, Qt.AlignmentFlag.AlignRight, bold)
        self._write(painter, QRectF(0, above, self.width(), row), painting.unit, theme.muted, middle, self._font(11))
        self._write_title(painter, QRectF(px(6), 0, self.width() - px(12), above - px(6)), painting.title, "")
        for layer in range(LAYERS + 1):
            spot = _on_wedge(tip, radius * (LAYERS - layer) / LAYERS, 1.0)
            box = QRectF(spot.x() + px(5), spot.y() - row / 2 + px(4), px(60), row)
            if 0 < layer < LAYERS:
                text = number_text(painting.doubt_high * layer / LAYERS)
                self._write(painter, box, f"±{text}", theme.muted, Qt.AlignmentFlag.AlignLeft, self._font(10))
        below = QRectF(0, tip.y() + px(4), self.width(), row)
        self._write(
            painter,
            below,
            f"UNSURE  (SD {number_text(painting.doubt_high)} {painting.unit})",
            theme.text,
            middle,
            self._font(10, True),
        )


def number_text(value: float) -> str:
    """A tick label without needless digits."""
    return f"{value:.4g}".replace("-", "\u2212")


def _ticks(painting: Painting, most: float) -> tuple[float, ...]:
    if painting.kind == "chance":  # quarters, as 16 runs have them
        return (0.0, 25.0, 50.0, 75.0, 100.0)
    between = painting.levels or levels_between(painting.low, painting.high)
    return _thinned((painting.low, *between, painting.high), most)


def _tick_text(painting: Painting, value: float) -> str:
    more = "\u2265 " if painting.clipped and value == painting.high else ""
    return more + number_text(value)


def _thinned(ticks: tuple[float, ...], most: float) -> tuple[float, ...]:
    inner = ticks[1:-1]
    step = max(1, math.ceil(len(inner) / max(most - 2, 1)))
    if len(inner) > 1:
        apart = inner[1] - inner[0]
        gap = apart * 0.6
        inner = tuple(v for v in inner if round(v / apart) % step == 0 and v - ticks[0] > gap and ticks[-1] - v > gap)
    return (ticks[0], *inner, ticks[-1])


def _angle(share: float) -> float:
    return 90.0 + SPREAD / 2 - share * SPREAD


def _on_wedge(tip: QPointF, radius: float, share: float) -> QPointF:
    angle = math.radians(_angle(share))
    return QPointF(tip.x() + radius * math.cos(angle), tip.y() - radius * math.sin(angle))


def _wedge_cell(tip: QPointF, radius: float, layer: int, cell: int, count: int) -> QPainterPath:
    outer = radius * (LAYERS - layer) / LAYERS
    inner = radius * (LAYERS - layer - 1) / LAYERS
    start, sweep = _angle(cell / count), -SPREAD / count
    path = QPainterPath()
    path.arcMoveTo(QRectF(tip.x() - outer, tip.y() - outer, 2 * outer, 2 * outer), start)
    path.arcTo(QRectF(tip.x() - outer, tip.y() - outer, 2 * outer, 2 * outer), start, sweep)
    path.arcTo(QRectF(tip.x() - inner, tip.y() - inner, 2 * inner, 2 * inner), start + sweep, -sweep)
    path.closeSubpath()
    return path
