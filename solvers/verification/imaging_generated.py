"""The automatic cine method on 50 generated patients that nobody trained or tuned it on."""

import numpy as np

from geometry.progress import Progress
from sample_scans.cine_mr import FIRST_FOR_JUDGING
from solvers.result import Check
from solvers.verification.generated_cines import errors, judge_all

NAME = "imaging-generated"
TITLE = "Cine short axis, automatic, on 50 generated patients"
LONG = True
COUNT, PHASES = 50, 12
TARGETS = {"lv": 0.95, "myocardium": 0.88, "rv": 0.92}  # mean Dice
SOURCE = "generator's truth"


def verify(progress: Progress) -> list[Check]:
    """Mean Dice, ejection fraction's bias and spread, and refusals."""
    return checks_of(range(FIRST_FOR_JUDGING, FIRST_FOR_JUDGING + COUNT), progress)


def checks_of(seeds: range, progress: Progress) -> list[Check]:
    """The checks over some patients."""
    judged = judge_all(seeds, PHASES, progress)
    made = [
        Check(
            f"mean Dice {name} (at least {least})",
            float(np.mean([j.dice[name] for j in judged])),
            1.0,
            1 - least,
            "1",
            SOURCE,
        )
        for name, least in TARGETS.items()
    ]
    fractions = np.array(list(errors(judged, "ejection_fraction")))
    volumes = np.array([j.error("lv_edv") / j.measured["lv_edv"][3] for j in judged if "lv_edv" in j.measured])
    return [
        *made,
        Check("ejection fraction, mean error", float(fractions.mean()), 0.0, 1.0, "%", SOURCE),
        Check("ejection fraction, deviation of errors", float(fractions.std(ddof=1)), 0.0, 4.0, "%", SOURCE),
        Check("end-diastolic volume, mean error", 100 * float(volumes.mean()), 0.0, 3.0, "%", SOURCE),
        Check("end-diastolic volume, deviation of errors", 100 * float(volumes.std(ddof=1)), 0.0, 8.0, "%", SOURCE),
        Check("patients refused", float(sum(bool(j.refused) for j in judged)), 0.0, 0.5, "1", SOURCE),
    ]
