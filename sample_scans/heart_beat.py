"""When the ventricles contract: one smooth cycle of systole, early filling, diastasis and atrial filling."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from sample_scans.anatomy_surfaces import Array


def contraction(times: Array, cycle: float, end_systole: float, onset: float) -> Array:
    """(n,) 0 (end-diastole) to 1 (end-systole) at ``times`` (ms after the trigger).

    ``end_systole`` ms after end-diastole; ``onset`` ms of end-diastole after the trigger (may be negative).
    """
    filling = cycle - end_systole
    knots = np.array([0.0, 0.12, 0.35, 0.70, 1.0]) * end_systole
    later = end_systole + np.array([0.07, 0.20, 0.38, 0.58, 0.78, 0.93, 1.0]) * filling
    values = [0.0, 0.04, 0.42, 0.88, 1.0, 0.95, 0.60, 0.26, 0.20, 0.17, 0.03, 0.0]
    curve = PchipInterpolator(np.concatenate([knots, later]), values)
    return np.asarray(curve((np.asarray(times) - onset) % cycle))
