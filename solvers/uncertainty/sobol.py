"""Which input the doubt of an answer comes from: Sobol indices, first order and total.

First order: the share of the variance that would go if the input were known; total: the share that would be left if all others
were (Saltelli 2010, doi 10.1016/j.cpc.2009.09.018). From an emulator they carry its doubt: the same indices of functions drawn
from it, over resampled points (Le Gratiet 2014, doi 10.1137/130926869).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import qmc, sobol_indices

from geometry.heart_mesh import Floats
from solvers.uncertainty.emulator import Emulator
from solvers.uncertainty.interval import INTERVAL

POINTS = 4096  # of each of the two samples behind the indices
DRAWS = 40  # functions, or resamplings, behind an interval


@dataclass(frozen=True)
class Indices:
    """First-order and total indices (k,), and the 90 % interval (2, k) of each: low, high."""

    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats


Quantiles = Callable[[Floats], Floats]  # shares (p, k) in 0 .. 1 -> values of the inputs (p, k)


def direct_indices(
    function: Callable[[Floats], Floats], quantiles: Quantiles, inputs: int, points: int, seed: int
) -> Indices:
    """Indices of a cheap function of (p, k) -> (p,), with the interval of the sampling alone."""
    rng = np.random.default_rng(seed)
    stacked = _stacked(quantiles, inputs, points, rng)
    values = function(stacked)[None]
    first, total = _shares(values, inputs, points)
    again = [_shares(values, inputs, points, rng.integers(0, points, points)) for _ in range(DRAWS)]
    return _with_intervals(first[0], total[0], [one[0] for one, _ in again], [one[0] for _, one in again])


def emulated_indices(emulator: Emulator, quantiles: Quantiles, seed: int, points: int = POINTS) -> Indices:
    """Indices of an emulator's mean, with the interval of the emulator and of the sampling."""
    rng = np.random.default_rng(seed)
    inputs = emulator.inputs.shape[1]
    stacked = _stacked(quantiles, inputs, points, rng)
    first, total = _shares(emulator.mean(stacked)[None], inputs, points)
    drawn = emulator.functions(stacked, DRAWS, rng)
    again = [_shares(one[None], inputs, points, rng.integers(0, points, points)) for one in drawn]
    return _with_intervals(first[0], total[0], [one[0] for one, _ in again], [one[0] for _, one in again])


def _stacked(quantiles: Quantiles, inputs: int, points: int, rng: np.random.Generator) -> Floats:
    """((k + 2) p, k): sample A, sample B, and for each input A with that column of B."""
    shares = qmc.Sobol(2 * inputs, rng=rng).random(points)
    a, b = quantiles(shares[:, :inputs]), quantiles(shares[:, inputs:])
    mixed = [np.where(np.arange(inputs) == k, b, a) for k in range(inputs)]
    return np.concatenate([a, b, *mixed])


def _shares(values: Floats, inputs: int, points: int, rows: Any = slice(None)) -> tuple[Floats, Floats]:
    """(s, k) first and total indices from values (s, (k + 2) p) at stacked points, using these rows of the samples."""
    parts = values.reshape(len(values), inputs + 2, points)[:, :, rows]
    parts = parts - parts[:, :2].mean(axis=(1, 2), keepdims=True)  # the estimator is noisy where the mean is large
    parts_ab = np.moveaxis(parts[:, 2:], 1, 0)
    found = sobol_indices(func={"f_A": parts[:, 0], "f_B": parts[:, 1], "f_AB": parts_ab}, n=parts.shape[2])
    return np.atleast_2d(found.first_order), np.atleast_2d(found.total_order)


def _with_intervals(first: Floats, total: Floats, firsts: list[Floats], totals: list[Floats]) -> Indices:
    spans = [np.quantile(np.asarray(again), INTERVAL, axis=0) for again in (firsts, totals)]
    return Indices(np.clip(first, 0.0, 1.0), np.clip(total, 0.0, None), *(np.clip(span, 0.0, None) for span in spans))
