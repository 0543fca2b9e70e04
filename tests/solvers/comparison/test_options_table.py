"""Which option is best, by how much, and which cannot be told apart: against numbers worked out by hand."""

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.metric import Metric
from solvers.comparison.outcomes import outcome_of
from solvers.comparison.pairing import joint_values, shares_draws
from solvers.comparison.table import NOT_PAIRED, RUN_ONLY, Option, OptionsTable, compare_options
from solvers.comparison.threshold import share_text

NAME = "total_activation_time"
RNG = np.random.default_rng(7)
DRAWN = RNG.normal(0.65, 0.08, 40)
BASE = 100.0 + RNG.normal(0.0, 8.0, 40)


def option(name: str, values: np.ndarray, drawn: np.ndarray = DRAWN, metric: str = NAME, unit: str = "ms") -> Option:
    members = {metric: values, "input:velocities.fiber": drawn}
    told = Metric(metric, metric, float(np.median(values)), unit)
    return Option(name, name.title(), {metric: told}, members)


def table(*options: Option, better: dict[str, str] | None = None) -> OptionsTable:
    return compare_options(options, options[0].name, better or {})


def test_a_difference_far_below_the_spread_is_clear_where_members_are_paired() -> None:
    found = table(option("rest", BASE), option("paced", BASE - 5.0))
    (row,) = found.rows
    apart = row.cells[1].difference
    assert apart is not None and apart.low == pytest.approx(-5.0) and apart.high == pytest.approx(-5.0)
    assert apart.clear and row.cells[1].best == 1.0 and not row.cells[0].tied and not row.tie
    assert NOT_PAIRED not in found.notes


def test_the_same_difference_is_a_tie_where_members_cannot_be_paired() -> None:
    found = table(option("rest", BASE), option("paced", BASE[::-1] - 5.0, DRAWN[::-1]))
    (row,) = found.rows
    assert row.tie and all(cell.tied for cell in row.cells) and NOT_PAIRED in found.notes
    share = np.mean(BASE[:, None] - 5.0 - BASE[None, :] < 0)  # of all pairs; a little noise is shared out
    assert row.cells[1].best == pytest.approx(share, abs=0.05)
    assert sum(cell.best or 0.0 for cell in row.cells) == pytest.approx(1.0)


def test_options_within_numerical_noise_share_the_first_place() -> None:
    (row,) = table(option("rest", BASE), option("near", BASE + 0.2), option("far", BASE + 20.0)).rows
    assert [cell.tied for cell in row.cells] == [True, True, False]
    assert [cell.best for cell in row.cells] == pytest.approx([0.5, 0.5, 0.0])
    near = row.cells[1].difference
    assert near is not None and near.clear is False and near.text() == "within noise"


def test_few_members_never_tell_options_apart() -> None:
    few = DRAWN[:4]
    (row,) = table(option("rest", BASE[:4], few), option("paced", BASE[:4] - 30.0, few)).rows
    assert row.cells[1].best == 1.0 and row.tie  # four heads in a row come about by chance once in eight


def test_which_way_is_better_is_declared_or_chosen_and_never_guessed() -> None:
    assert outcome_of(NAME, {}).better == "lower"
    one, two = option("rest", BASE, metric="novel"), option("paced", BASE - 5.0, metric="novel")
    (row,) = table(one, two).rows
    assert row.cells[0].best is None and "Choose" in row.why
    (row,) = table(one, two, better={"novel": "higher"}).rows
    assert row.outcome.chosen and row.cells[0].best == 1.0
    with pytest.raises(Refused, match="no way"):
        table(one, two, better={"novel": "bigger"})


def test_an_option_without_members_has_a_difference_but_no_chance_of_being_best() -> None:
    bare = Option("paced", "Paced", {NAME: Metric(NAME, NAME, 80.0, "ms")})
    (row,) = table(option("rest", BASE), bare).rows
    apart = row.cells[1].difference
    assert apart is not None and apart.low is None and apart.clear is None
    assert row.cells[0].best is None and "'Paced'" in row.why


def test_a_member_that_failed_is_left_out_of_both_sides_of_its_pair() -> None:
    broken = BASE - 5.0
    broken[3] = np.nan
    one, two = option("rest", BASE), option("paced", broken)
    joint = joint_values(NAME, [one.members, two.members])
    assert joint is not None and joint.count == 39 and np.allclose(joint.values[:, 0] - joint.values[:, 1], 5.0)


def test_a_changed_mean_keeps_the_draws_common_and_another_seed_does_not() -> None:
    assert shares_draws(option("a", BASE).members, option("b", BASE, DRAWN - 0.1).members)
    assert not shares_draws(option("a", BASE).members, option("b", BASE, RNG.permutation(DRAWN)).members)


def test_angles_are_compared_the_short_way_round() -> None:
    axis = np.full(40, 175.0) + RNG.normal(0, 1, 40)
    turned = (axis + 10.0 + 180.0) % 360.0 - 180.0
    (row,) = table(
        option("rest", axis, metric="qrs_axis", unit="deg"), option("b", turned, metric="qrs_axis", unit="deg")
    ).rows
    apart = row.cells[1].difference
    assert apart is not None and apart.value == pytest.approx(10.0) and apart.high == pytest.approx(10.0)


def test_no_more_is_told_of_a_share_than_its_members_support() -> None:
    assert [share_text(x, 20) for x in (0.0, 0.5, 1.0)] == ["< 5 %", "50 %", "> 95 %"]


def test_one_option_alone_is_refused() -> None:
    with pytest.raises(Refused, match="Two options"):
        table(option("rest", BASE))


def test_what_is_missing_everywhere_is_told_once() -> None:
    bare = [
        Option(n, n, {m: Metric(m, m, v, "ms") for m in (NAME, "qrs_duration")}) for n, v in (("a", 90.0), ("b", 80.0))
    ]
    found = compare_options(bare, "a", {})
    assert [row.why for row in found.rows] == ["", ""]
    assert found.notes[0].startswith("No members kept: 'a', 'b'")


def test_a_number_that_members_do_not_compute_is_not_called_a_missing_ensemble() -> None:
    values = {NAME: np.array([88.0, 91.0, 93.0])}
    metrics = {m: Metric(m, m, 90.0, "ms") for m in (NAME, "qrs_duration")}
    found = compare_options([Option(n, n, metrics, values) for n in ("a", "b")], "a", {})
    why = {row.outcome.name: row.why for row in found.rows}
    assert why["qrs_duration"] == RUN_ONLY and why[NAME] != RUN_ONLY
    assert not any(note.startswith("No members") for note in found.notes)
    found = compare_options([Option("a", "a", metrics, values), Option("b", "b", metrics)], "a", {})
    assert {row.why for row in found.rows} == {""}
    assert found.notes[0].startswith("No members kept: 'b' (")
