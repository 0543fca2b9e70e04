"""Pieces of a label that lie apart, and holes in it."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.editing.change import Change, boxed
from geometry.editing.grid import box_around, checked_index, spacing_of
from geometry.editing.rules import checked_label, reshaped, solid
from geometry.errors import Refused

Keep = Literal["largest", "large", "holes"]
SMALL = 300.0  # mm3


def islands(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    label: int,
    axis: int,
    *,
    keep: Keep = "largest",
    smallest: float = SMALL,
    index: int | None = None,
) -> Change:
    """Keep only the largest piece of a label ("largest"), drop pieces below ``smallest`` mm3 ("large"), or fill holes.

    Holes are filled slice by slice. With ``index`` only that slice is looked at.
    """
    checked_label(label)
    if keep not in get_args(Keep):
        raise Refused(f"Islands can keep {', '.join(get_args(Keep))}; {keep!r} is none of them.")
    region = labels == label
    box = box_around(solid(labels, label), (1, 1, 1))
    if index is not None:
        checked_index(labels.shape, axis, index)
        box = tuple(slice(index, index + 1) if a == axis else side for a, side in enumerate(box))
    after = labels[box].copy()
    if keep == "holes":
        for here in np.moveaxis(after, axis, 0):
            here[...] = reshaped(here, label, ndimage.binary_fill_holes(solid(here, label)))
        return boxed(labels, box, after)
    wanted = _pieces(region[box], smallest / float(np.prod(spacing_of(affine))) if keep == "large" else None)
    lost = region[box] & ~wanted
    cleaned = reshaped(after, label, solid(after, label) & ~lost)
    return boxed(labels, box, cleaned)


def _pieces(mask: NDArray[np.bool_], least: float | None) -> NDArray[np.bool_]:
    """The pieces of at least ``least`` voxels, or the largest one; voxels that share a corner belong together."""
    pieces, count = ndimage.label(mask, structure=np.ones((3, 3, 3)))
    if count == 0:
        return mask
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    wanted = [int(sizes.argmax())] if least is None else np.flatnonzero(sizes >= least)
    return np.asarray(np.isin(pieces, wanted) & mask)
