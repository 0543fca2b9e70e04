import numpy as np
import pytest

from solvers.calibration.posterior import Inference, Posterior, emulated
from solvers.uncertainty.emulator import fit_emulator
from solvers.uncertainty.sampling import Varied, latin_hypercube

A = Varied(("a",), 1.0, 0.5, -100, 100, "1", "First")
B = Varied(("b",), 2.0, 0.5, -100, 100, "1", "Second")


def learned(*weights: tuple[float, float]) -> Inference:
    """An inference from data that are weighted sums of the two inputs."""
    inputs = latin_hypercube([A, B], 40, np.random.default_rng(1))
    return Inference([A, B], emulated([fit_emulator(inputs, inputs @ np.array(one)) for one in weights]), seed=1)


def exact(weights: np.ndarray, data: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and SD of the posterior of a linear model with normal prior and noise."""
    precision = np.eye(2) / 0.25 + weights.T @ weights / noise**2
    prior = np.array([1.0, 2.0]) / 0.25
    whole = np.linalg.inv(precision)
    return whole @ (prior + weights.T @ data / noise**2), np.sqrt(np.diag(whole))


def test_a_linear_model_gets_its_analytic_posterior():
    weights = np.array([[1.0, 0.0], [1.0, 1.0]])
    data, noise = np.array([1.6, 3.2]), 0.1
    found = learned((1.0, 0.0), (1.0, 1.0)).posterior(data, noise**2 * np.eye(2))
    mean, sd = exact(weights, data, noise)
    assert found.mean == pytest.approx(mean, abs=0.03)
    assert found.sd == pytest.approx(sd, rel=0.15)
    assert found.misfit > 0.05


def test_two_inputs_of_which_only_the_sum_is_measured_are_told_only_together():
    found = learned((1.0, 1.0)).posterior(np.array([3.5]), np.array([[0.01**2]]))
    # prior SDs are equal: each keeps 1 / sqrt(2) of its SD, and they move against each other
    assert found.narrowed == pytest.approx([0.707, 0.707], abs=0.07)
    assert any("told only together" in sentence for sentence in found.told())
    assert not any("is told by the measurement" in sentence for sentence in found.told())


def test_an_input_that_the_data_do_not_depend_on_is_called_not_identifiable():
    found: Posterior = learned((1.0, 0.0)).posterior(np.array([1.2]), np.array([[0.05**2]]))
    first, second = found.told()[:2]
    assert "told by the measurement" in first
    assert "not identifiable" in second


def test_data_that_the_model_cannot_make_have_hardly_a_chance():
    found = learned((1.0, 0.0), (2.0, 0.0), (1.0, 1.0)).posterior(np.array([1.0, 5.0, 3.0]), 0.05**2 * np.eye(3))
    assert found.misfit < 0.01
