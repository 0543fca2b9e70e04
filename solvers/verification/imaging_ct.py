"""The contrast CT method against the truth of generated patients that it was not tuned on, from one click and from none.

Targets are those of the project's own brief; nothing here is a real CT. The intervals are judged by ``imaging_doubt_ct``.
"""

from collections.abc import Sequence

import numpy as np

from geometry.progress import Progress
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT
from solvers.result import Check
from solvers.verification.generated_cts import LEAK, WORDS, Score, judge_all

NAME = "imaging-ct"
TITLE = "Contrast CT of generated patients, automatic"
LONG = True
SEEDS = tuple(range(6100, 6112))  # never used in tuning, which had some of 0 to 5085
SOURCE = "truth of the generator, seeds 6100-6111"
MEAN_DICE = {LV: 0.93, MYOCARDIUM: 0.85, LEFT_ATRIUM: 0.90, ROOT: 0.80, AORTA: 0.90}
WORST_DICE = {LV: 0.85, MYOCARDIUM: 0.65, LEFT_ATRIUM: 0.75, ROOT: 0.60, AORTA: 0.75}


def verify(progress: Progress) -> list[Check]:
    """Segment every patient from a click and from none, and sum up."""
    clicked, alone = zip(*judge_all(SEEDS, progress, alone=True), strict=True)
    return [*summary(clicked, "one click"), *summary(alone, "no click")]


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
    checks.append(_at_most(f"leaks over {LEAK:.0f} ml, {how}", sum(one.leak > LEAK for one in done), 0.0, ""))
    for number, words in enumerate(("annulus", "sinotubular junction")):
        known = [one.marks[number] for one in done if np.isfinite(one.marks[number])]
        checks.append(_at_most(f"{words}, mean distance, {how}", float(np.mean(known or [np.nan])), 4.0, "mm"))
    return checks


def _at_least(name: str, value: float, least: float) -> Check:
    """Passes from ``least`` up to 1."""
    return Check(name, value, 1.0, 1.0 - least, "1", SOURCE)


def _at_most(name: str, value: float, most: float, unit: str) -> Check:
    """Passes from 0 to ``most``."""
    return Check(name, float(value), 0.0, most, unit, SOURCE)
