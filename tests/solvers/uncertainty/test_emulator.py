import numpy as np
import pytest
from scipy.stats import norm, qmc

from geometry.errors import Refused
from solvers.uncertainty.emulator import Emulator, Sizes, fit_emulator
from solvers.uncertainty.sobol import direct_indices, emulated_indices

SLOPES = np.array([3.0, 1.0, 0.0])


def bent(x: np.ndarray) -> np.ndarray:
    return x @ SLOPES + np.sin(x[:, 1])


def normal_inputs(count: int, seed: int = 1) -> np.ndarray:
    return np.asarray(norm.ppf(qmc.LatinHypercube(3, rng=np.random.default_rng(seed)).random(count)))


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    inputs = normal_inputs(40)
    return fit_emulator(inputs, bent(inputs))


def test_it_passes_by_its_members_and_is_unsure_far_away(emulator: Emulator):
    mean, sd = emulator.answer(emulator.inputs)
    assert mean == pytest.approx(emulator.answers, abs=0.05)
    far = emulator.answer(np.full((1, 3), 60.0))[1]
    assert far > 50 * sd.max()


def test_it_answers_what_it_has_not_seen(emulator: Emulator):
    fresh = normal_inputs(200, seed=7)
    mean, sd = emulator.answer(fresh)
    assert 1 - np.mean((mean - bent(fresh)) ** 2) / bent(fresh).var() > 0.98
    assert emulator.q2 > 0.95
    assert not emulator.poor
    assert emulator.mean(fresh) == pytest.approx(mean)
    assert np.mean(np.abs(mean - bent(fresh)) < 2 * sd) > 0.8


def test_leave_one_out_is_what_the_others_say():
    inputs = normal_inputs(12)
    sizes = Sizes((1.5, 2.0, 5.0), 1.0, 0.5, 0.01)
    whole = Emulator(inputs, bent(inputs), sizes)
    error, sd = whole.left_out
    # the same process without member 4, in the scaling of all of them
    x, y = whole._x, (whole.answers - whole._output[0]) / whole._output[1]
    others = np.arange(12) != 4
    k = whole.covariance(x[others], x[others]) + 0.01 * np.eye(11)
    cross = whole.covariance(x[[4]], x[others])
    mean = (cross @ np.linalg.solve(k, y[others])).item()
    variance = (whole.covariance(x[[4]], x[[4]]) - cross @ np.linalg.solve(k, cross.T)).item() + 0.01
    assert error[4] == pytest.approx((y[4] - mean) * whole._output[1])
    assert sd[4] == pytest.approx(np.sqrt(variance) * whole._output[1])


def test_noise_is_told_as_a_poor_emulator():
    found = fit_emulator(normal_inputs(24), np.random.default_rng(3).standard_normal(24))
    assert found.poor
    assert found.q2 < 0.5


def test_members_without_an_answer_are_left_out_and_too_few_refused():
    inputs = normal_inputs(12)
    answers = np.where(np.arange(12) < 5, np.nan, bent(inputs))
    with pytest.raises(Refused, match="there are 7"):
        fit_emulator(inputs, answers)


def test_drawn_functions_have_the_mean_and_spread_of_the_process(emulator: Emulator):
    points = np.array([[0.3, -0.2, 0.5], [3.5, 3.5, -3.0]])
    mean, sd = emulator.answer(points)
    drawn = emulator.functions(points, 2000, np.random.default_rng(4))
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.2 * sd.max())
    assert drawn[:, 1].std() == pytest.approx(sd[1], rel=0.25)


def test_a_linear_function_has_the_squares_of_its_slopes_as_indices():
    inputs = normal_inputs(32)
    found = emulated_indices(fit_emulator(inputs, inputs @ SLOPES), norm.ppf, seed=1)
    assert found.first == pytest.approx([0.9, 0.1, 0.0], abs=0.01)
    assert found.total == pytest.approx([0.9, 0.1, 0.0], abs=0.01)
    assert (found.first_interval[0] <= found.first + 1e-9).all()
    assert (found.first_interval[1] >= found.first - 1e-9).all()


def test_a_product_has_no_first_order_share():
    # y = a b of two standard normals: all of the variance is theirs together
    found = direct_indices(lambda x: x[:, 0] * x[:, 1], norm.ppf, 2, 4096, seed=1)
    assert found.first == pytest.approx([0.0, 0.0], abs=0.03)
    assert found.total == pytest.approx([1.0, 1.0], abs=0.05)
