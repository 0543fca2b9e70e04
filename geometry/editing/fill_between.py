"""Fill the slices between drawn ones: the boundary moves evenly from one drawn shape to the next.

Shape-based interpolation: signed distances of the drawn sections are interpolated linearly (Raya & Udupa 1990,
doi:10.1109/42.52980).
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change, difference
from geometry.editing.distance import signed_distance
from geometry.editing.grid import in_plane
from geometry.editing.rules import Over, checked_label, reshaped, solid
from geometry.errors import Refused


def fill_between(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    label: int,
    axis: int,
    *,
    drawn: Sequence[int] | None = None,
    over: Over = None,
) -> Change:
    """Fill a label on all slices between those in ``drawn``; without it, on the empty ones between labelled ones.

    Raises Refused where there is nothing to fill.
    """
    checked_label(label)
    anchors = sorted({int(k) for k in drawn}) if drawn is not None else labelled_slices(labels, label, axis)
    gaps = [(a, b) for a, b in itertools.pairwise(anchors) if b - a > 1]
    if not gaps:
        raise Refused(
            "There is no gap to fill: draw the label on two slices with at least one slice between them, then fill between."
        )
    after = np.moveaxis(labels.copy(), axis, 0)
    spacing = in_plane(affine, axis)
    for first, last in gaps:
        ends = [signed_distance(solid(after[k], label), spacing) for k in (first, last)]
        for k in range(first + 1, last):
            share = (k - first) / (last - first)
            after[k] = reshaped(after[k], label, (1 - share) * ends[0] + share * ends[1] > 0, over)
    return difference(labels, np.moveaxis(after, 0, axis))


def labelled_slices(labels: NDArray[np.uint8], label: int, axis: int) -> list[int]:
    """The slices that carry a label."""
    rest = tuple(a for a in range(3) if a != axis)
    return [int(k) for k in np.flatnonzero((labels == label).any(axis=rest))]
