"""A threshold: which runs lie beyond it, the chance of that in words, and the dots that show it."""

import numpy as np
import pytest

from geometry.metric import Metric
from solvers.comparison.dots import COLUMNS, MOST, dots_of, stacked
from solvers.comparison.outcomes import declared_outcomes, outcome_of
from solvers.comparison.table import Option, compare_options
from solvers.comparison.threshold import Threshold

WIDE = np.array([100.0, 105.0, 112.0, 121.0, np.nan])  # ms


def test_the_words_of_every_band_name_its_threshold() -> None:
    found = {name: outcome.threshold for name, outcome in declared_outcomes().items() if outcome.band}
    assert found.pop("reentry_sites") == Threshold(0.0)  # "none: not inducible"
    for name, limit in found.items():
        assert limit is not None and f"{limit.value:g}" in declared_outcomes()[name].band.replace("1.0", "1")
    assert found["qrs_duration"] == Threshold(110.0) and found["velocity_index"] == Threshold(0.25, below=True)
    assert all(outcome.band for outcome in declared_outcomes().values() if outcome.threshold is not None)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (Threshold(110.0), "P(> 110 ms) 50 % (2 of 4 runs)"),
        (Threshold(110.0, below=True), "P(< 110 ms) 50 % (2 of 4 runs)"),
        (Threshold(121.0), "P(> 121 ms) < 25 % (0 of 4 runs)"),  # four runs tell no less
    ],
)
def test_the_chance_is_told_in_percent_and_in_runs(limit: Threshold, told: str) -> None:
    assert limit.told(WIDE[:4], "ms") == told
    assert limit.told(WIDE[:2], "ms") == "" and limit.share(WIDE[:2]) is None  # two runs tell nothing


def test_a_threshold_of_the_user_counts_in_the_table_on_the_worse_side() -> None:
    def table(**limits: float) -> dict[str, object]:
        options = [Option(n, n, {m: Metric(m, m, 112.0, "ms") for m in metrics}, members) for n in ("a", "b")]
        found = compare_options(options, "a", {}, limits).to_dict()
        assert any("set by the user" in note for note in found["notes"]) == bool(limits)
        return {row["name"]: row for row in found["outcomes"]}

    metrics = ("qrs_duration", "expected_orifice", "rv_activation")
    members = dict.fromkeys(metrics, WIDE)
    declared = table()["qrs_duration"]
    assert isinstance(declared, dict) and declared["threshold"] == 110.0 and declared["threshold_by"] == "declared"
    assert declared["options"]["a"]["p_beyond"] == 0.5
    moved = table(qrs_duration=120.0, expected_orifice=102.0, rv_activation=111.0)
    told = {name: (row["threshold"], row["beyond"], row["options"]["b"]["p_beyond"]) for name, row in moved.items()}  # type: ignore[index]
    assert told == {
        "qrs_duration": (120.0, "above", 0.25),
        "expected_orifice": (102.0, "below", 0.25),  # a larger orifice is better
        "rv_activation": (111.0, "above", 0.5),
    }
    assert outcome_of("qrs_duration", {}, {"qrs_duration": 120.0}).moved


def test_many_runs_are_told_by_twenty_dots_of_equal_chance() -> None:
    np.testing.assert_array_equal(dots_of([3.0, 1.0, np.nan, 2.0]), [1.0, 2.0, 3.0])
    many = np.linspace(0.0, 100.0, 1001)
    np.testing.assert_allclose(dots_of(many), 2.5 + 5.0 * np.arange(MOST))  # the middle of each twentieth


def test_dots_of_one_column_stand_on_each_other() -> None:
    columns, below = stacked(np.array([0.0, 0.0, 0.5, 1.0, 1.0, 1.0]), 0.0, 1.0)
    np.testing.assert_array_equal(below, [0, 1, 0, 0, 1, 2])
    assert columns[0] == 0 and columns[-1] == COLUMNS - 1
    alike = stacked(np.full(3, 7.0), 7.0, 7.0)
    assert set(alike[0]) == {0} and list(alike[1]) == [0, 1, 2]
