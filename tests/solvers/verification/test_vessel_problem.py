"""The judge of the intervals behind a cuff: that it sees intervals that are too narrow, and draws twins as it says."""

import numpy as np

from solvers.calibration.vessel_calibration import calibrate_vessels
from solvers.verification import uncertainty_vessels as problem

EVEN = np.tile(((np.arange(problem.TWINS) + 0.5) / problem.TWINS)[:, None], (1, 4))  # ranks of a right posterior


def test_even_ranks_pass_and_those_of_a_posterior_two_fifths_too_narrow_do_not() -> None:
    assert [check.value for check in problem.rank_checks(EVEN)] == [0.0] * 4
    rng = np.random.default_rng(1)
    truth, sample = rng.normal(size=(problem.TWINS, 4)), 0.6 * rng.normal(size=(1000, 1, 4))
    assert not any(check.passed for check in problem.rank_checks((sample < truth).mean(axis=0)))


def test_a_share_of_79_percent_fails_and_one_of_86_passes() -> None:
    inside = np.ones((100, 4), dtype=bool)
    inside[:21, 3], inside[:14, 0] = False, False
    checks = {check.name: check.passed for check in problem.coverage_checks(inside)}
    assert checks["stroke volume"] is False and checks["whole resistance"] is True


def test_some_twins_hold_their_truth_in_nearly_all_intervals() -> None:
    rng = np.random.default_rng(5)
    twins = [problem.drawn_twin(rng) for _ in range(12)]
    held = [problem.holds(calibrate_vessels(twin.scenario).posterior, twin.truth) for twin in twins]
    assert np.mean(held) > 0.75  # of 48 intervals of 90 %; those of half the width would hold 59 %
    assert all(30.0 <= twin.scenario.cuff.diastolic < twin.scenario.cuff.systolic <= 280.0 for twin in twins)
