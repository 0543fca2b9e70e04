"""Generated contrast CTs judged in parallel: how the method of contrast CT compares with what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.progress import Progress
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT, Segmentation
from geometry.segmenters import contrast_ct
from geometry.volume_draws import draw_volumes
from sample_scans.any_ct import draw_ct_patient
from sample_scans.patient import Patient
from solvers.verification.each_core import on_each_core

FINEST = 2.0  # mm, of the generated scans: coarser than most real ones, so that a dozen take minutes
WORDS = {LV: "LV cavity", MYOCARDIUM: "LV wall", LEFT_ATRIUM: "left atrium", ROOT: "aortic root", AORTA: "aorta"}
LEAK_DEPTH, LEAK = 3.0, 5.0  # mm beyond the truth, and ml of it, that make a leak


@dataclass(frozen=True)
class Score:
    """How one scan was segmented, label by label.

    dice; error of the volume and the ends of its 90 % interval, both less the truth and as shares of it; leak ml of left
    blood more than LEAK_DEPTH away from true left blood; marks: mm by which annulus and junction are off
    """

    dice: dict[int, float]
    error: dict[int, float]
    interval: dict[int, tuple[float, float]]
    leak: float
    marks: tuple[float, ...] = field(default=())

    def covered(self, label: int) -> bool:
        """Whether the 90 % interval holds the true volume."""
        low, high = self.interval[label]
        return low <= 0.0 <= high


def judge_all(seeds: Sequence[int], progress: Progress, *, alone: bool) -> tuple[tuple[Score | None, ...], ...]:
    """The patients of ``seeds`` in order: the score from one click and, if ``alone``, that from none; None where refused."""
    return on_each_core(partial(_judge_seed, alone=alone), seeds, progress, "generated patients")


def _judge_seed(seed: int, alone: bool) -> tuple[Score | None, ...]:
    patient = draw_ct_patient(seed, finest=FINEST)
    ways = ([click(patient, seed)], []) if alone else ([click(patient, seed)],)
    return tuple(score(patient, seeds) for seeds in ways)


def click(patient: Patient, seed: int) -> tuple[float, float, float]:
    """A random place (RAS mm) in the left ventricle, at least 4 mm from its wall."""
    deep = ndimage.distance_transform_edt(patient.truth.labels == LV, sampling=patient.image.spacing) > 4.0
    places = np.argwhere(deep)
    voxel = places[np.random.default_rng([seed, 9]).integers(len(places))]
    x, y, z = (patient.image.affine @ (*voxel, 1.0))[:3]
    return float(x), float(y), float(z)


def score(patient: Patient, seeds: Sequence[tuple[float, float, float]]) -> Score | None:
    """The comparison with the truth; None where the method refused."""
    try:
        found = contrast_ct.segment(patient.image, seeds)
    except Refused:
        return None
    truth, present = patient.truth, [label for label in WORDS if (patient.truth.labels == label).sum() > 50]
    dice = {n: overlap(found.labels == n, truth.labels == n) for n in present}
    error = {n: float((found.labels == n).sum() / (truth.labels == n).sum() - 1.0) for n in present}
    interval = {n: _interval(found, truth, n) for n in present}
    left = (LV, LEFT_ATRIUM, ROOT, AORTA)
    away = ndimage.distance_transform_edt(~np.isin(truth.labels, left), sampling=patient.image.spacing)
    leak = float((np.isin(found.labels, left) & (away > LEAK_DEPTH)).sum()) * found.voxel_volume / 1000.0
    marks = tuple(_apart(found, truth, pair) for pair in ((LV, ROOT), (ROOT, AORTA)))
    return Score(dice, error, interval, leak, marks)


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Dice's coefficient."""
    return 2.0 * int((a & b).sum()) / max(int(a.sum()) + int(b.sum()), 1)


def _interval(found: Segmentation, truth: Segmentation, label: int) -> tuple[float, float]:
    """As in ``Score``; NaN, which holds nothing, where the label was not found."""
    draws = draw_volumes(found, label, (0,), draws=1000)
    if draws is None:
        return float("nan"), float("nan")
    low, high = np.quantile(draws[0], (0.05, 0.95)) / ((truth.labels == label).sum() * truth.voxel_volume / 1000.0)
    return float(low) - 1.0, float(high) - 1.0


def _apart(found: Segmentation, truth: Segmentation, pair: tuple[int, int]) -> float:
    """mm between the middles of the border of two labels, found and true; NaN where either has none."""
    middles = []
    for one in (found, truth):
        touch = (one.labels == pair[0]) & ndimage.binary_dilation(one.labels == pair[1], iterations=2)
        if not touch.any():
            return float("nan")
        middles.append(one.affine[:3, :3] @ np.argwhere(touch).mean(axis=0))
    return float(np.linalg.norm(middles[0] - middles[1]))
