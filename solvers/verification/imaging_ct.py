"""The contrast CT method against the truth of generated patients that it was not tuned on, from one click and from none.

Targets are those of the project's own brief; nothing here is a real CT.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.progress import Progress, part, silent
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT, Segmentation
from geometry.segmenters import contrast_ct
from geometry.volume_draws import draw_volumes
from sample_scans.any_ct import draw_ct_patient
from sample_scans.patient import Patient
from solvers.result import Check

NAME = "imaging-ct"
TITLE = "Contrast CT of generated patients, automatic"
LONG = True
SEEDS = tuple(range(3000, 3012))  # never used in tuning, which had some of 0 to 2039
FINEST = 2.0  # mm, of the generated scans: coarser than most real ones, so that twelve take minutes
SOURCE = "truth of the generator, seeds 3000-3011"
WORDS = {LV: "LV cavity", MYOCARDIUM: "LV wall", LEFT_ATRIUM: "left atrium", ROOT: "aortic root", AORTA: "aorta"}
MEAN_DICE = {LV: 0.93, MYOCARDIUM: 0.80, LEFT_ATRIUM: 0.90, ROOT: 0.80, AORTA: 0.90}
WORST_DICE = {LV: 0.85, MYOCARDIUM: 0.65, LEFT_ATRIUM: 0.75, ROOT: 0.60, AORTA: 0.75}
LEAK_DEPTH, LEAK = 3.0, 5.0  # mm beyond the truth, and ml of it, that make a leak


@dataclass(frozen=True)
class Score:
    """How one scan was segmented, label by label.

    dice; error of the volume (share of the truth); inside: whether the 90 % interval holds the true volume; leak ml of
    left blood more than LEAK_DEPTH away from true left blood; marks: mm by which annulus and junction are off
    """

    dice: dict[int, float]
    error: dict[int, float]
    inside: dict[int, bool]
    leak: float
    marks: tuple[float, ...] = field(default=())


def verify(progress: Progress) -> list[Check]:
    """Segment every patient from a click and from none, and sum up."""
    clicked, alone = list[Score | None](), list[Score | None]()
    for number, seed in enumerate(SEEDS):
        step = part(progress, number / len(SEEDS), (number + 1) / len(SEEDS))
        step(0.0, f"Patient {number + 1} of {len(SEEDS)}")
        patient = draw_ct_patient(seed, finest=FINEST)
        clicked.append(score(patient, [click(patient, seed)], part(step, 0.4, 0.7)))
        alone.append(score(patient, [], part(step, 0.7, 1.0)))
    return [*summary(clicked, "one click"), *summary(alone, "no click")]


def click(patient: Patient, seed: int) -> tuple[float, float, float]:
    """A random place (RAS mm) in the left ventricle, at least 4 mm from its wall."""
    deep = ndimage.distance_transform_edt(patient.truth.labels == LV, sampling=patient.image.spacing) > 4.0
    places = np.argwhere(deep)
    voxel = places[np.random.default_rng([seed, 9]).integers(len(places))]
    x, y, z = (patient.image.affine @ (*voxel, 1.0))[:3]
    return float(x), float(y), float(z)


def score(patient: Patient, seeds: Sequence[tuple[float, float, float]], progress: Progress = silent) -> Score | None:
    """The comparison with the truth; None where the method refused."""
    try:
        found = contrast_ct.segment(patient.image, seeds, progress)
    except Refused:
        return None
    truth, present = patient.truth, [label for label in WORDS if (patient.truth.labels == label).sum() > 50]
    dice = {n: overlap(found.labels == n, truth.labels == n) for n in present}
    error = {n: float((found.labels == n).sum() / (truth.labels == n).sum() - 1.0) for n in present}
    inside = {n: _covered(found, truth, n) for n in present}
    left = (LV, LEFT_ATRIUM, ROOT, AORTA)
    away = ndimage.distance_transform_edt(~np.isin(truth.labels, left), sampling=patient.image.spacing)
    leak = float((np.isin(found.labels, left) & (away > LEAK_DEPTH)).sum()) * found.voxel_volume / 1000.0
    marks = tuple(_apart(found, truth, pair) for pair in ((LV, ROOT), (ROOT, AORTA)))
    return Score(dice, error, inside, leak, marks)


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Dice's coefficient."""
    return 2.0 * int((a & b).sum()) / max(int(a.sum()) + int(b.sum()), 1)


def summary(scores: Sequence[Score | None], how: str) -> list[Check]:
    """Means, worst cases and counts as checks; a patient that was refused counts as missed, with Dice 0."""
    done = [one for one in scores if one is not None]
    checks = [_at_most(f"refused of {len(scores)}, {how}", len(scores) - len(done), 0.0, "")]
    for label, words in WORDS.items():
        dice = [one.dice.get(label) if one else 0.0 for one in scores]
        known = [d for d in dice if d is not None]
        checks.append(_at_least(f"{words}, mean Dice, {how}", float(np.mean(known)), MEAN_DICE[label]))
        checks.append(_at_least(f"{words}, worst Dice, {how}", min(known), WORST_DICE[label]))
        errors = [one.error[label] for one in done if label in one.error]
        checks.append(Check(f"{words}, mean volume error, {how}", float(np.mean(errors)), 0.0, 0.05, "1", SOURCE))
    hits = [hit for one in done for hit in one.inside.values()]  # together: twelve patients cannot show a share of each
    checks.append(Check(f"cover of 90 % intervals of all volumes, {how}", float(np.mean(hits)), 0.9, 0.05, "1", SOURCE))
    checks.append(_at_most(f"leaks over {LEAK:.0f} ml, {how}", sum(one.leak > LEAK for one in done), 0.0, ""))
    for number, words in enumerate(("annulus", "sinotubular junction")):
        known = [one.marks[number] for one in done if np.isfinite(one.marks[number])]
        checks.append(_at_most(f"{words}, mean distance, {how}", float(np.mean(known or [np.nan])), 4.0, "mm"))
    return checks


def _covered(found: Segmentation, truth: Segmentation, label: int) -> bool:
    draws = draw_volumes(found, label, (0,), draws=1000)
    if draws is None:
        return False
    low, high = np.quantile(draws[0], (0.05, 0.95))
    return bool(low <= (truth.labels == label).sum() * truth.voxel_volume / 1000.0 <= high)


def _apart(found: Segmentation, truth: Segmentation, pair: tuple[int, int]) -> float:
    """mm between the middles of the border of two labels, found and true; NaN where either has none."""
    middles = []
    for one in (found, truth):
        touch = (one.labels == pair[0]) & ndimage.binary_dilation(one.labels == pair[1], iterations=2)
        if not touch.any():
            return float("nan")
        middles.append(one.affine[:3, :3] @ np.argwhere(touch).mean(axis=0))
    return float(np.linalg.norm(middles[0] - middles[1]))


def _at_least(name: str, value: float, least: float) -> Check:
    """Passes from ``least`` up to 1."""
    return Check(name, value, 1.0, 1.0 - least, "1", SOURCE)


def _at_most(name: str, value: float, most: float, unit: str) -> Check:
    """Passes from 0 to ``most``."""
    return Check(name, float(value), 0.0, most, unit, SOURCE)
