"""Possible volumes of a label, drawn from its probabilities as a field that is correlated in space.

A voxel's probability is read as a latent normal variable: the voxel is inside where ``Phi^-1(p) + z > 0``. Were ``z``
independent from voxel to voxel, errors would cancel over thousands of voxels and intervals would be absurdly narrow: whoever
draws a contour too wide does so all around. So ``z`` is the same all over one slice of one phase, and is made of four parts,

    z = w (sqrt(a) z_scan + sqrt(b) z_phase + sqrt(c) z_slice + sqrt(d) z_slice_and_phase),

each standard normal: what the whole scan shares (contrast, convention), what a phase shares, what a slice keeps over the
beat (whether the base is counted in), and what is its own at that moment. Muscle lies between two surfaces: its volume is
that within the outer one less that of the cavity, drawn with ``z`` that are correlated. Widths, shares and that correlation were
fitted on generated patients, method by method (``geometry.wobble``); what they miss for cine, quantity by quantity, is made up
for by ``geometry/measures/interval_scale.py``. ``cardiotwin verify imaging-doubt`` and ``imaging-ct`` measure on other patients
how often the intervals hold the truth.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from geometry.wobble import TOGETHER, Wobble, wobbles_of

_LEVELS = 512

Draws = NDArray[np.float64]


def draw_volumes(
    segmentation: Segmentation, label: int, phases: tuple[int, ...], draws: int = 4000, seed: int = 0
) -> Draws | None:
    """(len(phases), draws) ml, centred on the labelled volume; None where the method gives no probability of the label."""
    if label not in segmentation.probability:
        return None
    wobbles = wobbles_of(segmentation.method)
    if label == MYOCARDIUM and LV in segmentation.probability:
        random = _Random(draws, seed + 1, seed, TOGETHER)
        outer = _draw(segmentation, (LV, MYOCARDIUM), wobbles.outside, phases, random)
        return np.maximum(outer - _draw(segmentation, (LV,), wobbles.of(LV), phases, _Random(draws, seed + 1)), 0.0)
    return _draw(segmentation, (label,), wobbles.of(label), phases, _Random(draws, seed))


class _Random:
    """Standard normal numbers of one seed, or those correlated with them through a second one."""

    def __init__(self, draws: int, seed: int, other: int = 0, correlation: float = 1.0) -> None:
        self.draws = draws
        self._parts = [(correlation, np.random.default_rng(seed))]
        if correlation < 1.0:
            self._parts.append((float(np.sqrt(1.0 - correlation**2)), np.random.default_rng(other)))

    def standard_normal(self, shape: int | tuple[int, int]) -> Draws:
        """Of that shape."""
        return np.asarray(sum(weight * random.standard_normal(shape) for weight, random in self._parts))


def _draw(
    segmentation: Segmentation, labels: tuple[int, ...], wobble: Wobble, phases: tuple[int, ...], random: _Random
) -> Draws:
    """Volumes within the surface around ``labels`` together."""
    draws = random.draws
    slices = segmentation.labels.shape[2]
    scan, slice_over_beat = random.standard_normal(draws), random.standard_normal((slices, draws))
    result = []
    for phase in phases:
        parts = scan, random.standard_normal(draws), slice_over_beat, random.standard_normal((slices, draws))
        z = sum(
            (np.sqrt(share) * part for share, part in zip(wobble.shares, parts, strict=True)), np.zeros((slices, draws))
        )
        inside = _voxels_above(sum((np.asarray(segmentation.chance(each, phase)) for each in labels), np.zeros(1)))
        level = np.clip(
            (norm.cdf(-wobble.width * z) * _LEVELS).astype(int), 0, _LEVELS - 1
        )  # Phi^-1(p) + z > 0: p > Phi(-z)
        counts = np.take_along_axis(inside, level, axis=1).sum(axis=0)
        labelled = int(np.isin(segmentation.phase(phase), labels).sum())
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
