"""Conductivities of a wall with a grey zone: both tissues are tuned to their own velocities on their own edges."""

from dataclasses import dataclass, replace

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_part import part_of
from geometry.progress import Progress, part, silent
from solvers.cells.catalogue import find_cell
from solvers.cells.cell import Cell
from solvers.cells.steady import limit_cycle
from solvers.cells.variants import with_currents
from solvers.electrophysiology.cell_kinds import CYCLE, grey_factors
from solvers.electrophysiology.local_edges import LocalDiffusion, Tune, local_diffusion
from solvers.electrophysiology.substrate import Mask, Substrate
from solvers.electrophysiology.tissue import Tuning, diffusion_tensor, tuned_diffusion, untuned_diffusion
from solvers.scenario import Electrophysiology
from solvers.wall_records import GreyZone


@dataclass(frozen=True)
class TunedTissue:
    """The diffusion of the whole wall.

    wall   of healthy tissue on edges of the mean length
    local  of each tetrahedron, with sentences about edges and grey zone
    """

    wall: Tuning
    local: LocalDiffusion

    def tensor(self, fiber: Floats, cross: float | None = None) -> Floats:
        """(m, 3, 3) mm2/ms; ``cross`` replaces the wall's diffusion across the fibres, and everywhere it changes alike."""
        share = 1.0 if cross is None else cross / self.wall.cross
        return diffusion_tensor(fiber, self.local.fiber, self.local.cross * share)


def untuned_tissue(mesh: HeartMesh, substrate: Substrate, scenario: Electrophysiology) -> TunedTissue:
    """The diffusion of the tissue itself, whatever the mesh: see ``untuned_diffusion``."""
    wall = untuned_diffusion(scenario.velocities.fiber, scenario.velocities.cross, mesh.edge_length())
    healthy = LocalDiffusion.even(wall, mesh)
    return TunedTissue(wall, _joined(healthy, _reduced(healthy, scenario.grey_zone), substrate.grey))


def tuned_tissue(
    mesh: HeartMesh, substrate: Substrate, scenario: Electrophysiology, progress: Progress = silent
) -> TunedTissue:
    """The diffusion of the healthy wall and of its grey zone, each for its velocities; see ``local_diffusion``.

    Where the remodelled cells cannot conduct that slowly on this mesh, the grey zone gets the healthy diffusion times the
    square of the wanted shares (velocity goes with its root), and a sentence says so.
    """
    cell, wanted, zone = find_cell(scenario.cell), scenario.velocities, scenario.grey_zone
    healthy, grey = ~(substrate.core | substrate.grey), substrate.grey & ~substrate.core
    living = substrate.conducting.mesh.edge_length()
    tune = _tuner(wanted.fiber, wanted.cross, scenario.time_step, cell)
    wall, local = local_diffusion(mesh, healthy, living, tune, part(progress, 0.0, 0.4))
    if not grey.any():
        return TunedTissue(wall, local)
    remodelled = limit_cycle(with_currents(cell, grey_factors(zone)), CYCLE, progress=part(progress, 0.4, 0.6))
    own = part_of(mesh, grey).mesh.edge_length()
    along, across = wanted.fiber * zone.fiber, wanted.cross * zone.cross
    tune = _tuner(along, across, scenario.time_step, remodelled)
    try:
        _, slow = local_diffusion(mesh, grey, own, tune, part(progress, 0.6, 1.0))
    except Refused:
        note = (
            f"Edges of {own:.1f} mm are too long for the grey zone's {along:.2f} m/s along and {across:.2f} m/s across the "
            "fibres with its remodelled cells: it conducts with those of the healthy wall, reduced, and may be slower or block."
        )
        slow = replace(_reduced(local, zone), notes=(note,))
    return TunedTissue(wall, _joined(local, slow, substrate.grey))


def _tuner(along: float, across: float, step: float, cell: Cell) -> Tune:
    def tune(edge: float, progress: Progress) -> Tuning:
        return tuned_diffusion(along, across, edge, step, cell, progress=progress)

    return tune


def _reduced(healthy: LocalDiffusion, zone: GreyZone) -> LocalDiffusion:
    return LocalDiffusion(healthy.fiber * zone.fiber**2, healthy.cross * zone.cross**2)


def _joined(healthy: LocalDiffusion, slow: LocalDiffusion, grey: Mask) -> LocalDiffusion:
    notes = tuple(dict.fromkeys((*healthy.notes, *slow.notes)))
    return LocalDiffusion(np.where(grey, slow.fiber, healthy.fiber), np.where(grey, slow.cross, healthy.cross), notes)
