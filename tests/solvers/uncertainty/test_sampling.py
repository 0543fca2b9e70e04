import numpy as np
import pytest
from scipy.stats import norm

from solvers.record import Record, number
from solvers.scenario import Electrophysiology, Flow, PacingSite
from solvers.uncertainty.sampling import draws, latin_hypercube, varied_numbers
from solvers.wall_records import FiberAngles, Velocities


class Inner(Record):
    a: float = number(2.0, "mm", -100, 100, "First", sd=0.5)
    fixed: float = number(1.0, "mm", 0, 10, "Not varied")


class Outer(Record):
    inner: Inner = Inner()
    several: tuple[Inner, ...] = (Inner(), Inner(a=5.0))
    b: float = number(1.0, "1", 0.9, 1.1, "Near its limits", sd=0.2)


def test_every_number_with_an_sd_is_found_and_no_other():
    assert [v.name for v in varied_numbers(Outer())] == ["inner.a", "several.0.a", "several.1.a", "b"]
    names = {v.name for v in varied_numbers(Electrophysiology())}
    assert names == {
        *("fibers.endo", "fibers.epi", "velocities.fiber", "velocities.cross", "velocities.endocardium"),
        *("outlines.cavity", "outlines.outside"),
    }
    assert {v.name for v in varied_numbers(Flow())} == {"stroke_volume", "viscosity", "opening", "outlines.vessel"}


def test_a_linear_model_gets_its_analytic_mean_and_deviation():
    # y = 3 a0 - 2 a1 + a2: mean 3*2 - 2*2 + 5, variance (9 + 4 + 1) * 0.5^2; a Latin hypercube has hardly any error in the mean
    found = draws(Outer(), 2000, seed=1)
    y = np.array([3 * d.inner.a - 2 * d.several[0].a + d.several[1].a for d in found])
    assert y.mean() == pytest.approx(7.0, abs=0.003)
    assert y.std(ddof=1) == pytest.approx(np.sqrt(14) * 0.5, rel=0.03)


def test_exceedance_of_a_normal_is_the_tabulated_one():
    class One(Record):
        x: float = number(50.0, "1", -1e6, 1e6, "x", sd=10)

    values = latin_hypercube(list(varied_numbers(One())), 4000, np.random.default_rng(2))
    # P(N(50, 10^2) > 60) = 1 - Phi(1) = 0.15866; a stratified sample is off by at most one of 4000 cells
    assert np.mean(values > 60) == pytest.approx(0.15866, abs=1 / 4000)


def test_draws_stay_in_the_range_of_their_number():
    values = np.array([d.b for d in draws(Outer(), 500, seed=3)])
    assert values.min() >= 0.9
    assert values.max() <= 1.1
    # SD of a normal (SD 0.2) cut at +-0.5 SD: 0.2 * sqrt(1 - 2 * 0.5 * pdf(0.5) / (2 cdf(0.5) - 1))
    expected = 0.2 * np.sqrt(1 - norm.pdf(0.5) / (2 * norm.cdf(0.5) - 1))
    assert values.std() == pytest.approx(expected, rel=0.01)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    scenario = Electrophysiology()
    assert draws(scenario, 4, 7) == draws(scenario, 4, 7)
    assert draws(scenario, 4, 7) != draws(scenario, 4, 8)


def test_what_has_no_sd_is_left_alone():
    sites, fibers, velocities = (PacingSite(x=3.0),), FiberAngles(sheet_endo=-10), Velocities(cross=0.3)
    scenario = Electrophysiology(start="paced", sites=sites, fibers=fibers, velocities=velocities)
    for draw in draws(scenario, 3, 1):
        assert draw.sites == scenario.sites
        assert draw.fibers.sheet_endo == -10
        assert draw.velocities.cross != 0.3


def test_each_stratum_is_used_once():
    varied = list(varied_numbers(Outer()))[:1]
    values = np.sort(latin_hypercube(varied, 20, np.random.default_rng(0))[:, 0])
    assert np.array_equal(np.floor(norm.cdf(values, 2.0, 0.5) * 20), np.arange(20))
