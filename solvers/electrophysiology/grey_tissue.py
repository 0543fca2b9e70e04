"""Conductivities of a wall with a grey zone: both tissues are tuned to their own velocities on their own edges."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_part import part_of
from geometry.progress import Progress, part, silent
from solvers.cells.catalogue import find_cell
from solvers.cells.steady import limit_cycle
from solvers.cells.variants import with_currents
from solvers.electrophysiology.cell_kinds import CYCLE, grey_factors
from solvers.electrophysiology.substrate import Substrate
from solvers.electrophysiology.tissue import Tuning, diffusion_tensor, tuned_diffusion
from solvers.scenario import Electrophysiology


@dataclass(frozen=True)
class GreyTuning:
    """Diffusion (mm2/ms) along and across the fibres in the grey zone, and sentences about it; equal to the wall's without one."""

    fiber: float
    cross: float
    notes: tuple[str, ...] = ()


def tuned_tissue(
    mesh: HeartMesh, substrate: Substrate, scenario: Electrophysiology, progress: Progress = silent
) -> tuple[Tuning, GreyTuning]:
    """The diffusion of the healthy wall and of its grey zone, each for its velocities; see ``tuned_diffusion``.

    Where the remodelled cells cannot conduct that slowly on this mesh, the grey zone gets the healthy diffusion times the
    square of the wanted shares (velocity goes with its root), and a sentence says so.
    """
    cell, wanted, zone = find_cell(scenario.cell), scenario.velocities, scenario.grey_zone
    edge, step = substrate.conducting.mesh.edge_length(), scenario.time_step
    tuning = tuned_diffusion(wanted.fiber, wanted.cross, edge, step, cell, progress=part(progress, 0.0, 0.4))
    grey = substrate.grey & ~substrate.core
    if not grey.any():
        return tuning, GreyTuning(tuning.fiber, tuning.cross)
    remodelled = limit_cycle(with_currents(cell, grey_factors(zone)), CYCLE, progress=part(progress, 0.4, 0.6))
    own_edge = part_of(mesh, grey).mesh.edge_length()
    along, across = wanted.fiber * zone.fiber, wanted.cross * zone.cross
    try:
        slow = tuned_diffusion(along, across, own_edge, step, remodelled, progress=part(progress, 0.6, 1.0))
    except Refused:
        note = (
            f"Edges of {own_edge:.1f} mm are too long for the grey zone's {along:.2f} m/s along and {across:.2f} m/s across the "
            "fibres with its remodelled cells: it conducts with those of the healthy wall, reduced, and may be slower or block."
        )
        return tuning, GreyTuning(tuning.fiber * zone.fiber**2, tuning.cross * zone.cross**2, (note,))
    return tuning, GreyTuning(slow.fiber, slow.cross)


def tissue_tensor(fiber: Floats, substrate: Substrate, tuning: Tuning, grey: GreyTuning, cross: float) -> Floats:
    """(m, 3, 3) mm2/ms; ``cross`` is the wall's diffusion across the fibres as corrected on this heart, the grey zone's alike."""
    along = np.where(substrate.grey, grey.fiber, tuning.fiber)
    across = np.where(substrate.grey, grey.cross * cross / tuning.cross, cross)
    return diffusion_tensor(fiber, along, across)
