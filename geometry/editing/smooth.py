"""Round a label off without making it smaller or larger."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from geometry.editing.change import Change, boxed
from geometry.editing.distance import signed_distance
from geometry.editing.grid import box_around, checked_index, in_plane, is_thick, spacing_of
from geometry.editing.rules import Over, checked_label, reshaped, solid
from geometry.errors import Refused

REACH = 3.0  # mm, standard deviation of the Gaussian where none is given


def smooth(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    label: int,
    axis: int,
    *,
    size: float = REACH,
    index: int | None = None,
    over: Over = None,
) -> Change:
    """Blur the signed distance of a label over ``size`` mm and cut it where the volume stays the same.

    Slices that lie far apart are smoothed one by one, each keeping its area; with ``index`` only that slice is.
    """
    checked_label(label)
    if not size > 0:
        raise Refused(f"Smoothing over {size:g} mm does nothing; choose a size above 0 mm.")
    spacing = spacing_of(affine)
    region = solid(labels, label)
    box = box_around(region, tuple(int(np.ceil(2 * size / step)) + 1 for step in spacing))
    if index is not None:
        checked_index(labels.shape, axis, index)
        box = tuple(slice(index, index + 1) if a == axis else side for a, side in enumerate(box))
    after = labels[box].copy()
    if index is None and not is_thick(affine, axis):
        after = reshaped(after, label, rounded(solid(after, label), tuple(spacing), size), over)
        return boxed(labels, box, after)
    stack = np.moveaxis(after, axis, 0)
    for here in stack:
        here[...] = reshaped(here, label, rounded(solid(here, label), in_plane(affine, axis), size), over)
    return boxed(labels, box, after)


def rounded(mask: NDArray[np.bool_], spacing: tuple[float, ...], size: float) -> NDArray[np.bool_]:
    """A mask of as many voxels whose boundary has no detail much finer than ``size`` mm."""
    count = int(mask.sum())
    if count == 0 or count == mask.size:
        return mask
    limit = 4.0 * size  # far from the boundary the distance tells nothing of its shape
    distance = np.clip(signed_distance(mask, spacing), -limit, limit)
    blurred = gaussian_filter(distance, [size / step for step in spacing], mode="nearest")
    order = np.argpartition(blurred, -count, axis=None)[-count:]
    found = np.zeros(mask.shape, dtype=bool)
    found[np.unravel_index(order, mask.shape)] = True
    return found
