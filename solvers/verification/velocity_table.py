"""Conduction velocity against mesh size in one dimension: where coarse elements slow a wave down or stop it.

Cable of ten Tusscher-Panfilov 2006 cells with the conductivities of Niederer 2011 (doi 10.1098/rsta.2011.0139), along and across
the fibres, linear elements with the full mass matrix, half and all of it lumped. References: an independent code of
one-dimensional elements (its entries at 0.5 mm across are left out: whether a wave creeps on at a tenth of its velocity or stops
there hangs on details, and the slab of Niederer 2011 has it creep, 7 mm in 112 ms); on meshes as fine as
one likes 0.61 and 0.222 m/s.
"""

import numpy as np
from scipy.sparse import csr_array, diags_array

from geometry.progress import Progress
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.march import march
from solvers.electrophysiology.stimulus import Stimulus
from solvers.result import Check

NAME = "ep-velocity"
TITLE = "Conduction velocity against mesh size"

ALONG, ACROSS = 0.0953, 0.012576  # mm2/ms
SOURCE = "independent one-dimensional code"
TABLE = {  # (diffusion, edge mm) -> m/s with full, half lumped and lumped mass; 0 where the wave stops
    (ALONG, 0.5): (0.589, 0.477, 0.410),
    (ALONG, 0.2): (0.635, 0.587, 0.551),
    (ALONG, 0.1): (0.619, 0.604, 0.590),
    (ACROSS, 1.0): (0.0, 0.0, 0.0),
    (ACROSS, 0.2): (0.209, 0.166, 0.141),
    (ACROSS, 0.1): (0.232, 0.207, 0.189),
    (ACROSS, 0.05): (0.229, 0.219, 0.210),
}


def verify(progress: Progress) -> list[Check]:
    """Every entry of the table within 4 %, or a wave that stops where it has to."""
    checks = []
    for row, ((diffusion, edge), wanted) in enumerate(TABLE.items()):
        progress(row / len(TABLE), f"Waves on edges of {edge:g} mm")
        for consistent, velocity in zip((1.0, 0.5, 0.0), wanted, strict=True):
            way = "along" if diffusion == ALONG else "across"
            words = f"{way} the fibres, {edge:g} mm, {100 * consistent:.0f} % full mass"
            found = cable_velocity(diffusion, edge, consistent)
            checks.append(Check(words, found, velocity, max(0.04 * velocity, 0.001), "m/s", SOURCE))
    return checks


def cable_velocity(diffusion: float, edge: float, consistent: float, dt: float = 0.02) -> float:
    """m/s in the middle of a cable stimulated at one end; 0 where the wave does not arrive."""
    length = 16.0
    n = round(length / edge) + 1
    x = edge * np.arange(n)
    mass, stiffness = _cable(n, edge, diffusion)
    stimulus = Stimulus.at(np.flatnonzero(x <= 1.5), n)
    duration = length / 0.04
    run = march(
        blend_mass(mass, consistent), stiffness, [stimulus], find_cell("tentusscher_panfilov_2006_epi"), duration, dt,
        frame_every=duration, stop_when_activated=True, rtol=1e-6,
    )  # fmt: skip
    middle = (x > 0.5 * length) & (x < 0.85 * length)
    times = run.activation[middle]
    return 0.0 if np.isnan(times).any() else float(1.0 / np.polyfit(x[middle], times, 1)[0])


def _cable(n: int, edge: float, diffusion: float) -> tuple[csr_array, csr_array]:
    """Mass and stiffness (n, n) of linear elements on a line."""
    ends = np.ones(n)
    ends[[0, -1]] = 0.5
    beside = np.ones(n - 1)
    mass = diags_array([beside, 4 * ends, beside], offsets=[-1, 0, 1]) * (edge / 6)
    stiffness = diags_array([-beside, 2 * ends, -beside], offsets=[-1, 0, 1]) * (diffusion / edge)
    return csr_array(mass), csr_array(stiffness)
