"""Which input the doubt of a number comes from: a bar of its first-order share, with interval, over a faint one of its total."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from solvers.uncertainty.sensitivity import Study
from ui.theme import Theme, px, stroke

BAR = 0.32  # of a row; its name stands above it
FAINT = 90  # of 255


class IndexBars(QWidget):
    """The Sobol indices of one decision number."""

    def __init__(self, study: Study, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        order = np.argsort(study.indices.total)[::-1]
        plot = pg.PlotWidget(self)
        plot.setFixedHeight(px(36) * len(order) + px(44))
        plot.setBackground(theme.plot)
        item = plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        rows = -np.arange(len(order), dtype=float)
        first, total = (100.0 * values[order] for values in (study.indices.first, study.indices.total))
        faint, full = QColor(theme.accent), QColor(theme.accent)
        faint.setAlpha(FAINT)
        for width, ink in ((total, faint), (first, full)):
            item.addItem(pg.BarGraphItem(x0=0, y=rows, height=BAR, width=width, brush=ink, pen=None))
        low, high = 100.0 * study.indices.first_interval[:, order]
        pen = pg.mkPen(theme.text, width=stroke(1.2))
        for row, ends in zip(rows, zip(low, high, strict=True), strict=True):
            item.addItem(pg.PlotDataItem(ends, (row, row), pen=pen))
        font = self.font()
        font.setPixelSize(px(11))
        for row, place in zip(rows, order, strict=True):
            name = pg.TextItem(study.varied[place].label, color=theme.text, anchor=(0, 1))
            name.setFont(font)
            name.setPos(0.0, row + BAR / 2)
            item.addItem(name)
        item.setXRange(0.0, 100.0, padding=0.02)
        item.setYRange(rows[-1] - 0.4, 0.8, padding=0)
        item.hideAxis("left")
        axis = item.getAxis("bottom")
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.muted))
        axis.setLabel("Share of the variance (%)", color=theme.muted, **{"font-size": f"{px(10)}px"})
        axis.enableAutoSIPrefix(False)
        plot.setToolTip(
            "Solid: what would go if the input were known, with its 90 % interval. Faint: with the others together."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(plot)
