"""One slice through the scan, with outlines, crosshair and the patient's directions at its borders."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.contours import COLOURS, Outline
from ui.planes import Plane
from ui.theme import Theme, px, stroke

Floats = NDArray[np.floating]


class SliceView(QWidget):
    """Shows a slice; emits where (mm across, mm up) it was clicked, and scroll steps along its normal."""

    clicked = Signal(float, float)
    scrolled = Signal(int)

    def __init__(self, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = colour
        self.plot = pg.PlotWidget(self)
        box = self.plot.getPlotItem()
        for side in ("left", "bottom"):
            box.hideAxis(side)
        box.hideButtons()
        box.setMenuEnabled(False)
        self.box = box.getViewBox()
        self.box.setAspectLocked(True)
        self.box.setDefaultPadding(0.0)
        self.picture = pg.ImageItem()
        self.picture.setAutoDownsample(False)
        self.plot.addItem(self.picture)
        self._curves: list[pg.PlotCurveItem] = []
        self._heart = pg.PlotCurveItem(pen=pg.mkPen("#f2e6c8", width=stroke(1.2), style=Qt.PenStyle.DashLine))
        self._seeds = pg.ScatterPlotItem(size=px(10), pen=pg.mkPen("#ffffff", width=1.5), brush=pg.mkBrush("#ffb000"))
        self._lines = (pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=0))
        for item in (self._heart, self._seeds, *self._lines):
            self.plot.addItem(item)
        self.name = QLabel(self)
        self.sides = tuple(QLabel(self) for _ in range(4))
        for label in (self.name, *self.sides):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.name.setStyleSheet(f"color: {colour}; font-weight: 600; background: rgba(0, 0, 0, 130);")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.box.wheelEvent = self._wheel  # turning the wheel moves through the slices, with Ctrl it zooms
        self._half = 0.0

    def show_slice(self, plane: Plane, values: Floats, levels: tuple[float, float], step: float) -> None:
        """Show grey values (n, n); NaN stays empty."""
        low, high = levels
        grey = np.clip((values - low) / max(high - low, 1e-9), 0, 1)
        rgba = np.empty((*values.shape, 4), dtype=np.uint8)
        rgba[..., :3] = (np.nan_to_num(grey)[..., None] * 255).astype(np.uint8)
        rgba[..., 3] = np.where(np.isfinite(values), 255, 0)
        self.picture.setImage(rgba)
        border = plane.half + step / 2
        self.picture.setRect(QRectF(-border, -border, values.shape[0] * step, values.shape[1] * step))
        self.name.setText(plane.name)
        for label, letter in zip(self.sides, plane.letters(), strict=True):
            label.setText(letter)
        if abs(self._half - plane.half) > 1e-6:
            self._half = plane.half
            self.fit()
        self._place_labels()

    def show_outlines(self, found: list[Outline]) -> None:
        """Draw outlines: solid where likely, thin and dotted at 5 % and 95 %."""
        for curve in self._curves:
            self.plot.removeItem(curve)
        self._curves = []
        for outline in found:
            sure = outline.chance == 0.5
            pen = QPen(QColor(COLOURS[outline.label]))
            pen.setWidthF(stroke(1.8 if sure else 1.0))
            pen.setCosmetic(True)
            if not sure:
                pen.setStyle(Qt.PenStyle.DotLine if outline.chance < 0.5 else Qt.PenStyle.DashLine)
            curve = pg.PlotCurveItem(
                outline.curve[:, 0], outline.curve[:, 1], pen=pen, connect="finite", antialias=True
            )
            self.plot.addItem(curve)
            self._curves.append(curve)

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

    def fit(self) -> None:
        """Show the whole slice."""
        self.box.setRange(xRange=(-self._half, self._half), yRange=(-self._half, self._half), padding=0)

    def dress(self, theme: Theme) -> None:
        """Wear a theme; scans stay on black in both."""
        self.plot.setBackground("#000000")
        for label in self.sides:
            label.setStyleSheet(f"color: #9aa8b8; font-size: {px(11)}px;")

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Keep the letters at the borders."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._place_labels()

    def _place_labels(self) -> None:
        gap = px(8)
        self.name.adjustSize()
        self.name.move(gap, px(6))
        for label in self.sides:
            label.adjustSize()
        left, right, top, bottom = self.sides
        left.move(gap, (self.height() - left.height()) // 2)
        right.move(self.width() - right.width() - gap, (self.height() - right.height()) // 2)
        top.move((self.width() - top.width()) // 2, px(6))
        bottom.move((self.width() - bottom.width()) // 2, self.height() - bottom.height() - px(4))

    def _click(self, event: object) -> None:
        place: QPointF = self.box.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        self.clicked.emit(place.x(), place.y())

    def _wheel(self, event: object, axis: object = None) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:  # type: ignore[attr-defined]
            pg.ViewBox.wheelEvent(self.box, event, axis)
            return
        self.scrolled.emit(1 if event.delta() > 0 else -1)  # type: ignore[attr-defined]
        event.accept()  # type: ignore[attr-defined]
