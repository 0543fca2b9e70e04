"""A Gaussian process in place of the model: an answer in a millisecond, with how far it may be off.

y(x) = linear part + squared-exponential part with a length of its own for every input + noise; the sizes maximise the marginal
likelihood (scikit-learn). Judged by leaving one member out at a time (Rasmussen & Williams 2006, eq. 5.12, ISBN 026218253X).
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_solve, cholesky

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from solvers.threads import one_thread
from solvers.uncertainty.interval import HALF_WIDTH, SHARE

GOOD_Q2 = 0.9  # below it an answer says that the emulator is poor
FEWEST = 8  # members from which anything is learned
AT_ONCE = 4096  # points that are answered together, for the sake of memory
MOST = 600  # members that are used: the cost grows with their cube


@dataclass(frozen=True)
class Sizes:
    """Hyperparameters in units of the inputs' and the output's SD: lengths (k,), variances of the parts and of the noise."""

    lengths: tuple[float, ...]
    smooth: float
    linear: float
    noise: float


@dataclass(frozen=True)
class Emulator:
    """The process given members: inputs (m, k) and their answers (m,), with the ``sizes`` found for them."""

    inputs: Floats
    answers: Floats
    sizes: Sizes

    @classmethod
    def of(cls, inputs: Floats, answers: Floats, sizes: Sizes) -> "Emulator":
        """From all members: those without an answer, and those beyond ``MOST``, are left out."""
        known = np.isfinite(answers)
        return cls(inputs[known][:MOST], answers[known][:MOST], sizes)

    def answer(self, points: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation (p,) of the model's answer at points (p, k).

        With the model's own noise (a front moves from node to node), and widened where the members, each from the others, show
        that the process is too sure.
        """
        x, (center, scale) = self._scaled(points), self._output
        cross = self.covariance(x, self._x)
        mean = center + scale * (cross @ self._alpha)
        prior = self.sizes.smooth + self.sizes.linear * (x**2).sum(axis=1) + self.sizes.noise
        variance = prior - np.einsum("pm,mp->p", cross, cho_solve((self._lower, True), cross.T))
        return mean, self.widened * scale * np.sqrt(np.maximum(variance, self.sizes.noise))

    def mean(self, points: Floats) -> Floats:
        """The mean (p,) alone, for many points."""
        center, scale = self._output
        parts = np.array_split(self._scaled(points), -(-len(points) // AT_ONCE))
        return center + scale * np.concatenate([self.covariance(part, self._x) @ self._alpha for part in parts])

    @cached_property
    def left_out(self) -> tuple[Floats, Floats]:
        """Error and SD (m,) of the answer for each member from all the others."""
        inverse = cho_solve((self._lower, True), np.eye(len(self._x)))
        scale, diagonal = self._output[1], np.diag(inverse)
        return scale * self._alpha / diagonal, scale / np.sqrt(diagonal)

    @property
    def q2(self) -> float:
        """1 - sum of squared leave-one-out errors / sum of squares around the mean: 1 is perfect, 0 no better than the mean."""
        error, _ = self.left_out
        return float(1.0 - (error**2).sum() / ((self.answers - self.answers.mean()) ** 2).sum())

    @cached_property
    def widened(self) -> float:
        """The factor, 1 at least, by which the SD is too small for 90 % of the members to lie in their interval."""
        error, sd = self.left_out
        apart = np.sort(np.abs(error) / sd)
        needed = apart[min(len(apart), int(np.ceil(SHARE * (len(apart) + 1)))) - 1]
        return max(1.0, float(needed) / HALF_WIDTH)

    @property
    def coverage(self) -> float:
        """The share of the members that lie in the 90 % interval that the others give."""
        error, sd = self.left_out
        return float(np.mean(np.abs(error) <= HALF_WIDTH * self.widened * sd + 1e-12 * np.abs(error)))

    @property
    def poor(self) -> bool:
        """Whether its answers should not be relied on."""
        return self.q2 < GOOD_Q2

    def covariance(self, x: Floats, z: Floats) -> Floats:
        """(p, q) between scaled points x (p, k) and z (q, k), without the noise."""
        lengths, sizes = np.asarray(self.sizes.lengths), self.sizes
        a, b = x / lengths, z / lengths
        apart = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * a @ b.T
        return np.asarray(sizes.smooth * np.exp(-0.5 * np.maximum(apart, 0.0)) + sizes.linear * x @ z.T)

    def functions(self, points: Floats, count: int, rng: np.random.Generator, features: int = 512) -> Floats:
        """(count, p): functions drawn from the process, at points (p, k).

        Random Fourier features for the prior, corrected to pass by the members (Wilson 2020, arXiv 2002.09309).
        """
        x, (center, scale), sizes = self._scaled(points), self._output, self.sizes
        wave = rng.standard_normal((x.shape[1], features)) / np.asarray(sizes.lengths)[:, None]
        phase = rng.uniform(0.0, 2 * np.pi, features)
        weights = rng.standard_normal((features, count)) * np.sqrt(2.0 * sizes.smooth / features)
        slopes = rng.standard_normal((x.shape[1], count)) * np.sqrt(sizes.linear)

        def prior(at: Floats) -> Floats:
            return np.asarray(np.cos(at @ wave + phase) @ weights + at @ slopes)

        noise = np.sqrt(sizes.noise) * rng.standard_normal((len(self._x), count))
        miss = ((self.answers - center) / scale)[:, None] - prior(self._x) - noise
        correction = cho_solve((self._lower, True), miss)
        parts = np.array_split(x, -(-len(x) // AT_ONCE))
        found = np.concatenate([prior(part) + self.covariance(part, self._x) @ correction for part in parts])
        return np.asarray(center + scale * found.T)

    @cached_property
    def _input(self) -> tuple[Floats, Floats]:
        spread = self.inputs.std(axis=0)
        return self.inputs.mean(axis=0), np.where(spread > 0, spread, 1.0)

    @cached_property
    def _output(self) -> tuple[float, float]:
        return float(self.answers.mean()), float(self.answers.std()) or 1.0

    def _scaled(self, points: Floats) -> Floats:
        return np.asarray((points - self._input[0]) / self._input[1])

    @cached_property
    def _x(self) -> Floats:
        return self._scaled(self.inputs)

    @cached_property
    def _lower(self) -> Floats:
        whole = self.covariance(self._x, self._x) + self.sizes.noise * np.eye(len(self._x))
        return np.asarray(cholesky(whole, lower=True))

    @cached_property
    def _alpha(self) -> Floats:
        return np.asarray(cho_solve((self._lower, True), (self.answers - self._output[0]) / self._output[1]))


def fit_emulator(inputs: Floats, answers: Floats) -> Emulator:
    """An emulator of answers (m,) over inputs (m, k); members without an answer are left out, refuses fewer than ``FEWEST``."""
    blank = Emulator.of(inputs, answers, Sizes((1.0,) * inputs.shape[1], 1.0, 1.0, 1e-4))
    if len(blank.answers) < FEWEST:
        raise Refused(
            f"It needs {FEWEST} members with an answer, and there are {len(blank.answers)}. Run more of them."
        )
    scaled = (blank.answers - blank._output[0]) / blank._output[1]
    with one_thread():
        return Emulator(blank.inputs, blank.answers, _likely_sizes(blank._x, scaled))


def _likely_sizes(x: Floats, y: Floats) -> Sizes:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    lengths = RBF([3.0] * x.shape[1], (0.2, 100.0))
    smooth = ConstantKernel(1.0, (1e-4, 1e6)) * lengths
    linear = ConstantKernel(0.3, (1e-6, 1e2)) * DotProduct(0.0, "fixed")
    process = GaussianProcessRegressor(smooth + linear + WhiteKernel(1e-3, (1e-9, 1.0)), alpha=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a size at the end of its range is an answer here
        found = process.fit(x, y).kernel_.get_params()
    return Sizes(
        tuple(float(length) for length in np.atleast_1d(found["k1__k1__k2__length_scale"])),
        float(found["k1__k1__k1__constant_value"]),
        float(found["k1__k2__k1__constant_value"]),
        float(found["k2__noise_level"]),
    )
