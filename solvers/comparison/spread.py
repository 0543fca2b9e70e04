"""The shape of a distribution of members, to be drawn as a small violin."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import gaussian_kde

from geometry.heart_mesh import Floats

ENOUGH = 8  # members below which their dots alone are shown
PLACES = 64


def violin(values: Sequence[float]) -> tuple[Floats, Floats]:
    """Places (p,) in the unit of the values and half widths (p,), the widest 1; empty for few or equal members.

    A Gaussian kernel of Scott's width, cut at the extreme members.
    """
    known = np.asarray(values, dtype=np.float64)
    if len(known) < ENOUGH or np.ptp(known) <= 1e-9 * max(1.0, float(np.abs(known).max())):
        return np.empty(0), np.empty(0)
    places = np.linspace(known.min(), known.max(), PLACES)
    height = gaussian_kde(known)(places)
    return places, height / height.max()
