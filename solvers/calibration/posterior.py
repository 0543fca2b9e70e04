"""Inputs given data: importance sampling of a posterior, each proposal learned from the one before.

The likelihood is normal: data - the model's answer, with the covariance of the data and the variance that an emulated answer
has of its own (population Monte Carlo, Cappe 2004, doi 10.1198/106186004X12803).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import chi2, multivariate_normal, qmc, truncnorm

from geometry.heart_mesh import Floats
from solvers.uncertainty.emulator import Emulator
from solvers.uncertainty.interval import INTERVAL
from solvers.uncertainty.sampling import Varied

FIRST, LATER = 4096, 2048  # points of the first sample (from the prior), and of those after it at least
OF_EACH = 128  # of those after it for every input
ROUNDS = 12
ENOUGH = 600.0  # points that the weighted sample must be worth
WIDEST = 1.5  # SD of a proposal against that of the sample it is learned from, at most
LEARNS = 10  # points for every input that a proposal is learned from, and ``LEARNS_LEAST`` at least
LEARNS_LEAST = 50
KEPT = 1000
LEARNED, UNKNOWN = 0.5, 0.9  # SD after / SD before: below the first an input is told, above the second it is not
PAIRED = 0.8  # correlation from which two inputs are told only together
TAKES_PART = 0.35  # weight from which an input is part of a combination

Answer = Callable[[Floats], tuple[Floats, Floats]]  # inputs (p, k) -> means and variances (p, q) of the data


@dataclass(frozen=True)
class Posterior:
    """Equally weighted ``sample`` (s, k) of the ``varied`` inputs; worth ``effective`` independent points.

    misfit   chance of data that fit worse than these do at the best input (a small one: the model cannot make such data)
    """

    varied: tuple[Varied, ...]
    sample: Floats
    effective: float
    misfit: float

    @property
    def mean(self) -> Floats:
        """(k,)."""
        return np.asarray(self.sample.mean(axis=0))

    @property
    def sd(self) -> Floats:
        """(k,)."""
        return np.asarray(self.sample.std(axis=0, ddof=1))

    @property
    def narrowed(self) -> Floats:
        """(k,) SD after the data over SD before: 0 known exactly, 1 nothing learned."""
        return np.asarray(self.sd / _before(self.varied))

    def interval(self) -> Floats:
        """(2, k) bounds of the 90 % intervals."""
        return np.asarray(np.quantile(self.sample, INTERVAL, axis=0))

    def told(self) -> tuple[str, ...]:
        """For each input whether the data tell it, in words; and which two they tell only together."""
        said = []
        for k, number in enumerate(self.varied):
            ratio, label = float(self.narrowed[k]), number.label
            left = f"its SD is {100 * ratio:.0f} % of what it was before"
            head = f"{label[:1].upper()}{label[1:]}"
            if ratio > UNKNOWN:
                said.append(f"{head} is not identifiable: {left}; this is no measurement of it.")
            elif ratio > LEARNED:
                said.append(f"{head} is partly told: {left}.")
            else:
                said.append(f"{head} is told by the measurement: {left}.")
        return (*said, *self._together())

    def _together(self) -> list[str]:
        """Pairs that move together, else the combinations of inputs that are told where none of their inputs is."""
        if len(self.varied) < 2:
            return []
        pairs: Floats = np.atleast_2d(np.corrcoef(self.sample, rowvar=False))
        each = self.narrowed <= LEARNED
        said = [
            f"The {self.varied[i].label} and the {self.varied[j].label} are told "
            f"{'better' if each[i] and each[j] else 'only'} together (correlation {pairs[i, j]:+.2f})."
            for i in range(len(self.varied))
            for j in range(i)
            if abs(pairs[i, j]) > PAIRED
        ]
        return said or self._combinations()

    def _combinations(self) -> list[str]:
        sizes, ways = np.linalg.eigh(np.cov(self.sample / _before(self.varied), rowvar=False))
        said = []
        for size, way in zip(sizes, ways.T, strict=True):
            parts = [k for k in np.argsort(-np.abs(way)) if abs(way[k]) > TAKES_PART]
            if size < LEARNED**2 and len(parts) > 1 and all(self.narrowed[k] > LEARNED for k in parts):
                names = " and the ".join(self.varied[k].label for k in parts)
                said.append(
                    f"The {names} are told only together: one combination of them is known to {100 * np.sqrt(size):.0f} % of what "
                    "it was, each alone is not."
                )
        return said


def emulated(emulators: Sequence[Emulator]) -> Answer:
    """What emulators of the data answer, one for each."""

    def answer(points: Floats) -> tuple[Floats, Floats]:
        found = [emulator.answer(points) for emulator in emulators]
        return np.column_stack([mean for mean, _ in found]), np.column_stack([sd**2 for _, sd in found])

    return answer


class Inference:
    """What a model ``answer``s over the prior; its answers to the prior's sample are kept for the next data."""

    def __init__(self, varied: Sequence[Varied], answer: Answer, seed: int) -> None:
        self.varied, self._answer, self._seed = tuple(varied), answer, seed
        shares = qmc.Sobol(len(varied), rng=np.random.default_rng(seed)).random(FIRST)
        self.prior = np.column_stack([number.quantile(shares[:, k]) for k, number in enumerate(varied)])
        self._answers = answer(self.prior)

    def predicted(self, points: Floats | None = None) -> Floats:
        """(p, q) data that the model makes of these inputs (p, k); of the prior's sample without."""
        return self._answers[0] if points is None else self._answer(points)[0]

    def posterior(self, data: Floats, covariance: Floats, chances: Floats | None = None) -> Posterior:
        """The inputs given data (q,) in the order of the model's answers and their covariance (q, q).

        data may be (d, q): the same measurement read in d ways, with the log ``chances`` (d,) of each.
        """
        rng, count = np.random.default_rng(self._seed), len(self.varied)
        ways = np.atleast_2d(data)
        known = np.zeros(len(ways)) if chances is None else chances - logsumexp(chances)
        points = self.prior
        weights, best = _log_likelihood(ways, known, covariance, *self._answers)
        for _ in range(ROUNDS):
            if _worth(weights) >= ENOUGH:
                break
            center, spread = _moments(points, _tempered(weights, max(LEARNS_LEAST, LEARNS * count)))
            proposal = multivariate_normal(center, _wider(count) ** 2 * spread, allow_singular=True)
            points = proposal.rvs(max(LATER, OF_EACH * count), random_state=rng).reshape(-1, count)
            inside = np.isfinite(self._log_prior(points))
            points = points[inside] if inside.any() else points
            fit, distance = _log_likelihood(ways, known, covariance, *self._answer(points))
            weights, best = fit + self._log_prior(points) - proposal.logpdf(points), min(best, distance)
        shares = np.exp(weights - logsumexp(weights))
        sample = points[rng.choice(len(points), KEPT, p=shares / shares.sum())]
        misfit = float(chi2.sf(best, max(ways.shape[1] - count, 1)))
        return Posterior(self.varied, sample, _worth(weights), misfit)

    def _log_prior(self, points: Floats) -> Floats:
        total = np.zeros(len(points))
        for k, number in enumerate(self.varied):
            ends = [(bound - number.mean) / number.sd for bound in (number.low, number.high)]
            total += truncnorm.logpdf(points[:, k], *ends, loc=number.mean, scale=number.sd)
        return total


def _log_likelihood(
    ways: Floats, chances: Floats, covariance: Floats, mean: Floats, variance: Floats
) -> tuple[Floats, float]:
    """(p,) without its constant, over all ways (d, q) to read the data; the least squared distance in SDs of any."""
    whole = covariance[None] + variance[:, :, None] * np.eye(ways.shape[1])
    lower = np.linalg.cholesky(whole)
    apart = np.linalg.solve(lower, np.moveaxis(ways[None] - mean[:, None], 1, 2))
    distance = (apart**2).sum(axis=1)
    volume = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(logsumexp(chances - 0.5 * distance, axis=1) - volume), float(distance.min())


def _worth(weights: Floats) -> float:
    """How many independent points a sample of these log weights is worth."""
    return float(np.exp(2 * logsumexp(weights) - logsumexp(2 * weights)))


def _wider(count: int) -> float:
    """SD of a normal proposal against a normal target in so many dimensions, such that half of the points are worth one.

    A point is worth  (sqrt(2 s^2 - 1) / s^2)^k  on average.
    """
    c = 2.0 ** (2.0 / count)
    return float(min(np.sqrt(c + np.sqrt(c * c - c)), WIDEST))


def _tempered(weights: Floats, worth: float) -> Floats:
    """The log weights flattened until enough points count for a mean and a covariance."""
    power = 1.0
    while _worth(power * weights) < worth and power > 1e-6:
        power *= 0.7
    return power * weights


def _moments(points: Floats, weights: Floats) -> tuple[Floats, Floats]:
    shares = np.exp(weights - logsumexp(weights))
    center = shares @ points
    return center, np.atleast_2d(np.cov(points, rowvar=False, aweights=shares))


def _before(varied: Sequence[Varied]) -> Floats:
    """(k,) SDs of the prior."""
    ends = [[(bound - number.mean) / number.sd for bound in (number.low, number.high)] for number in varied]
    return np.array(
        [truncnorm.std(*bounds, loc=number.mean, scale=number.sd) for bounds, number in zip(ends, varied, strict=True)]
    )
