"""The measured QRS in eight leads over the bands that the model gives for it before and after a fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme import Theme, px, stroke

COLUMNS = 4
HEIGHT = 62  # px of a lead
TIP = "Line: the measured QRS. Pale band: the model before the fit. Strong band: after. 90 % intervals, each time on its own."
BANDS = {"before": 55, "after": 150}  # alpha of 255


class LeadFit(QWidget):
    """Small pictures of the leads, all on one scale; sizes mean nothing, shapes do."""

    def __init__(self, curves: Mapping[str, Any], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        leads = curves["leads"]
        times = np.asarray(curves["times"], float)
        known = {name: np.asarray(values, float) for name, values in curves.items() if name not in ("leads", "times")}
        low, high = min(v.min() for v in known.values()), max(v.max() for v in known.values())
        view = pg.GraphicsLayoutWidget()
        view.setBackground(theme.plot)
        view.setFixedHeight(px(HEIGHT) * -(-len(leads) // COLUMNS) + px(8))
        view.ci.setContentsMargins(px(2), px(2), px(2), px(2))
        view.ci.setSpacing(px(3))
        font = self.font()
        font.setPixelSize(px(11))
        for number, lead in enumerate(leads):
            plot = view.addPlot(row=number // COLUMNS, col=number % COLUMNS)
            plot.hideButtons()
            plot.setMenuEnabled(False)
            plot.setMouseEnabled(x=False, y=False)
            plot.hideAxis("left")
            plot.hideAxis("bottom")
            for word, alpha in BANDS.items():
                ink = QColor(theme.accent)
                ink.setAlpha(alpha)
                ends = [pg.PlotCurveItem(times, known[f"{word}_{side}"][number]) for side in ("low", "high")]
                plot.addItem(pg.FillBetweenItem(*ends, brush=ink))
            plot.addItem(pg.PlotDataItem(times, known["measured"][number], pen=pg.mkPen(theme.text, width=stroke(1.4))))
            name = pg.TextItem(lead, color=theme.muted, anchor=(1, 0))
            name.setFont(font)
            name.setPos(float(times[-1]), float(high))
            plot.addItem(name)
            plot.setXRange(float(times[0]), float(times[-1]), padding=0.02)
            plot.setYRange(low, high, padding=0.05)
        view.setToolTip(TIP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(view)
