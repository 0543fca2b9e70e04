"""The action potential of a cell, and a small plot for each of its currents."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from solvers.cells.currents import CellBeat
from ui.scene_overlays import SITE_COLOUR
from ui.theme import DARK, Theme, px, stroke

MAIN = (
    "Na",
    "NaL",
    "CaL",
    "to",
    "Kur",
    "Kr",
    "Ks",
    "K1",
    "NaCa",
    "NaK",
    "pCa",
    "bNa",
)  # shown first, where a model has them
MOST, COLUMNS = 12, 3


class CellPlots(QWidget):
    """Draws a beat, an older one in grey behind it, and what the heart did at the marked place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self.beat: CellBeat | None = None
        self.before: CellBeat | None = None
        self.place: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None
        self.voltage = pg.GraphicsLayoutWidget(self)
        self.currents = pg.GraphicsLayoutWidget(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addWidget(self.voltage, 4)
        layout.addWidget(self.currents, 6)

    def show_beat(
        self,
        beat: CellBeat | None,
        before: CellBeat | None,
        place: tuple[NDArray[np.floating], NDArray[np.floating]] | None,
    ) -> None:
        """Show a beat; ``place`` are times (ms from activation) and potentials (mV) of the marked place."""
        self.beat, self.before, self.place = beat, before, place
        self._draw()

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        self._theme = theme
        self._draw()

    def _draw(self) -> None:
        for area in (self.voltage, self.currents):
            area.clear()
            area.setBackground(self._theme.plot)
            area.ci.setContentsMargins(px(8), px(6), px(10), px(6))
            area.ci.layout.setSpacing(px(4))
        if self.beat is None:
            return
        plot = self._plot(self.voltage, 0, 0, "Action potential (mV)", named=True)
        if self.before is not None:
            plot.plot(self.before.times, self.before.V, pen=pg.mkPen(self._theme.faint, width=stroke(1.3)))
        if self.place is not None:
            line = pg.mkPen(SITE_COLOUR, width=stroke(1.6), style=pg.QtCore.Qt.PenStyle.DashLine)
            plot.plot(*self.place, pen=line)
        plot.plot(self.beat.times, self.beat.V, pen=pg.mkPen(self._theme.text, width=stroke(1.9)), antialias=True)
        names = chosen_currents(self.beat.currents)
        for number, name in enumerate(names):
            row, column = divmod(number, COLUMNS)
            small = self._plot(self.currents, row, column, current_words(name))
            if self.before is not None:
                line = pg.mkPen(self._theme.faint, width=stroke(1.2))
                small.plot(self.before.times, self.before.currents[name], pen=line)
            line = pg.mkPen(self._theme.accent, width=stroke(1.5))
            small.plot(self.beat.times, self.beat.currents[name], pen=line, antialias=True)

    def _plot(
        self, area: pg.GraphicsLayoutWidget, row: int, column: int, title: str, named: bool = False
    ) -> pg.PlotItem:
        theme, plot = self._theme, area.addPlot(row=row, col=column)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.showGrid(x=True, y=True, alpha=0.12)
        plot.setTitle(title, color=theme.muted, size=f"{px(11)}px", justify="left")
        font = self.font()
        font.setPixelSize(px(10))
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=font, maxTickLevel=int(named))
        plot.getAxis("left").setWidth(px(44))
        plot.getAxis("bottom").setHeight(px(40 if named else 22))
        if named:
            plot.getAxis("bottom").setLabel(
                "Time from the stimulus (ms)", color=theme.muted, **{"font-size": f"{px(11)}px"}
            )
        return plot


def chosen_currents(currents: Mapping[str, NDArray[np.floating]]) -> list[str]:
    """The currents that are drawn: those every modeller looks at first, then the others, ``MOST`` in all."""
    first = [f"i_{name}" for name in MAIN if f"i_{name}" in currents]
    return [*first, *(name for name in currents if name not in first)][:MOST]


def current_words(name: str) -> str:
    """What a current is called, with its unit."""
    head, _, tail = name.removeprefix("i_").partition("_")
    return f"I<sub>{head}{', ' + tail if tail else ''}</sub> (pA/pF)"
