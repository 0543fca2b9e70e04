"""Pictures of a verification problem: every check against its tolerance, and the curves that the problem has."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from app.report_curves import INK
from solvers.result import Check
from solvers.verification.plot import Plot

PASSED, FAILED, WITHIN = "#2f7d4f", "#b3372f", "#e4ece6"
LONGEST = 3.0  # tolerances: bars end there
COLORS = ("#c98a1b", "#8a63b0", "#3f7fb5", "#2a5b8c", "#2f7d4f")


def draw_checks(title: str, checks: list[Check], out: Path) -> Path:
    """One bar a check: how far the value is from its reference, in tolerances; PNG ``out``."""
    figure = Figure(figsize=(11, 1.3 + 0.34 * len(checks)), dpi=130, layout="constrained")
    axes = figure.subplots()
    axes.axvspan(-1, 1, color=WITHIN, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, check in enumerate(checks):
        off = (
            (check.value - check.reference) / check.tolerance if check.tolerance else float(not check.passed) * LONGEST
        )
        axes.barh(row, max(-LONGEST, min(off, LONGEST)), color=PASSED if check.passed else FAILED, height=0.6)
        words = f"{check.value:.4g} {check.unit}  (wanted {check.reference:.4g} \u00b1 {check.tolerance:.2g})"
        axes.text(LONGEST + 0.1, row, words, va="center", fontsize=8, color=INK)
    axes.set_yticks(range(len(checks)), [check.name for check in checks], fontsize=8)
    axes.set_xlim(-LONGEST, LONGEST)
    axes.invert_yaxis()
    axes.set_xlabel("Distance from the reference [tolerances]; a shorter bar is better", fontsize=8)
    _dress(axes, title)
    figure.savefig(out)
    return out


def draw_plot(title: str, plot: Plot, out: Path) -> Path:
    """The curves of ``plot``, the reference dashed; PNG ``out``."""
    figure = Figure(figsize=(11, 5), dpi=130, layout="constrained")
    axes = figure.subplots()
    *own, reference = plot.curves
    for name, color in zip(own, COLORS, strict=False):
        axes.plot(plot.places, plot.curves[name], color=color, marker="o", markersize=4, linewidth=1.4, label=name)
    axes.plot(
        plot.places, plot.curves[reference], color=INK, linestyle="--", marker="x", linewidth=1.1, label=reference
    )
    axes.set_xlabel(plot.across, fontsize=9)
    axes.set_ylabel(plot.along, fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    axes.grid(axis="y", color="#dfe4ea", linewidth=0.6)
    _dress(axes, title)
    figure.savefig(out)
    return out


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=11, color=INK, loc="left")
    axes.tick_params(labelsize=8, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
