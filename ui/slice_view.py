"""One slice through the scan, with outlines, crosshair and what is written over it."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QVBoxLayout, QWidget

from ui.contours import COLOURS, Outline
from ui.planes import Plane
from ui.slice_box import SliceBox
from ui.slice_marks import SliceMarks
from ui.theme import Theme, px, stroke

Floats = NDArray[np.floating]


class SliceView(QWidget):
    """Shows a slice; emits where (mm across, mm up) it was pointed at, and scroll steps along its normal."""

    clicked = Signal(float, float)  # pressed or dragged with the left button
    hovered = Signal(float, float)
    left = Signal()
    scrolled = Signal(int)

    def __init__(self, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = colour
        self.box = SliceBox()
        self.plot = pg.PlotWidget(self, viewBox=self.box)
        box = self.plot.getPlotItem()
        for side in ("left", "bottom"):
            box.hideAxis(side)
        box.hideButtons()
        box.setMenuEnabled(False)
        self.plot.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.plot.setRenderHint(QPainter.RenderHint.Antialiasing)
        for widget in (self.plot, self.plot.viewport()):
            widget.setAcceptDrops(False)  # a scan is dropped on the window
        self.picture = pg.ImageItem()
        self.picture.setAutoDownsample(False)
        self.plot.addItem(self.picture)
        self._paths: list[QGraphicsPathItem] = []
        self._heart = pg.PlotCurveItem(pen=pg.mkPen("#f2e6c8", width=stroke(1.2), style=Qt.PenStyle.DashLine))
        self._seeds = pg.ScatterPlotItem(size=px(10), pen=pg.mkPen("#ffffff", width=1.5), brush=pg.mkBrush("#ffb000"))
        self._lines = (pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=0))
        for item in (self._heart, self._seeds, *self._lines):
            self.plot.addItem(item)
        self.marks = SliceMarks(self, colour)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.box.pointed.connect(self.clicked)
        self.box.scrolled.connect(self.scrolled)
        self.box.sigRangeChanged.connect(lambda *_: self._tell_scale())
        self.plot.viewport().setMouseTracking(True)
        self.plot.viewport().installEventFilter(self)
        self._drawn: object = None

    def show_slice(
        self,
        plane: Plane,
        place: str,
        values: Floats,
        levels: tuple[float, float],
        step: float,
        rect: QRectF | None = None,
    ) -> None:
        """Show grey values (n, n), or those of ``rect``, with what is black and what white; NaN stays empty."""
        if self._drawn != (id(values), levels, rect):
            self._drawn = (id(values), levels, rect)
            self._values = values  # kept, so that its id stays its own
            self.picture.setImage(grey_picture(values, levels), levels=None)
            border = plane.half + step / 2
            whole = QRectF(-border, -border, values.shape[0] * step, values.shape[1] * step)
            self.picture.setRect(whole if rect is None else rect)
        self.marks.tell(plane, place)

    def show_outlines(self, found: list[Outline], fill: float = 0.0) -> None:
        """Draw outlines: solid where likely and filled with that much opacity, thin and dotted at 5 % and 95 %."""
        while len(self._paths) < len(found):
            path = QGraphicsPathItem()
            path.setZValue(5)
            self.box.addItem(path, ignoreBounds=True)
            self._paths.append(path)
        for path, outline in zip(self._paths, found, strict=False):
            sure = outline.chance == 0.5
            pen = QPen(QColor(COLOURS[outline.label]))
            pen.setWidthF(stroke(1.8 if sure else 1.0))
            pen.setCosmetic(True)
            if not sure:
                pen.setStyle(Qt.PenStyle.DotLine if outline.chance < 0.5 else Qt.PenStyle.DashLine)
            ink = QColor(COLOURS[outline.label])
            ink.setAlphaF(fill if sure else 0.0)
            path.setPen(pen)
            path.setBrush(QBrush(ink) if sure and fill > 0 else QBrush(Qt.BrushStyle.NoBrush))
            path.setPath(outline.path)
            path.setVisible(True)
        for path in self._paths[len(found) :]:
            path.setVisible(False)

    def show_heart(self, curve: Floats) -> None:
        """Draw where the surface of the heart's mesh crosses the slice: pairs of points (2k, 2)."""
        self._heart.setData(curve[:, 0], curve[:, 1], connect="pairs")

    def show_seeds(self, places: Floats) -> None:
        """Draw seeds (k, 2)."""
        self._seeds.setData(pos=places.reshape(-1, 2))

    def show_cross(self, across: float, up: float, colours: tuple[str, str]) -> None:
        """Draw the crosshair; each line is one of the other two slices."""
        for line, at, colour in zip(self._lines, (across, up), colours, strict=True):
            pen = QColor(colour)
            pen.setAlpha(150)
            line.setPen(pg.mkPen(pen, width=stroke(1)))
            line.setValue(at)

    def show_region(self, across: float, up: float, half: float) -> None:
        """Show what lies within ``half`` mm of a place."""
        self.box.setRange(xRange=(across - half, across + half), yRange=(up - half, up + half), padding=0)
        self._tell_scale()

    def tell_value(self, text: str) -> None:
        """Say what is under the mouse."""
        self.marks.tell_value(text)

    def dress(self, theme: Theme) -> None:
        """Scans stay on black in every theme."""
        self.plot.setBackground("#000000")

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Keep what is written at the borders."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.marks.lay_out()
        self._tell_scale()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tell where the mouse is, whether a button is down or not."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            place: QPointF = self.box.mapSceneToView(self.plot.mapToScene(event.position().toPoint()))
            self.hovered.emit(place.x(), place.y())
        elif event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _tell_scale(self) -> None:
        per_pixel = float(self.box.viewPixelSize()[0]) if self.box.width() > 0 else 0.0
        self.marks.scale.set_scale(per_pixel, self.width())


def grey_picture(values: Floats, levels: tuple[float, float]) -> NDArray[np.uint8]:
    """(n, n, 4), grey values as a picture, clear where they are NaN."""
    low, high = levels
    grey = np.nan_to_num(np.clip((values - low) * (255.0 / max(high - low, 1e-9)), 0, 255)).astype(np.uint8)
    rgba = np.empty((*values.shape, 4), dtype=np.uint8)
    rgba[..., :3] = grey[..., None]
    rgba[..., 3] = np.where(np.isfinite(values), 255, 0)
    return rgba
