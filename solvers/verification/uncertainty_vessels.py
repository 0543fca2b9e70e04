"""Whether 90 % intervals of the vessels behind a cuff hold the truth in about 90 % of synthetic twins.

Each twin's vessels are drawn from what a calibration believes beforehand, its stroke volume from a wide range; cuff and stroke
volume are spoilt by as much as the calibration believes. Asked are how often an interval holds the truth, and whether the ranks
of the truth in the posterior's sample are even, as they are where nothing is too narrow, too wide or shifted (Talts 2018,
doi 10.48550/arXiv.1804.06788).
"""

from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError
from scipy.stats import chi2

from geometry.heart_mesh import Floats
from geometry.progress import Progress
from solvers.calibration.posterior import Posterior
from solvers.calibration.vessel_calibration import (
    COMPLIANCE,
    SHARE,
    TOTAL,
    calibrate_vessels,
    periodic_pressures,
    unit_beat,
)
from solvers.flow_records import Cuff
from solvers.result import Check
from solvers.scenario import Doubt, Flow

NAME = "uncertainty-vessels"
TWINS = 200  # so many that chance moves a share of 90 % by 2.1 points
TITLE = f"90 % intervals of the vessels behind a cuff on {TWINS} synthetic twins with known vessels"
NUMBERS = ("whole resistance", "proximal share", "compliance", "stroke volume")
VOLUMES = (40.0, 120.0)  # mL
CUFF, MEASURED = 5.0, 7.0  # mmHg and mL, SDs of the readings
BINS = 10
LARGEST = float(chi2.ppf(0.999, BINS - 1))  # of the ranks' chi squared where they are even


@dataclass(frozen=True)
class Twin:
    """``truth`` (4,): whole resistance, share, compliance, stroke volume; ``scenario`` holds what was measured of it."""

    truth: Floats
    scenario: Flow


def verify(progress: Progress) -> list[Check]:
    """Shares that hold the truth, in %, and how uneven the ranks are."""
    rng = np.random.default_rng(31)
    inside, ranks = [], []
    for number in range(TWINS):
        progress(number / TWINS, "Calibrating twins")
        twin = drawn_twin(rng)
        found = calibrate_vessels(twin.scenario).posterior
        inside.append(holds(found, twin.truth))
        ranks.append((found.sample < twin.truth).mean(axis=0))
    return coverage_checks(np.array(inside)) + rank_checks(np.array(ranks))


def drawn_twin(rng: np.random.Generator) -> Twin:
    """A twin with its readings; one whose readings no cuff shows is drawn again (which hangs on the readings alone, so the
    posterior of those that are left is as honest)."""
    while True:
        vessels = [float(one.quantile(rng.random(1))[0]) for one in (TOTAL, SHARE, COMPLIANCE)]
        truth = np.array([*vessels, rng.uniform(*VOLUMES)])
        volume = truth[3] + rng.normal(0.0, MEASURED)
        scenario = Flow(stroke_volume=volume, doubts=(Doubt(number="stroke_volume", sd=MEASURED, status="measured"),))
        pressure = periodic_pressures(truth[None], *unit_beat(scenario), scenario.windkessel.venous)
        high, low = (end + rng.normal(0.0, CUFF) for end in (pressure.max(), pressure.min()))
        try:
            cuff = Cuff(systolic=high, diastolic=low, error=CUFF)
        except ValidationError:
            continue
        if cuff.systolic > cuff.diastolic:
            return Twin(truth, scenario.model_copy(update={"cuff": cuff}))


def holds(found: Posterior, truth: Floats) -> Floats:
    """(4,) whether each 90 % interval holds the truth."""
    low, high = found.interval()
    return np.asarray((low <= truth) & (truth <= high))


def coverage_checks(inside: Floats) -> list[Check]:
    """From (twins, 4) whether the interval held the truth: between 85 and 95 %."""
    return [
        Check(name, 100.0 * float(share), 90.0, 5.0, "%", f"known inputs, {len(inside)} twins; target 85 to 95 %")
        for name, share in zip(NUMBERS, inside.mean(axis=0), strict=True)
    ]


def rank_checks(ranks: Floats) -> list[Check]:
    """From (twins, 4) shares of the sample below the truth: chi squared of their histogram against an even one."""
    expected, middle = len(ranks) / BINS, BINS - 1.0
    checks = []
    for name, column in zip(NUMBERS, ranks.T, strict=True):
        counts, _ = np.histogram(column, BINS, (0.0, 1.0))
        uneven = float(((counts - expected) ** 2).sum() / expected)
        checks.append(
            Check(
                f"{name}: ranks, chi squared in {BINS} bins", uneven, middle, LARGEST - middle, "1",
                "even where the posterior is right, Talts 2018, doi 10.48550/arXiv.1804.06788; beyond by chance in 0.1 %",
            )
        )  # fmt: skip
    return checks
