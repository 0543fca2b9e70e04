"""Curves over time (pressure, flow, volume), one plot per unit, with a time cursor."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QWidget

from geometry.metric import shown_unit
from solvers.result import Trace
from ui.theme import DARK, Theme, px, stroke

INKS = ("#58b6c9", "#e3b161", "#ef7b80", "#74c69d", "#b497e7")
INKS_ON_WHITE = ("#0f7285", "#93610c", "#b3373e", "#1f7a4c", "#6b4bb0")


def dress_axis(axis: pg.AxisItem, text: str, font: QFont, theme: Theme) -> None:
    """Name an axis of a curve and give it the theme's colours."""
    font.setPixelSize(px(10))
    axis.setPen(pg.mkPen(theme.line))
    axis.setTextPen(pg.mkPen(theme.muted))
    axis.setLabel(text, color=theme.muted, **{"font-size": f"{px(11)}px"})
    axis.enableAutoSIPrefix(False)
    axis.setStyle(tickFont=font)


class TracePlot(QWidget):
    """Draws traces beside each other; emits the time (ms) that was clicked."""

    time_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._traces: tuple[Trace, ...] = ()
        self._before: tuple[Trace | None, ...] = ()
        self._cursors: list[pg.InfiniteLine] = []
        self.plots: list[pg.PlotWidget] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)

    def show_traces(self, traces: tuple[Trace, ...], before: tuple[Trace | None, ...] = ()) -> None:
        """Show other traces, and in grey behind each, where there is one, an older one of the same quantity."""
        self._traces, self._before = traces, before
        while self._layout.count():
            item = self._layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.plots, self._cursors = [], []
        for number, trace in enumerate(traces):
            old = before[number] if number < len(before) else None
            self._add_plot(trace, old)

    def show_time(self, time: float) -> None:
        """Move the cursor."""
        for cursor in self._cursors:
            cursor.setValue(time)

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self._theme = theme
        self.show_traces(self._traces, self._before)

    def _add_plot(self, trace: Trace, old: Trace | None) -> None:
        theme = self._theme
        inks = INKS if theme.name == "dark" else INKS_ON_WHITE
        plot = pg.PlotWidget(self)
        plot.setBackground(theme.plot)
        item = plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=True, y=True, alpha=0.12)
        for side, text in (
            ("left", f"{trace.label} ({shown_unit(trace.unit)})" if trace.unit else trace.label),
            ("bottom", "Time (ms)"),
        ):
            dress_axis(item.getAxis(side), text, self.font(), theme)
        if len(trace.channels) > 1:
            item.addLegend(offset=(-10, 6), labelTextColor=theme.text, labelTextSize=f"{px(11)}px", brush=None)
        if old is not None:
            for values in np.atleast_2d(old.values):
                item.plot(old.times, values, pen=pg.mkPen(theme.faint, width=1))
        for number, (name, values) in enumerate(zip(trace.channels, np.atleast_2d(trace.values), strict=True)):
            item.plot(
                trace.times,
                values,
                name=name,
                pen=pg.mkPen(inks[number % len(inks)], width=stroke(1.8)),
                antialias=True,
            )
        cursor = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.accent, width=stroke(1.2)))
        cursor.setZValue(10)
        item.addItem(cursor)
        self._cursors.append(cursor)
        box = item.getViewBox()
        plot.scene().sigMouseClicked.connect(lambda e, b=box: self._clicked(e, b))
        self.plots.append(plot)
        self._layout.addWidget(plot)

    def _clicked(self, event: object, box: pg.ViewBox) -> None:
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            self.time_chosen.emit(float(box.mapSceneToView(event.scenePos()).x()))  # type: ignore[attr-defined]
