"""Curves over time as a picture: the 12-lead ECG on its usual grid, pressure and flow with their units."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from geometry.metric import shown_unit
from solvers.result import Result, Trace

INK = "#1c2530"
BAND = "#7aa6d8"


def draw_curves(result: Result, name: str, out: Path) -> Path:
    """Draw the trace ``name`` (with its 90 % band where the ensemble left one) into the PNG ``out``."""
    trace = result.traces[name]
    low, high = result.traces.get(f"{name}_low"), result.traces.get(f"{name}_high")
    count = len(trace.channels)
    columns = 4 if count == 12 else 1
    rows = -(-count // columns)
    figure = Figure(figsize=(12, 3.4), dpi=130)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for index, channel in enumerate(trace.channels):
        axes = grid[index % rows][index // rows]
        if low is not None and high is not None:
            axes.fill_between(low.times, low.values[index], high.values[index], color=BAND, alpha=0.5, linewidth=0)
        axes.plot(trace.times, trace.values[index], color=INK, linewidth=1.1)
        axes.text(0.02, 0.82, channel, transform=axes.transAxes, fontsize=8, weight="bold", color=INK)
        _dress(axes, trace)
    figure.supylabel(f"{trace.label} [{shown_unit(trace.unit)}]", fontsize=8)
    figure.supxlabel("Time [ms]" + ("; band: 90 % of the ensemble" if low is not None else ""), fontsize=8)
    figure.subplots_adjust(left=0.07, right=0.99, top=0.98, bottom=0.14, wspace=0.05, hspace=0.08)
    figure.savefig(out)
    return out


def _dress(axes: Axes, trace: Trace) -> None:
    axes.set_xlim(float(trace.times[0]), float(np.max(trace.times)))
    axes.grid(True, color="#ecd9d4", linewidth=0.5)
    axes.tick_params(labelsize=7, length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
