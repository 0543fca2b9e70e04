"""The members of several options on one axis: a small violin and dots each, a bar at the run itself."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QVBoxLayout, QWidget

from solvers.comparison.spread import violin
from solvers.comparison.table import Row
from ui.theme import Theme, px, stroke

INKS = ("#9aa8b8", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#b8a800")  # Okabe and Ito 2008
HALF = 0.36  # of a lane, that a violin is wide at most
AXIS = 24  # pixels below the lanes


def ink_of(place: int) -> str:
    """The colour of the option at a place; the same in table, plot and list."""
    return INKS[place % len(INKS)]


class OptionsPlot(QWidget):
    """One outcome: lanes as high as the rows of the table beside it, one axis below."""

    def __init__(self, row: Row, base: int, lane: int, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget(self, background=theme.card)
        self.plot.setFixedHeight(lane * len(row.cells) + px(AXIS))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        item = self.plot.getPlotItem()
        item.setContentsMargins(0, 0, 0, 0)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.hideAxis("left")
        item.showGrid(x=True, y=False, alpha=0.12)
        self._dress(item, theme)
        low, high = _range(row)
        item.setXRange(low, high, padding=0.04)
        item.setYRange(-0.5, len(row.cells) - 0.5, padding=0)
        item.invertY(True)
        start = row.cells[base].metric
        if start is not None:
            dashes = pg.mkPen(theme.faint, width=stroke(1.0), style=pg.QtCore.Qt.PenStyle.DashLine)
            item.addItem(pg.InfiniteLine(start.value, angle=90, pen=dashes))
        limit = row.outcome.threshold
        if limit is not None and low <= limit.value <= high:
            dashes = pg.mkPen(theme.warn, width=stroke(1.2), style=pg.QtCore.Qt.PenStyle.DashLine)
            item.addItem(pg.InfiniteLine(limit.value, angle=90, pen=dashes))
        for place, cell in enumerate(row.cells):
            _draw_lane(item, place, cell.values, cell.metric.value if cell.metric is not None else None, theme)

    def _dress(self, item: pg.PlotItem, theme: Theme) -> None:
        axis = item.getAxis("bottom")
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.muted))
        axis.enableAutoSIPrefix(False)
        font = self.font()
        font.setPixelSize(px(10))
        axis.setStyle(tickFont=font, tickLength=px(3))
        axis.setHeight(px(AXIS))


def _draw_lane(item: pg.PlotItem, place: int, values: tuple[float, ...], middle: float | None, theme: Theme) -> None:
    ink = pg.mkColor(ink_of(place))
    where, half = violin(values)
    if len(where):
        edge = [
            *zip(where, place - HALF * half, strict=True),
            *zip(where[::-1], place + HALF * half[::-1], strict=True),
        ]
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(float(x), float(y)) for x, y in edge]))
        path.closeSubpath()
        shade = pg.mkColor(ink)
        shade.setAlpha(80)
        body = QGraphicsPathItem(path)
        body.setBrush(pg.mkBrush(shade))
        body.setPen(pg.mkPen(ink, width=1))
        item.addItem(body)
    if values:
        dots = pg.mkColor(ink)
        dots.setAlpha(170)
        item.addItem(
            pg.ScatterPlotItem(x=list(values), y=[place] * len(values), size=px(4), brush=pg.mkBrush(dots), pen=None)
        )
    if middle is not None and np.isfinite(middle):
        bar = pg.mkPen(theme.text, width=stroke(2.2))
        item.addItem(pg.PlotDataItem([middle, middle], [place - HALF, place + HALF], pen=bar))


def _range(row: Row) -> tuple[float, float]:
    known = [value for cell in row.cells for value in cell.values]
    known += [cell.metric.value for cell in row.cells if cell.metric is not None and np.isfinite(cell.metric.value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    least = 0.02 * max(abs(low), abs(high), 1e-6)
    return (low, high) if high - low > least else ((low + high - least) / 2, (low + high + least) / 2)
