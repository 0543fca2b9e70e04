"""A paced cell of ten Tusscher-Panfilov 2006 against an implicit integrator (CVODE) run on the published CellML."""

import numpy as np

from geometry.progress import Progress, part
from solvers.cells.catalogue import find_cell
from solvers.cells.pace import action_potential_duration, pace, restitution
from solvers.result import Check

NAME = "ep-cell-tp06"
TITLE = "Action potential of ten Tusscher-Panfilov 2006, and its restitution"

_SOURCE = "CVODE on the published CellML, 500 beats at 1 Hz"
_APD90 = {"epi": 300.9, "endo": 300.3, "m": 397.4}
# S2 interval -> APD90 after S1 at 1000 ms
_RESTITUTION = {600: 288.7, 450: 256.6, 400: 230.4, 380: 215.6, 350: 186.4, 330: 162.2}
_DT = 0.02


def verify(progress: Progress) -> list[Check]:
    """APD90 of the three variants, shape of the epicardial beat, and S1-S2 restitution."""
    checks = []
    for k, (suffix, reference) in enumerate(_APD90.items()):
        cell = find_cell(f"tentusscher_panfilov_2006_{suffix}")
        settled = pace(cell, beats=300, dt=0.1, progress=part(progress, 0.3 * k, 0.3 * (k + 1)))
        cell = cell.with_states(dict(zip(cell.states, settled.end, strict=True)))
        beat = pace(cell, beats=3, dt=_DT)
        checks.append(
            Check(f"APD90 {suffix}", action_potential_duration(beat.times, beat.V), reference, 3.0, "ms", _SOURCE)
        )
        if suffix == "epi":
            steepest = float(np.diff(beat.V).max()) / _DT
            checks += [
                Check("rest", float(beat.V[-1]), -85.4, 0.5, "mV", _SOURCE),
                Check("peak", float(beat.V.max()), 37.4, 3.0, "mV", _SOURCE + "; moves with the stimulus"),
                Check("upstroke", steepest, 348.0, 30.0, "mV/ms", _SOURCE + "; moves with the stimulus"),
            ]
            epi = cell
    progress(0.92, "Restitution")
    found = restitution(epi, list(_RESTITUTION))
    checks += [
        Check(f"APD90 after S2 at {s2} ms", found[s2], apd, 3.0, "ms", _SOURCE) for s2, apd in _RESTITUTION.items()
    ]
    blocked = restitution(epi, [300])[300]
    checks.append(Check("S2 at 300 ms gives no action potential", float(np.isnan(blocked)), 1.0, 0.0, "", _SOURCE))
    return checks
