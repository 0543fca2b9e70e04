"""Paced cells of ToR-ORd with its dynamic chloride against an implicit integrator (CVODE) run on the published CellML."""

from geometry.progress import Progress, part
from solvers.cells.catalogue import find_cell
from solvers.cells.currents import record_beat
from solvers.drugs.markers import measure_beat
from solvers.result import Check

NAME = "ep-cell-torord"
TITLE = "Action potential of ToR-ORd with dynamic chloride"

_SOURCE = "CVODE on the published CellML of ToR-ORd-dynCl, 500 beats at 1 Hz"
# Ions drift for hundreds of beats, so the start counts: concentrations (mM) of the authors' CellML with dynamic chloride.
_START = {
    "Na_i": 12.39736,
    "Na_ss": 12.3977,
    "K_i": 147.7115,
    "K_ss": 147.7114,
    "Cl_i": 29.20698,
    "Cl_ss": 29.20696,
    "V": -89.74808,
}


def verify(progress: Progress) -> list[Check]:
    """APD90 of the endocardial and epicardial cell, rest."""
    checks = []
    for k, (layer, reference) in enumerate({"endo": 274.3, "epi": 236.4}.items()):
        cell = find_cell(f"tomek_2019_{layer}").with_parameters(dynamic_Cl=1.0)
        cell = cell.with_states({**cell.states, **_START})
        beat = record_beat(cell, 1000.0, progress=part(progress, 0.5 * k, 0.5 * (k + 1)))
        found = measure_beat(beat.times, beat.V)
        checks.append(Check(f"APD90 {layer}", found.apd90, reference, 3.0, "ms", _SOURCE))
        if layer == "endo":
            checks.append(Check("rest", found.resting, -90.6, 1.0, "mV", _SOURCE))
    return checks
