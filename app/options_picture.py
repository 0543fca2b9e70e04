"""The runs of all options on one axis per outcome, as quantile dots over their threshold: a picture for the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from solvers.comparison.dots import COLUMNS, dots_of, stacked
from solvers.comparison.threshold import Threshold

INKS = ("#7b8794", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#b8a800")  # Okabe and Ito 2008
LETTERS = 96  # of a title, in the width of the picture
INK, LIMIT = "#1c2530", "#b3541e"
WIDTH, LANE, TITLE, AXIS, NAMES = 7.1, 0.36, 0.37, 0.22, 1.06  # inches: of all, of an option, and around the lanes
APART, EDGE = 0.12, 0.04  # between two panels as a share of one, inches on the right
ROOM, FULL, DOT = 0.06, 0.84, 0.055  # of an axis on both sides; of a lane, that dots may fill; inches across at most


def draw_options(table: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]], out: Path) -> Path:
    """Draw the runs of the ``outcomes`` (rows of the plain table) into the PNG ``out``: twenty dots of equal chance for each
    option, a bar at the run itself, and beyond the threshold a tint."""
    count = len(table["options"])
    height = TITLE + AXIS + LANE * count
    figure = Figure(figsize=(WIDTH, height), dpi=220)
    panels = figure.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    inches = (WIDTH - NAMES - EDGE) / (len(outcomes) + APART * (len(outcomes) - 1))
    for axes, row in zip(panels, outcomes, strict=True):
        cells = [row["options"][option["name"]] for option in table["options"]]
        ends = _ends(cells)
        axes.set_xlim(ends[0] - ROOM * (ends[1] - ends[0]), ends[1] + ROOM * (ends[1] - ends[0]))
        for place, cell in enumerate(cells):
            _draw_lane(axes, place, cell, ends, inches)
        _draw_threshold(axes, row)
        unit = f" ({row['unit_shown']})" if row["unit_shown"] else ""
        axes.set_title(fill(f"{row['label']}{unit}", round(LETTERS / len(outcomes))), fontsize=7, color=INK)
        axes.tick_params(labelsize=6, length=2, colors=INK)
        axes.set_ylim(count - 0.5, -0.5)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[0].set_yticks(range(count), [_short(option["title"]) for option in table["options"]])
    figure.subplots_adjust(
        left=NAMES / WIDTH, right=1 - EDGE / WIDTH, top=1 - TITLE / height, bottom=AXIS / height, wspace=APART
    )
    figure.savefig(out)
    return out


def _ends(cells: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The least and the most of what is drawn of an outcome; never the same."""
    known = [float(value) for cell in cells for value in cell["values"]]
    known += [float(cell["metric"]["value"]) for cell in cells if cell["metric"] is not None]
    known = [value for value in known if np.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    least = 0.02 * max(abs(low), abs(high), 1e-6)
    return (low, high) if high - low > least else ((low + high - least) / 2, (low + high + least) / 2)


def _draw_lane(axes: Axes, place: int, cell: Mapping[str, Any], ends: tuple[float, float], inches: float) -> None:
    """The dots of an option stand on the floor of its lane; where many are alike they are drawn smaller."""
    floor, dots = place + FULL / 2, dots_of(cell["values"])
    if len(dots):
        columns, below = stacked(dots, *ends)
        wide = min(inches / (1 + 2 * ROOM) / COLUMNS, FULL * LANE / (below.max() + 1))  # inches of a dot's place
        across = ends[0] + columns / (COLUMNS - 1) * (ends[1] - ends[0])
        size = (72 * 0.92 * min(wide, DOT)) ** 2
        axes.scatter(across, floor - (below + 0.5) * wide / LANE, size, color=INKS[place % len(INKS)], linewidths=0)
    if cell["metric"] is not None:
        axes.vlines(cell["metric"]["value"], place - FULL / 2, floor, color=INK, linewidth=1.0, zorder=3)
    axes.axhline(floor, color=INK, alpha=0.2, linewidth=0.4)


def _draw_threshold(axes: Axes, row: Mapping[str, Any]) -> None:
    """A dashed line and a tint on the side that matters; nothing where it lies outside of what is drawn."""
    low, high = axes.get_xlim()
    if row["threshold"] is None or not low < row["threshold"] < high:
        return
    limit = Threshold(row["threshold"], row["beyond"] == "below")
    axes.axvspan(
        *((low, limit.value) if limit.below else (limit.value, high)), color=LIMIT, alpha=0.08, linewidth=0, zorder=0
    )
    axes.axvline(limit.value, color=LIMIT, linewidth=0.8, linestyle=(0, (4, 2)))


def _short(title: str) -> str:
    return title if len(title) <= 22 else title[:21] + "\u2026"
