"""What the mouse does to the heart in the step Plan, where tissue is ablated; and what a stroke of the brush leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solvers.scenario import Lesion, Place

SPOT, LINE, BRUSH, ERASER = "spot", "line", "brush", "eraser"
TOOLS = {SPOT: "Spot", LINE: "Line", BRUSH: "Brush", ERASER: "Eraser"}
RADII = tuple(0.5 * k for k in range(2, 21))  # mm
DEPTHS = (0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)  # mm; 0: through the wall
APART = 0.5  # of a radius: how far the spots of a stroke lie apart


@dataclass(frozen=True)
class LesionTool:
    """One of ``TOOLS``; radius and depth (mm) of what it adds; ``drawing``: the next click goes on with the line."""

    shape: str = SPOT
    radius: float = 4.0
    depth: float = 0.0
    drawing: bool = False


def spots_between(last: Place | None, place: Place, radius: float) -> list[Place]:
    """Where the brush touches on its way from the last place to this one: ``APART`` radii after each other, mm."""
    if last is None:
        return [place]
    start, way = np.asarray(last), np.subtract(place, last)
    count = int(np.linalg.norm(way) / (APART * radius))
    found = (start + way * (k + 1) / count for k in range(count))
    return [(round(float(x), 2), round(float(y), 2), round(float(z), 2)) for x, y, z in found]


def erased(lesions: Sequence[Lesion], place: Place, radius: float) -> tuple[Lesion, ...]:
    """The lesions without what the eraser touches: points that cover ``place`` or lie within ``radius`` mm of it.

    A line that loses a point in its middle becomes two.
    """
    kept: list[Lesion] = []
    for lesion in lesions:
        points = np.array(lesion.points).reshape(-1, 3)
        hit = np.linalg.norm(points - np.asarray(place), axis=1) <= max(radius, lesion.radius)
        if not hit.any():
            kept.append(lesion)
        elif lesion.shape == "spots":
            kept.append(lesion.model_copy(update={"points": _those(lesion, ~hit)}))
        else:
            parts = np.split(np.arange(len(hit)), np.flatnonzero(hit))
            kept += [lesion.model_copy(update={"points": _those(lesion, part[~hit[part]])}) for part in parts]
    return tuple(lesion for lesion in kept if lesion.points)


def _those(lesion: Lesion, which: np.ndarray) -> tuple[Place, ...]:
    places = np.arange(len(lesion.points))[which]
    return tuple(lesion.points[k] for k in places.tolist())
