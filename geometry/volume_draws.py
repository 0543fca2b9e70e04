"""Possible volumes of a label, drawn from its probabilities as a field that is correlated in space.

A voxel's probability is read as a latent normal variable: the voxel is inside where ``Phi^-1(p) + z > 0``. Were ``z``
independent from voxel to voxel, errors would cancel over thousands of voxels and intervals would be absurdly narrow: whoever
draws a contour too wide does so all around. So ``z`` is the same within one slice of one phase, and is made of three parts,

    z = sqrt(0.4) z_scan + sqrt(0.3) z_phase + sqrt(0.3) z_slice,

each standard normal: what is shared by the whole scan (contrast, convention), by a phase, and by a slice alone. With the
shared parts alone the volumes would be those within the 5 %, 50 %, 95 % contours, the widest interval that the probabilities
allow. The three shares are a modelling choice, not measured.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from geometry.segmentation import Segmentation

_SHARES = (0.4, 0.3, 0.3)
_LEVELS = 512


def draw_volumes(
    segmentation: Segmentation, label: int, phases: tuple[int, ...], draws: int = 4000, seed: int = 0
) -> NDArray[np.float64] | None:
    """(len(phases), draws) ml, centred on the labelled volume; None where the method gives no probability of the label."""
    if label not in segmentation.probability:
        return None
    random = np.random.default_rng(seed)
    scan = random.standard_normal(draws)
    result = []
    for phase in phases:
        of_phase = random.standard_normal(draws)
        inside = _voxels_above(np.asarray(segmentation.chance(label, phase)))
        of_slice = random.standard_normal((inside.shape[0], draws))
        z = np.sqrt(_SHARES[0]) * scan + np.sqrt(_SHARES[1]) * of_phase + np.sqrt(_SHARES[2]) * of_slice
        # Phi^-1(p) + z > 0  <=>  p > Phi(-z)
        threshold = norm.cdf(-z)
        counts = np.take_along_axis(inside, np.minimum((threshold * _LEVELS).astype(int), _LEVELS - 1), axis=1).sum(
            axis=0
        )
        labelled = int((segmentation.phase(phase) == label).sum())
        # Labels are what is shown (and may have been corrected by hand); the probabilities give the doubt around them.
        middle = inside[:, _LEVELS // 2].sum()
        result.append(np.maximum(counts - middle + labelled, 0.0) * segmentation.voxel_volume / 1000.0)
    return np.asarray(result)


def _voxels_above(chance: NDArray[np.floating]) -> NDArray[np.int64]:
    """(slices, levels): in each slice, the number of voxels whose probability is above each level."""
    slices = np.moveaxis(chance, 2, 0).reshape(chance.shape[2], -1)
    table = np.empty((len(slices), _LEVELS), dtype=np.int64)
    levels = (np.arange(_LEVELS) + 0.5) / _LEVELS
    for number, values in enumerate(slices):
        ordered = np.sort(values[values > 0])
        table[number] = len(ordered) - np.searchsorted(ordered, levels, side="right")
    return table
