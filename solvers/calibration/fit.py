"""How a calibration fits: what was measured, beside what the model makes of the inputs before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import Floats
from solvers.uncertainty.interval import INTERVAL


@dataclass(frozen=True)
class Fitted:
    """A measured number with its SD, and (low, median, high) of the 90 % interval that the model gives for it.

    before, after  without the error of the measurement, over the prior and over the posterior
    """

    label: str
    unit: str
    measured: float
    sd: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]

    @property
    def expected(self) -> bool:
        """Whether the measurement, give or take its SD, lies where the model had it before."""
        return self.before[0] - self.sd <= self.measured <= self.before[2] + self.sd


def fitted(label: str, unit: str, measured: float, sd: float, before: Floats, after: Floats) -> Fitted:
    """From the model's answers for a sample of the prior and one of the posterior; those that are no number are left out."""
    return Fitted(label, unit, float(measured), float(sd), _span(before), _span(after))


def fitted_all(
    names: Sequence[tuple[str, str]], measured: Floats, sd: Floats, before: Floats, after: Floats
) -> tuple[Fitted, ...]:
    """For each of the (label, unit) ``names``, columns of before and after (p, q)."""
    return tuple(
        fitted(label, unit, measured[k], sd[k], before[:, k], after[:, k]) for k, (label, unit) in enumerate(names)
    )


def _span(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(values, (INTERVAL[0], 0.5, INTERVAL[1]))
    return float(low), float(middle), float(high)
