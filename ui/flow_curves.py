"""Curves of a flow over time, and beside them the pressure along the centreline at the time of the cursor."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QHBoxLayout, QWidget

from solvers.result import Trace
from ui.theme import DARK, Theme, stroke
from ui.trace_plot import TracePlot, dress_axis

LINE = "pressure_line"


class LinePlot(QWidget):
    """Draws a quantity along a line; what it is over the whole time is a band behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: Trace | None = None
        self._theme, self._time = DARK, 0.0
        self.plot = pg.PlotWidget(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.plot)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=True, y=True, alpha=0.12)
        self.curve = pg.PlotDataItem()

    def show_line(self, trace: Trace | None) -> None:
        """Show another quantity: one channel a place, named by its distance in mm."""
        self._trace = trace
        self.setVisible(trace is not None)
        item = self.plot.getPlotItem()
        item.clear()
        if trace is None:
            return
        theme = self._theme
        self.plot.setBackground(theme.plot)
        for side, text in (
            ("left", f"{trace.label.split(' along ')[0]} ({trace.unit})"),
            ("bottom", "Along the centreline (mm)"),
        ):
            dress_axis(item.getAxis(side), text, self.font(), theme)
        arc, values = places(trace), np.asarray(trace.values)
        low, high = (
            pg.PlotDataItem(arc, edge, pen=pg.mkPen(theme.faint, width=1))
            for edge in (values.min(axis=1), values.max(axis=1))
        )
        shade = pg.mkColor(theme.accent)
        shade.setAlpha(32)
        item.addItem(low)
        item.addItem(high)
        item.addItem(pg.FillBetweenItem(low, high, brush=shade))
        self.curve = pg.PlotDataItem(pen=pg.mkPen(theme.accent, width=stroke(2.0)), antialias=True)
        item.addItem(self.curve)
        self.setToolTip("Line: now. Band: from the lowest to the highest over the beat.")
        self.show_time(self._time)

    def show_time(self, time: float) -> None:
        """The quantity at a time, ms, linear between the frames."""
        self._time = time
        if self._trace is not None:
            now = [float(np.interp(time, self._trace.times, row)) for row in np.asarray(self._trace.values)]
            self.curve.setData(places(self._trace), now)

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self._theme = theme
        self.show_line(self._trace)


class FlowCurves(QWidget):
    """The curves of a run, and the line beside them where it has one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves, self.line = TracePlot(self), LinePlot(self)
        self.time_chosen = self.curves.time_chosen
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        row.addWidget(self.curves, 3)
        row.addWidget(self.line, 1)

    def show_traces(self, traces: tuple[Trace, ...], line: Trace | None, behind: tuple[Trace | None, ...] = ()) -> None:
        """Show those of another run; ``behind`` each, thin and grey, the same of the run it is looked at against."""
        self.curves.show_traces(traces, behind)
        self.line.show_line(line)

    def show_time(self, time: float) -> None:
        """Move the cursor."""
        self.curves.show_time(time)
        self.line.show_time(time)

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self.curves.dress(theme)
        self.line.dress(theme)


def places(trace: Trace) -> list[float]:
    """mm from the inlet, from names like "12.50 mm"."""
    return [float(name.split()[0]) for name in trace.channels]
