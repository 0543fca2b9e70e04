"""How many tetrahedra have which quality, as bars in the colours of the heart, with the value solvers ask for."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from geometry.tet_quality import Histogram
from ui.heart_parts import ANGLE, quality_scale
from ui.theme import Theme, px, stroke

WANTED = {"min_dihedral": 5.0, "radius_ratio": 3.0}  # what the smallest angle should exceed, and 99 % stay below
BELOW = {"min_dihedral": "Smallest angle (degrees)", "radius_ratio": "Radius ratio (1: regular)"}


class QualityPlot(QWidget):
    """One histogram."""

    def __init__(self, part: str, found: Histogram, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        plot = pg.PlotWidget(self)
        plot.setFixedHeight(px(150))
        plot.setBackground(theme.plot)
        item = plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        edges = np.asarray(found.edges)
        middle = (edges[1:] + edges[:-1]) / 2
        scale = quality_scale(part, middle)
        inks = [QColor(*(int(c) for c in scale.texture[0][int(share * 255)])) for share in scale.across]
        share = 100.0 * np.asarray(found.counts) / max(sum(found.counts), 1)
        bars = pg.BarGraphItem(x=middle, height=share, width=0.9 * (edges[1] - edges[0]), brushes=inks, pen=None)
        item.addItem(bars)
        self._dress(item, part, theme)
        line = pg.InfiniteLine(
            WANTED[part],
            pen=pg.mkPen(theme.bad, width=stroke(1.2)),
            label="at least 5\u00b0" if part == ANGLE else "99 % below 3",
            labelOpts={"position": 0.9, "color": theme.bad, "movable": False, "anchors": [(0, 0.5), (0, 0.5)]},
        )
        item.addItem(line)
        item.setXRange(float(edges[0]), float(edges[-1]), padding=0.01)
        item.setYRange(0, 1.15 * float(share.max(initial=1.0)), padding=0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(plot)

    def _dress(self, item: pg.PlotItem, part: str, theme: Theme) -> None:
        font = self.font()
        font.setPixelSize(px(10))
        for side, text in (("left", "Share (%)"), ("bottom", BELOW[part])):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setLabel(text, color=theme.muted, **{"font-size": f"{px(10)}px"})
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=font)
