"""Bright blood cut at its necks (valves) into compartments: a watershed on the distance to the wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import h_maxima
from skimage.segmentation import watershed

from geometry.segmenters.contrast.grid import Floats

DYNAMIC = 1.5  # mm by which a neck must be narrower than both sides to be one
LEAST_RADIUS = 4.0  # mm, smaller vessels join their neighbour


@dataclass(frozen=True)
class Compartments:
    """Basins of blood.

    labels   (nx, ny, nz) int, 0 outside
    depth    (nx, ny, nz) mm to the wall
    radius   (n + 1,) mm, greatest depth of each
    volume   (n + 1,) ml
    neck     (n + 1, n + 1) mm, greatest depth on the surface two basins share, 0 where they do not meet
    """

    labels: NDArray[np.int32]
    depth: Floats
    radius: NDArray[np.float64]
    volume: NDArray[np.float64]
    neck: NDArray[np.float64]


def find_compartments(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> Compartments:
    """The basins of a blood mask."""
    depth = ndimage.distance_transform_edt(mask, sampling=spacing).astype(np.float32)
    smooth = (ndimage.gaussian_filter(depth, 1.0 / spacing) * mask).astype(np.float32)
    peaks, _ = ndimage.label(_tops(smooth))
    count = int(peaks.max())
    high = ndimage.maximum(smooth, peaks, np.arange(1, count + 1)) if count else np.zeros(0)
    number = np.zeros(count + 1, dtype=np.int32)
    good = np.nonzero(np.atleast_1d(high) > LEAST_RADIUS)[0]
    number[good + 1] = np.arange(1, good.size + 1)
    labels = watershed(-smooth, number[peaks], mask=mask).astype(np.int32)
    n = int(good.size)
    volume = np.bincount(labels.ravel(), minlength=n + 1)[: n + 1] * float(np.prod(spacing)) / 1000
    radius = np.concatenate(([0.0], np.atleast_1d(high)[good]))
    return Compartments(labels, smooth, radius, volume, _necks(labels, smooth, n))


def _tops(depth: Floats) -> NDArray[np.bool_]:
    """Maxima of depth that stand out by DYNAMIC; searched where the depth is of interest only."""
    inner = np.where(depth > LEAST_RADIUS - DYNAMIC, depth, 0).astype(np.float32)
    return np.asarray(h_maxima(inner, DYNAMIC) > 0) & (depth > LEAST_RADIUS)


def _necks(labels: NDArray[np.int32], depth: Floats, n: int) -> NDArray[np.float64]:
    neck = np.zeros((n + 1, n + 1))
    for axis in range(3):
        a, b = (np.take(labels, np.arange(s, labels.shape[axis] - 1 + s), axis) for s in (0, 1))
        meet = np.nonzero((a != b) & (a > 0) & (b > 0))
        low, high = (np.take(depth, np.arange(s, labels.shape[axis] - 1 + s), axis)[meet] for s in (0, 1))
        np.maximum.at(neck, (a[meet], b[meet]), np.minimum(low, high))
    return np.asarray(np.maximum(neck, neck.T))
