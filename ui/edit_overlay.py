"""What lies over the slice while it is edited: labels, their boundaries, the state before, strokes, points, the cursor."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsPathItem
from skimage.measure import find_contours

from geometry.editing.contour import curve
from geometry.editing.grow import UNKNOWN
from ui.contours import COLOURS
from ui.edit_model import EditModel
from ui.native import NativeGrid
from ui.planes import Plane
from ui.slice_view import SliceView
from ui.theme import px, stroke

STROKE, GROWN = 64, 128  # added to a label in the picture: a stroke of Grow, what has grown
GROWN_FILL, LEAST_FILL = 0.45, 0.25
NEUTRAL = "#e8eef4"  # the colour of what belongs to no label


class Crisp(pg.ImageItem):  # type: ignore[misc]
    """A picture whose pixels keep their edges."""

    def paint(self, painter: QPainter, *more: Any) -> None:
        """Paint without smoothing."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        super().paint(painter, *more)


class EditOverlay:
    """Draws over one view; told by whoever changes something."""

    def __init__(self, view: SliceView, model: EditModel) -> None:
        self.view, self._model = view, model
        self.fill = 0.0
        self.live: NDArray[np.uint8] | None = None  # the slice while a stroke is drawn on it, in array order
        self.points: NDArray[np.float64] = np.empty((0, 2))  # of the contour, mm on the screen
        self._plane: Plane | None = None
        self._labels = Crisp()
        self._labels.setZValue(4)
        self._curve, self._cursor = QGraphicsPathItem(), QGraphicsEllipseItem()
        self._knots = pg.ScatterPlotItem(size=px(9), pen=pg.mkPen("#0b0f14", width=1.2))
        for z, item in ((7, self._curve), (8, self._knots), (9, self._cursor)):
            item.setZValue(z)
        for item in (self._labels, self._curve, self._knots, self._cursor):
            view.box.addItem(item, ignoreBounds=True)
        self._paths: list[QGraphicsPathItem] = []
        self.show(False)

    def show(self, on: bool) -> None:
        """Show or hide all of it."""
        for item in (self._labels, self._curve, self._knots, *self._paths):
            item.setVisible(on)
        if not on:
            self._cursor.setVisible(False)

    def draw(self, plane: Plane) -> None:
        """Draw everything for the slice in view."""
        self._plane = plane
        grid, volume = self._model.grid, self._model.volume
        if grid is None:
            self.show(False)
            return
        self.show(True)
        index = self._model.index
        here = np.take(volume, index, axis=grid.axis) if volume is not None else None
        self.draw_labels(here)
        self._draw_boundaries(grid, plane, index, here)
        self.draw_contour()

    def draw_labels(self, here: NDArray[np.uint8] | None = None) -> None:
        """Draw the label picture alone: quick enough for every move of the mouse."""
        grid, plane, model = self._model.grid, self._plane, self._model
        here = self.live if self.live is not None else here
        if grid is None or plane is None:
            return
        strokes = model.grown is not None or model.seeds is not None
        self._labels.setVisible(strokes or (here is not None and (self.fill > 0 or self.live is not None)))
        if not self._labels.isVisible():
            return  # nothing of it would be seen
        if here is None:
            here = np.zeros([grid.shape[a] for a in range(3) if a != grid.axis], dtype=np.uint8)
        shown = here.copy()
        for volume, extra in ((model.grown, GROWN), (model.seeds, STROKE)):
            if volume is not None:
                marks = np.take(volume, model.index, axis=grid.axis)
                on = (marks > 0) & (marks != UNKNOWN)
                shown[on] = np.where(marks[on] == 255, STROKE, marks[on] + extra)
        self._labels.setImage(grid.on_screen(shown), levels=(0, 255), lut=_colours(self.fill, self.live is not None))
        self._labels.setRect(QRectF(*grid.corner(plane, model.index)))

    def draw_contour(self) -> None:
        """Draw the points of the contour and the curve through them."""
        colour = COLOURS.get(self._model.label, NEUTRAL)
        self._knots.setData(pos=self.points, brush=pg.mkBrush(colour))
        path = (
            pg.arrayToQPath(*curve(self.points).T)
            if len(self.points) > 2
            else pg.arrayToQPath(np.empty(0), np.empty(0))
        )
        self._curve.setPath(path)
        self._curve.setPen(_pen(colour, 2.2))

    def show_cursor(self, across: float | None, up: float = 0.0) -> None:
        """Draw the circle of the brush about a place on the screen; None hides it."""
        self._cursor.setVisible(across is not None)
        if across is not None:
            radius = self._model.radius
            self._cursor.setRect(across - radius, up - radius, 2 * radius, 2 * radius)
            self._cursor.setPen(_pen(COLOURS.get(self._model.label, NEUTRAL), 1.6))

    def _draw_boundaries(self, grid: NativeGrid, plane: Plane, index: int, here: NDArray[np.uint8] | None) -> None:
        wanted: list[tuple[NDArray[np.uint8], float, Qt.PenStyle]] = []
        if here is not None and self._model.tool:
            wanted.append((here, 1.8, Qt.PenStyle.SolidLine))
        before = self._model.session.labels.before() if self._model.compare else None
        if before is not None:
            old = before[..., min(self._model.phase, before.shape[3] - 1)] if before.ndim == 4 else before
            wanted.append((np.take(old, index, axis=grid.axis), 1.6, Qt.PenStyle.DashLine))
        drawn = 0
        for labels, width, style in wanted:
            for label in (int(v) for v in np.unique(labels)[::-1] if v in COLOURS):  # the cavity lies on top
                path = self._path(drawn)
                drawn += 1
                pen = _pen(COLOURS[label] if style == Qt.PenStyle.SolidLine else NEUTRAL, width)
                pen.setStyle(style)
                path.setPen(pen)
                places = grid.curve_on_screen(plane, boundary(labels == label), index)
                path.setPath(pg.arrayToQPath(places[:, 0], places[:, 1], connect="finite"))
                path.setVisible(True)
        for path in self._paths[drawn:]:
            path.setVisible(False)

    def _path(self, number: int) -> QGraphicsPathItem:
        if number == len(self._paths):
            path = QGraphicsPathItem()
            path.setZValue(5)
            self.view.box.addItem(path, ignoreBounds=True)
            self._paths.append(path)
        return self._paths[number]


def boundary(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(k, 2), the outlines of a mask in pixel coordinates, with NaN rows between separate ones."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.empty((0, 2))
    part = np.pad(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1).astype(np.uint8)
    gap, corner = np.full((1, 2), np.nan), np.array([rows[0] - 1, columns[0] - 1])
    pieces = [row for piece in find_contours(part, 0.5) for row in (piece + corner, gap)]
    return np.concatenate(pieces)


def _pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour))
    pen.setWidthF(stroke(width))
    pen.setCosmetic(True)
    return pen


def _colours(fill: float, drawing: bool) -> NDArray[np.uint8]:
    """(256, 4), the colour of each value of the label picture; labels are filled a little while one is drawn."""
    table = np.zeros((256, 4), dtype=np.uint8)
    for label, name in COLOURS.items():
        ink = QColor(name)
        rgb = (ink.red(), ink.green(), ink.blue())
        strength = max(fill, LEAST_FILL) if drawing else fill
        for value, alpha in ((label, strength), (label + GROWN, GROWN_FILL), (label + STROKE, 0.95)):
            table[value] = (*rgb, round(alpha * 255))
    table[STROKE] = (232, 238, 244, 200)
    return table
