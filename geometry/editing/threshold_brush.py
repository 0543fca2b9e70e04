"""A brush that paints only voxels whose grey value lies in a range."""

import numpy as np
from numpy.typing import NDArray

from geometry.editing.brush import Path, painted, reach
from geometry.editing.change import Change
from geometry.editing.rules import Over, checked_label
from geometry.errors import Refused

SPREAD = (2.0, 98.0)  # percentiles of the grey values of a label that make its range


def threshold_brush(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    grey: NDArray[np.generic],
    path: Path,
    radius: float,
    label: int,
    limits: tuple[float, float],
    *,
    over: Over = None,
    axis: int | None = None,
) -> Change:
    """Paint ``label`` within ``radius`` mm of a path where ``limits[0] <= grey <= limits[1]``."""
    checked_label(label)
    if limits[0] > limits[1]:
        raise Refused(
            f"The grey range from {limits[0]:g} to {limits[1]:g} is empty; the first value must be the smaller one."
        )
    box, near = reach(labels.shape, affine, path, radius, axis)
    values = np.asarray(grey)[box]
    return painted(labels, box, near & (values >= limits[0]) & (values <= limits[1]), label, over)


def usual_range(grey: NDArray[np.generic], mask: NDArray[np.bool_]) -> tuple[float, float]:
    """The grey values that a region mostly has; those of the middle half of the whole where it is empty."""
    values = np.asarray(grey)[mask] if mask.any() else np.asarray(grey)
    low, high = np.percentile(values, SPREAD if mask.any() else (25.0, 75.0))
    return float(low), float(high)
