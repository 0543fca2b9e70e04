"""A threshold: which runs lie beyond it, the chance of that in words, and the dots that show it."""

import numpy as np
import pytest

from geometry.metric import Metric
from solvers.comparison.dots import COLUMNS, MOST, dots_of, stacked
from solvers.comparison.outcomes import declared_outcomes, outcome_of
from solvers.comparison.table import Option, compare_options
from solvers.comparison.threshold import Threshold, UsualRange

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


def test_the_words_of_a_band_with_two_ends_name_both_of_them() -> None:
    found = {name: outcome for name, outcome in declared_outcomes().items() if outcome.usual is not None}
    assert {name: (one.usual.low, one.usual.high) for name, one in found.items() if one.usual} == {
        "qrs_duration": (70.0, 110.0),  # Surawicz 2009, doi 10.1016/j.jacc.2008.12.013
        "qrs_axis": (-30.0, 90.0),
    }
    spans = [name for name, one in declared_outcomes().items() if " to " in one.band]
    assert spans == list(found)  # none is told with two ends and held against one alone
    for one in found.values():
        assert one.usual is not None and f"{one.usual.low:g} to {one.usual.high:g}" in one.band.replace("+", "")


def test_a_number_can_leave_the_usual_range_on_either_side() -> None:
    usual, axis = UsualRange(-30.0, 90.0), np.array([-60.0, -30.0, 20.0, 90.0, 100.0])
    assert list(usual.holds([*axis, np.nan])) == [False, True, True, True, False, False]  # the ends belong to it
    assert usual.told(axis, "deg") == "P(-30 to 90°) 60 % (3 of 5 runs)"
    assert usual.told(axis[:2], "deg") == "" and usual.share(axis[:2]) is None
    told = {m: Metric(m, m, 20.0, "deg") for m in ("qrs_axis", "rv_activation")}
    options = [Option(n, n, told, dict.fromkeys(told, axis)) for n in ("a", "b")]
    table = compare_options(options, "a", {}, {"qrs_axis": -45.0})
    rows = {row["name"]: row for row in table.to_dict()["outcomes"]}
    assert rows["qrs_axis"]["usual"] == [-30.0, 90.0] and rows["rv_activation"]["usual"] is None
    asked = rows["qrs_axis"]["options"]["b"]
    assert (asked["p_beyond"], asked["p_usual"]) == (0.2, 0.6)  # the threshold is the user's, the range is not
    assert rows["rv_activation"]["options"]["b"]["p_usual"] is None
    assert [cell.texts(row)["inside"] for row in table.rows for cell in row.cells] == [usual.told(axis, "deg")] * 2 + [
        ""
    ] * 2


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
