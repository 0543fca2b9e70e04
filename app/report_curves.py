"""Curves over time as a picture: the 12-lead ECG on its usual grid, pressure and flow with their units."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from geometry.metric import shown_unit
from solvers.result import Result, Trace

INK = "#1c2530"
BAND = "#7aa6d8"


def draw_curves(result: Result, name: str, out: Path, size: tuple[float, float] = (7.1, 1.8)) -> Path:
    """Draw the trace ``name`` (with its 90 % band where the ensemble left one) into the PNG ``out``, ``size`` in inches."""
    trace = result.traces[name]
    low, high = result.traces.get(f"{name}_low"), result.traces.get(f"{name}_high")
    count = len(trace.channels)
    columns = 4 if count == 12 else 1
    rows = -(-count // columns)
    figure = Figure(figsize=size, dpi=1600 / size[0])
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for index, channel in enumerate(trace.channels):
        axes = grid[index % rows][index // rows]
        if low is not None and high is not None:
            axes.fill_between(low.times, low.values[index], high.values[index], color=BAND, alpha=0.5, linewidth=0)
        axes.plot(trace.times, trace.values[index], color=INK, linewidth=0.8)
        axes.text(0.02, 0.84, channel, transform=axes.transAxes, fontsize=6.5, weight="bold", va="center", color=INK)
        _dress(axes, trace)
    figure.supylabel(f"{trace.label} [{shown_unit(trace.unit)}]", fontsize=6.5, x=0.06 / size[0])
    figure.supxlabel(
        "Time [ms]" + ("; band: 90 % of the ensemble" if low is not None else ""), fontsize=6.5, y=0.02 / size[1]
    )
    figure.subplots_adjust(
        left=0.46 / size[0], right=1 - 0.05 / size[0], top=0.98, bottom=0.31 / size[1], wspace=0.05, hspace=0.1
    )
    figure.savefig(out)
    return out


def _dress(axes: Axes, trace: Trace) -> None:
    axes.set_xlim(float(trace.times[0]), float(np.max(trace.times)))
    axes.xaxis.set_major_locator(MaxNLocator(7, prune="upper"))  # the last one would touch the next column's first
    axes.grid(True, color="#ecd9d4", linewidth=0.5)
    axes.tick_params(labelsize=5.5, length=2, width=0.5, pad=1.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.5)
