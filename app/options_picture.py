"""The members of all options on one axis per outcome, as a picture for the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from solvers.comparison.spread import violin

INKS = ("#7b8794", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#b8a800")  # Okabe and Ito 2008
LETTERS = 96  # of a title, in the width of the picture
INK, HALF = "#1c2530", 0.36


def draw_options(table: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]], out: Path) -> Path:
    """Draw the members of the ``outcomes`` (rows of the plain table) into the PNG ``out``: violins, dots, a bar at the run."""
    count = len(table["options"])
    height = 0.62 + 0.22 * count  # inches
    figure = Figure(figsize=(7.1, height), dpi=220)
    panels = figure.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    for axes, row in zip(panels, outcomes, strict=True):
        for place, option in enumerate(table["options"]):
            _draw_lane(axes, place, row["options"][option["name"]])
        unit = f" ({row['unit_shown']})" if row["unit_shown"] else ""
        axes.set_title(fill(f"{row['label']}{unit}", round(LETTERS / len(outcomes))), fontsize=7, color=INK)
        axes.tick_params(labelsize=6, length=2, colors=INK)
        axes.set_ylim(count - 0.5, -0.5)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[0].set_yticks(range(count), [_short(option["title"]) for option in table["options"]])
    figure.subplots_adjust(left=0.15, right=0.99, top=1 - 0.37 / height, bottom=0.22 / height, wspace=0.12)
    figure.savefig(out)
    return out


def _draw_lane(axes: Axes, place: int, cell: Mapping[str, Any]) -> None:
    ink, values = INKS[place % len(INKS)], cell["values"]
    where, half = violin(values)
    if len(where):
        axes.fill_between(where, place - HALF * half, place + HALF * half, color=ink, alpha=0.35, linewidth=0)
    axes.plot(values, [place] * len(values), ".", color=ink, markersize=2.5)
    if cell["metric"] is not None:
        axes.vlines(cell["metric"]["value"], place - HALF, place + HALF, color=INK, linewidth=1.2)


def _short(title: str) -> str:
    return title if len(title) <= 22 else title[:21] + "\u2026"
