"""Quantile dot plots: a distribution as dots of equal chance that can be counted (Kay 2016, doi 10.1145/2858036.2858558)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats

MOST = 20  # dots; more runs than that are told by as many quantiles
COLUMNS = 24  # side by side at most


def dots_of(members: Sequence[float] | NDArray[np.floating]) -> Floats:
    """Where the dots lie, in order: each run, or of many the quantiles of equal chance; none of runs without an answer."""
    values = np.asarray(members, dtype=np.float64)
    known = np.sort(values[np.isfinite(values)])
    return known if len(known) <= MOST else np.quantile(known, (np.arange(MOST) + 0.5) / MOST)


def stacked(dots: NDArray[np.floating], low: float, high: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For dots (n,) between ``low`` and ``high``: the column of each, 0 to COLUMNS - 1, and how many lie below it there."""
    room = max(high - low, 1e-9 * max(abs(low), abs(high), 1.0))
    columns = np.clip(np.round((dots - low) / room * (COLUMNS - 1)), 0, COLUMNS - 1).astype(np.intp)
    return columns, np.array([(columns[:k] == column).sum() for k, column in enumerate(columns)], dtype=np.intp)
