import numpy as np
import pytest

from geometry.metric import Metric
from solvers.result import Field
from solvers.uncertainty.summary import exceedance, interval, standard_deviation, summary_fields, with_interval

MEMBERS = np.array([[1.0, 10.0, 0.0], [2.0, 20.0, 0.0], [3.0, 30.0, np.nan]])


def test_mean_and_sample_deviation_are_per_node():
    assert np.allclose(standard_deviation(MEMBERS)[:2], [1.0, 10.0])
    assert np.array_equal(standard_deviation(MEMBERS[:1]), np.zeros(3))


def test_exceedance_counts_members_and_keeps_unknown_unknown():
    found = exceedance(MEMBERS, 15.0)
    assert found[0] == 0
    assert found[1] == pytest.approx(2 / 3)
    assert np.isnan(found[2])


def test_the_interval_of_a_uniform_sample_leaves_five_per_cent_on_each_side():
    low, high = interval(np.arange(1, 1000) / 1000)  # the k-th of n is where k / (n + 1) of the draws lie below
    assert low == pytest.approx(0.05)
    assert high == pytest.approx(0.95)


def test_few_members_give_no_interval_that_is_too_narrow():
    # 16 draws: at most the smallest and the largest, which hold 15/17 = 88 % of the next draws
    assert [float(end) for end in interval(np.arange(16.0))] == [0.0, 15.0]


def test_a_field_gets_its_four_companions():
    field = Field(MEMBERS[0], "ms", "Activation time", (), "EARLY", "LATE")
    found = summary_fields("t", field, MEMBERS, 15.0)
    assert set(found) == {"t_mean", "t_sd", "t_exceedance", "t_members"}
    assert np.allclose(found["t_mean"].values[:2], [2.0, 20.0])
    assert found["t_members"].values.shape == (3, 3)
    assert found["t_members"].times == (0.0, 1.0, 2.0)
    assert "15 ms" in found["t_exceedance"].label


def test_a_metric_gets_an_interval_only_from_an_ensemble():
    metric = Metric("m", "M", 5.0, "ms")
    assert with_interval(metric, np.array([4.0, np.nan])) == metric
    found = with_interval(metric, 4 + 2 * np.arange(1, 100) / 100)
    assert (found.low, found.high) == (pytest.approx(4.1), pytest.approx(5.9))
    assert "99 members" in found.note
