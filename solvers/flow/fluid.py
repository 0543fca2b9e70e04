"""Blood as a fluid: of one viscosity, or thinner the faster it is sheared."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats


@dataclass(frozen=True)
class Carreau:
    """Shear-thinning  mu = mu_inf + (mu_0 - mu_inf) (1 + (lambda g)^2)^((n-1)/2), g the shear rate.

    still       mu_0 in kPa ms;  relaxation  lambda in ms;  power  n;  mu_inf is the viscosity of the ``Fluid``
    Defaults for blood: 56 mPa s, 3.313 s and 0.3568 (Cho and Kensey 1991, doi 10.3233/bir-1991-283-415).
    """

    still: float = 0.056
    relaxation: float = 3313.0
    power: float = 0.3568

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if self.still <= 0 or self.relaxation < 0 or not 0 < self.power <= 1:
            raise Refused("Carreau blood needs a positive viscosity at rest, a relaxation time and a power in 0..1.")

    def viscosity(self, rate: Any, thin: Any) -> Any:
        """mu at a shear rate (1/ms; numbers, arrays or terms of a form), ``thin`` being mu_inf, kPa ms."""
        return thin + (self.still - thin) * (1 + (self.relaxation * rate) ** 2) ** ((self.power - 1) / 2)


@dataclass(frozen=True)
class Fluid:
    """Blood: density mg/mm3, viscosity kPa ms (with ``thinning``: the one it comes down to under shear)."""

    density: float
    viscosity: float
    thinning: Carreau | None = None

    def viscosity_at(self, rate: Floats) -> Floats:
        """Viscosity at shear rates (k,) in 1/ms, kPa ms."""
        if self.thinning is None:
            return np.full(np.shape(rate), self.viscosity)
        return np.asarray(self.thinning.viscosity(rate, self.viscosity))
