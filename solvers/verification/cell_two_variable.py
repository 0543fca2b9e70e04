"""The two-variable cells against what their equations say by hand: restitution, threshold."""

import math

import numpy as np

from geometry.progress import Progress
from solvers.cells.catalogue import find_cell
from solvers.cells.kernel import compile_cell
from solvers.cells.pace import action_potential_duration
from solvers.result import Check

NAME = "ep-cell-mitchell-schaeffer"
TITLE = "Restitution of Mitchell-Schaeffer, threshold of FitzHugh-Nagumo"

_SOURCE = "leading order in tau_in/tau_close, doi 10.1016/S0092-8240(03)00041-7"
_DT = 0.02


def verify(progress: Progress) -> list[Check]:
    """APD against the recovered gate h; which way V goes on either side of the threshold."""
    return [*_restitution(), *_threshold()]


def _restitution() -> list[Check]:
    """An action potential that starts at h lasts tau_close ln(h / h_min), h_min = 4 tau_in / tau_out."""
    cell = find_cell("mitchell_schaeffer_2003")
    p = cell.parameters
    lowest = 4.0 * p["tau_in"] / p["tau_out"]
    starts = np.array([1.0, 0.9, 0.8, 0.7, 0.6])
    kernel = compile_cell(cell, 2)
    y = np.vstack([np.full(starts.shape, cell.states["V"]), starts])
    stimulus = np.zeros((round(400 / _DT), len(starts)))
    stimulus[: round(1 / _DT)] = 52.0
    V = kernel.record(y, stimulus, _DT)
    times = _DT * np.arange(1.0, len(V) + 1.0)
    checks = []
    for k, start in enumerate(starts):
        apd = action_potential_duration(times, V[:, k])
        expected = p["tau_close"] * math.log(start / lowest)
        # the tail and the upstroke last some tau_out and tau_in/h: the difference of two durations is free of most of it
        if k == 0:
            whole, whole_expected = apd, expected
        else:
            checks.append(
                Check(f"APD90 lost from h = {start}", whole - apd, whole_expected - expected, 3.0, "ms", _SOURCE)
            )
    return checks


def _threshold() -> list[Check]:
    cell = find_cell("rogers_mcculloch_1994")
    p = cell.parameters
    threshold = p["V_rest"] + p["threshold"] * (p["V_peak"] - p["V_rest"])
    kernel = compile_cell(cell, 2)
    starts = np.array([threshold - 0.5, threshold + 0.5])
    V = kernel.record(np.vstack([starts, np.zeros(2)]), np.zeros((10, 2)), _DT)
    source = "root of the cubic, doi 10.1109/10.310090"
    return [
        Check("V falls from 0.5 mV below the threshold", float(V[-1, 0] < starts[0]), 1.0, 0.0, "", source),
        Check("V rises from 0.5 mV above it", float(V[-1, 1] > starts[1]), 1.0, 0.0, "", source),
    ]
