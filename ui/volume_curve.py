"""Volumes of both ventricles over the beat, with their 90 % band, ED, ES and the phase that is looked at."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from geometry.measures.volumes import VolumeCurve
from ui.theme import Theme, px, stroke

INKS = {"lv": ("#ff6b6b", "#b8302f"), "rv": ("#6aa8ff", "#2563b8")}  # on dark, on white; as in the slices
WORDS = {"lv": "LV", "rv": "RV"}


class VolumePlot(QWidget):
    """Emits the number of the phase that was clicked."""

    phase_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: NDArray[np.floating] = np.zeros(0)
        self.plot = pg.PlotWidget(self)
        self.plot.setFixedHeight(px(176))
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        self.cursor_line = pg.InfiniteLine(angle=90)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.plot.scene().sigMouseClicked.connect(self._clicked)

    def show_curves(self, curves: Sequence[VolumeCurve], ed: int, es: int | None, in_ms: bool, theme: Theme) -> None:
        """Show other curves."""
        item = self.plot.getPlotItem()
        item.clear()
        self._dress(theme, "Time after the R wave (ms)" if in_ms else "Phase")
        self._times = curves[0].times if curves else np.zeros(0)
        for curve in curves:
            ink = INKS[curve.name][theme.name != "dark"]
            if curve.low is not None and curve.high is not None:
                self._add_band(curve, ink)
            item.plot(curve.times, curve.volume, pen=pg.mkPen(ink, width=stroke(2)), antialias=True)
        for phase, word in ((ed, "ED"), (es, "ES")):
            if phase is not None and phase < len(self._times):
                self._add_mark(float(self._times[phase]), word, theme)
        self._add_names(curves, ed if es is None else es, theme)
        item.addItem(self.cursor_line)
        item.setYRange(0, 1.1 * max((float(_top(curve)) for curve in curves), default=1.0), padding=0)
        if len(self._times):
            item.setXRange(float(self._times[0]), float(self._times[-1]), padding=0.02)

    def show_phase(self, phase: int) -> None:
        """Move the cursor."""
        if phase < len(self._times):
            self.cursor_line.setValue(float(self._times[phase]))

    def _add_band(self, curve: VolumeCurve, ink: str) -> None:
        item = self.plot.getPlotItem()
        colour = QColor(ink)
        colour.setAlpha(52)
        edges = [pg.PlotCurveItem(curve.times, bound, pen=None) for bound in (curve.low, curve.high)]
        for edge in edges:
            item.addItem(edge)
        item.addItem(pg.FillBetweenItem(*edges, brush=pg.mkBrush(colour)))

    def _add_names(self, curves: Sequence[VolumeCurve], phase: int, theme: Theme) -> None:
        """The name of the lower curve below it, of the upper one above it, where they are farthest from the frame."""
        ordered = sorted(curves, key=lambda curve: float(curve.volume[phase]))
        for curve in ordered:
            ink = INKS[curve.name][theme.name != "dark"]
            name = pg.TextItem(WORDS[curve.name], color=ink, anchor=(-0.2, 0.0 if curve is ordered[0] else 1.0))
            name.setPos(float(curve.times[phase]), float(curve.volume[phase]))
            self.plot.getPlotItem().addItem(name)

    def _add_mark(self, time: float, word: str, theme: Theme) -> None:
        line = pg.InfiniteLine(
            time,
            angle=90,
            pen=pg.mkPen(theme.faint, width=1, style=Qt.PenStyle.DotLine),
            label=word,
            labelOpts={"position": 0.95, "color": theme.muted, "movable": False},
        )
        self.plot.getPlotItem().addItem(line)

    def _dress(self, theme: Theme, below: str) -> None:
        self.plot.setBackground(theme.plot)
        item = self.plot.getPlotItem()
        item.showGrid(x=True, y=True, alpha=0.12)
        font = self.font()
        font.setPixelSize(px(10))
        for side, text in (("left", "Volume (mL)"), ("bottom", below)):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setLabel(text, color=theme.muted, **{"font-size": f"{px(10)}px"})
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=font)
        self.cursor_line.setPen(pg.mkPen(theme.accent, width=stroke(1.4)))

    def _clicked(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton and len(self._times):  # type: ignore[attr-defined]
            box = self.plot.getPlotItem().getViewBox()
            time = float(box.mapSceneToView(event.scenePos()).x())  # type: ignore[attr-defined]
            self.phase_chosen.emit(int(np.abs(self._times - time).argmin()))


def _top(curve: VolumeCurve) -> float:
    return float((curve.volume if curve.high is None else curve.high).max())
