"""Whether 90 % intervals of volumes hold the truth in about 90 % of 200 generated patients that nobody tuned on."""

import numpy as np

from geometry.progress import Progress
from sample_scans.cine_mr import FIRST_FOR_JUDGING
from solvers.result import Check
from solvers.verification.generated_cines import FACTS, judge_all

NAME = "imaging-doubt"
TITLE = "Intervals of volumes on 200 generated patients"
LONG = True
COUNT, PHASES = 200, 8
SOURCE = "generator's truth; target 85 to 95 %"


def verify(progress: Progress) -> list[Check]:
    """How often each 90 % interval holds the truth, in %, and how wide the intervals are."""
    first = FIRST_FOR_JUDGING + 1600  # the widths of the intervals were fitted on some of those before
    judged = judge_all(range(first, first + COUNT), PHASES, progress)
    made = []
    for name in FACTS:
        rows = [j for j in judged if name in j.measured]
        share = 100.0 * float(np.mean([j.covered(name) for j in rows])) if rows else float("nan")
        width = float(np.median([j.measured[name][2] - j.measured[name][1] for j in rows])) if rows else float("nan")
        made.append(Check(f"{name}: covered (median width {width:.3g})", share, 90.0, 5.0, "%", SOURCE))
    return made
