"""Signed distances of masks, mm: positive inside."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

FAR = 1e3  # mm, where there is nothing at all


def signed_distance(mask: NDArray[np.bool_], spacing: Sequence[float]) -> NDArray[np.float64]:
    """Distance to the boundary of a mask (half a voxel counted off on both sides), positive inside."""
    if not mask.any():
        return np.full(mask.shape, -FAR)
    if mask.all():
        return np.full(mask.shape, FAR)
    inside = distance_transform_edt(mask, sampling=spacing)
    outside = distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(inside - outside - 0.5 * min(spacing) * np.sign(inside - outside))
