"""Bright blood cut at its necks (valves) into compartments: a watershed on the distance to the wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from geometry.segmenters.contrast.grid import Floats, Mask, box_around

DYNAMIC = 1.5  # mm by which a neck must be narrower than both sides to be one
LEAST_RADIUS = 4.0  # mm, smaller vessels join their neighbour


@dataclass(frozen=True)
class Compartments:
    """Basins of blood.

    labels   (nx, ny, nz) int, 0 outside
    radius   (n + 1,) mm, greatest depth of each
    volume   (n + 1,) ml
    neck     (n + 1, n + 1) mm, greatest depth on the surface two basins share, 0 where they do not meet
    step     mm of a voxel
    """

    labels: NDArray[np.int32]
    radius: NDArray[np.float64]
    volume: NDArray[np.float64]
    neck: NDArray[np.float64]
    step: float

    @property
    def count(self) -> int:
        """The number of basins."""
        return self.radius.size - 1


def find_compartments(mask: Mask, walls: Mask, step: float) -> Compartments:
    """The basins of a blood mask; ``walls`` part them but are shared out among them in the end."""
    if not mask.any():
        none = np.zeros(1)
        return Compartments(np.zeros(mask.shape, np.int32), none, none, np.zeros((1, 1)), step)
    box = box_around(mask, 1)
    inside = mask[box] & ~walls[box]
    depth = ndimage.distance_transform_edt(inside, sampling=step).astype(np.float32)
    smooth = np.asarray(ndimage.gaussian_filter(depth, 1.0 / step) * inside, dtype=np.float32)
    tops = (smooth == ndimage.maximum_filter(smooth, size=3)) & (depth > max(0.6 * LEAST_RADIUS, 1.5 * step))
    peaks, count = ndimage.label(tops, structure=np.ones((3, 3, 3)))
    fine = watershed(-smooth, peaks, mask=inside).astype(np.int32)
    high = np.concatenate(([0.0], np.atleast_1d(ndimage.maximum(smooth, peaks, np.arange(1, count + 1)))))
    number = _merged(high[: count + 1], _necks(fine, smooth, count))
    labels = number[fine]
    n = int(number.max(initial=0))
    neck = _necks(labels, smooth, n)
    labels = watershed(np.zeros(inside.shape, dtype=np.uint8), labels, mask=mask[box]).astype(np.int32)
    radius = np.zeros(n + 1)
    np.maximum.at(radius, number, high[: count + 1])
    radius[0] = 0.0
    out = np.zeros(mask.shape, dtype=np.int32)
    out[box] = labels
    volume = np.bincount(labels.ravel(), minlength=n + 1)[: n + 1] * step**3 / 1000
    return Compartments(out, radius, volume, neck, step)


def _merged(high: NDArray[np.float64], neck: NDArray[np.float64]) -> NDArray[np.int32]:
    """(n + 1,) new number of each basin: widest necks first, basins join unless both stand out from the neck by DYNAMIC."""
    owner = np.arange(high.size)
    high = high.copy()
    pairs = np.argwhere(np.triu(neck) > 0)
    for a, b in pairs[np.argsort(-neck[tuple(pairs.T)])]:
        big, small = sorted((int(owner[a]), int(owner[b])), key=lambda n: -high[n])
        if big != small and (high[small] - neck[a, b] < DYNAMIC or high[small] < LEAST_RADIUS):
            owner[owner == small] = big
    thick = np.unique(owner[high[owner] > LEAST_RADIUS])
    number = np.zeros(high.size, dtype=np.int32)
    number[thick] = np.arange(1, thick.size + 1)
    return np.asarray(np.where(np.isin(owner, thick), number[owner], 0), dtype=np.int32)


def _necks(labels: NDArray[np.int32], depth: Floats, n: int) -> NDArray[np.float64]:
    neck = np.zeros((n + 1, n + 1))
    for axis in range(3):
        a, b = (np.take(labels, np.arange(s, labels.shape[axis] - 1 + s), axis) for s in (0, 1))
        meet = np.nonzero((a != b) & (a > 0) & (b > 0))
        low, high = (np.take(depth, np.arange(s, labels.shape[axis] - 1 + s), axis)[meet] for s in (0, 1))
        np.maximum.at(neck, (a[meet], b[meet]), np.minimum(low, high))
    return np.asarray(np.maximum(neck, neck.T))
