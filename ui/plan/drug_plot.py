"""Action potentials without and under two drugs over each other, and their numbers beside each other."""

from collections.abc import Mapping

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from geometry.metric import with_unit
from solvers.cells.currents import CellBeat
from solvers.drugs.markers import measure_beat
from ui.theme import Theme, px, stroke
from ui.trace_plot import INKS, INKS_ON_WHITE

ROWS = (("APD90", "apd90"), ("APD50", "apd50"), ("Triangulation", "triangulation"))
NAMES = ("none", "a", "b")
HEADS = {"none": "No drug", "a": "A", "b": "B"}


def inks_of(theme: Theme) -> dict[str, str]:
    """The colour of each beat."""
    inks = INKS if theme.name == "dark" else INKS_ON_WHITE
    return {"none": theme.muted, "a": inks[0], "b": inks[1]}


class DrugPlot(pg.PlotWidget):  # type: ignore[misc]
    """Potentials over time since the stimulus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(px(190))
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)

    def show_beats(self, beats: Mapping[str, CellBeat], theme: Theme) -> None:
        """Draw the beats there are, in a theme."""
        self.clear()
        self.setBackground(theme.plot)
        self.showGrid(x=True, y=True, alpha=0.12)
        font = self.font()
        font.setPixelSize(px(10))
        for side, words in (("left", "Potential (mV)"), ("bottom", "Time from the stimulus (ms)")):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setStyle(tickFont=font)
            axis.enableAutoSIPrefix(False)
            axis.setLabel(words, color=theme.muted, **{"font-size": f"{px(11)}px"})
        for name, beat in beats.items():
            self.plot(beat.times, beat.V, pen=pg.mkPen(inks_of(theme)[name], width=stroke(1.9)), antialias=True)


class DrugNumbers(QWidget):
    """A table: markers and an estimate of QT, a column for each beat, with the change against no drug."""

    def __init__(self, beats: Mapping[str, CellBeat], last: float | None, theme: Theme, parent: QWidget) -> None:
        """last: ms from the onset of the QRS to the last activation of the heart, where that is known."""
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(3))
        grid.setColumnStretch(0, 1)
        found = {name: measure_beat(beat.times, beat.V) for name, beat in beats.items()}
        rows = [(words, {name: getattr(one, key) for name, one in found.items()}) for words, key in ROWS]
        if last is not None:
            rows.append(("QT estimate", {name: last + one.apd90 for name, one in found.items()}))
        for column, name in enumerate(beats, start=1):
            head = QLabel(HEADS[name], self)
            head.setStyleSheet(f"color: {inks_of(theme)[name]}; font-weight: 600")
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        for row, (words, values) in enumerate(rows, start=1):
            grid.addWidget(QLabel(words, self), row, 0)
            for column, (name, value) in enumerate(values.items(), start=1):
                grid.addWidget(
                    QLabel(_told(value, values["none"], name), self), row, column, Qt.AlignmentFlag.AlignRight
                )
        row = len(rows) + 1
        grid.addWidget(QLabel("Early afterdepolarisation", self), row, 0)
        for column, one in enumerate(found.values(), start=1):
            flag = QLabel("yes" if one.early_afterdepolarisation else "no", self)
            flag.setProperty("role", "bad" if one.early_afterdepolarisation else "")
            grid.addWidget(flag, row, column, Qt.AlignmentFlag.AlignRight)


def _told(value: float, bare: float, name: str) -> str:
    if value != value:
        return "none"
    change = "" if name == "none" or bare != bare else f" ({value - bare:+z.0f})".replace("-", "\u2212")
    return with_unit(f"{value:.0f}", "ms") + change
