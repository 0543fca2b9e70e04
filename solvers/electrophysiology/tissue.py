"""Diffusion with which a mesh of this edge length conducts at the wanted velocities, however coarse it is.

Where elements are wider than the wave front, conduction depends on the mesh. On a regular grid textbook conductivities
conduct too slowly or not at all across the fibres; on an irregular mesh, strong coupling along the fibres leaks across
them and the wave is too fast there (consistent mass most of all). Both are removed by measuring plane waves, along and
across the fibres, on a small irregular block with the same edge length, time step, cell, mass matrix and kernels, and
changing the two diffusions until the velocities are the wanted ones.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.electrophysiology.diffusion import blend_mass
from solvers.electrophysiology.march import march
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue_block import TissueBlock, tissue_block

Floats = NDArray[np.float64]

_TOLERANCE = 0.01  # of the velocity
_ROUNDS = 12
_SLOWEST = 0.05  # edges/ms: no wave waits 20 ms at each node, the next one is pulled up before that or never
# TP06 on a mesh as fine as one likes: 0.61 m/s with D = 0.0953 mm2/ms, and velocity goes with the root of D.
_FINE = 0.0953 / 0.61**2
# d log(velocity along, across) / d log(D along, across) as seen on blocks of 0.8 to 1.5 mm; improved while iterating.
_SENSITIVITY = ((0.70, 0.07), (0.50, 0.43))


@dataclass(frozen=True)
class Tuning:
    """Diffusion (mm2/ms) for the wanted velocities on one edge length, and how coarse that mesh is.

    fiber, cross                        on this mesh, with this ``consistent`` part of the mass matrix
    fine_fiber, fine_cross              what a mesh as fine as one likes would need
    velocity_fiber, velocity_cross      reached on the block, mm/ms
    resolution                          edge / sqrt(fine_cross), ms^(1/2): above 2 the front across the fibres is not resolved
    notes                               sentences for the user
    """

    fiber: float
    cross: float
    fine_fiber: float
    fine_cross: float
    velocity_fiber: float
    velocity_cross: float
    resolution: float
    consistent: float
    notes: tuple[str, ...]


def tuned_diffusion(
    velocity_fiber: float,
    velocity_cross: float,
    edge: float,
    dt: float,
    cell: Cell,
    consistent: float = 0.0,
    progress: Progress = silent,
) -> Tuning:
    """Diffusion for these velocities (mm/ms = m/s) on an irregular mesh with that mean ``edge`` (mm).

    consistent  part of the full mass matrix, to be given to ``solve_monodomain`` too. 0, the lumped one, leaks least across
                the fibres and is the cheapest; its slowness is what the tuning removes

    Takes a few seconds once, then is remembered. Refuses velocities that this mesh cannot sustain.
    """
    if min(velocity_fiber, velocity_cross, edge, dt) <= 0.0:
        raise Refused("Conduction velocities, edge length and time step must be above zero.")
    along, across = round(velocity_fiber / edge, 4), round(velocity_cross / edge, 4)
    found = _tune(along, across, round(dt, 6), cell, consistent, _Silence(progress))
    fine_fiber, fine_cross = _FINE * velocity_fiber**2, _FINE * velocity_cross**2
    if found is None:
        raise Refused(
            f"A mesh with edges of {edge:.2f} mm cannot conduct at {velocity_fiber:.2f} m/s along and {velocity_cross:.2f} m/s "
            f"across the fibres with the cell model {cell.title}. Use shorter edges, other velocities, or the eikonal model."
        )
    coupling, velocity = found
    fiber, cross = coupling[0] * edge**2, coupling[1] * edge**2
    resolution = edge / float(np.sqrt(fine_cross))
    notes = _notes(fiber / fine_fiber, cross / fine_cross, edge, resolution)
    return Tuning(
        fiber, cross, fine_fiber, fine_cross, velocity[0] * edge, velocity[1] * edge, resolution, consistent, notes
    )


def untuned_diffusion(velocity_fiber: float, velocity_cross: float, edge: float) -> Tuning:
    """Diffusion (mm2/ms) of tissue with these velocities (mm/ms), whatever the ``edge`` (mm), for lumped mass.

    A coarse mesh conducts too slowly with it, or not at all: for solvers that start every node themselves.
    """
    fiber, cross = _FINE * velocity_fiber**2, _FINE * velocity_cross**2
    return Tuning(fiber, cross, fiber, cross, velocity_fiber, velocity_cross, edge / float(np.sqrt(cross)), 0.0, ())


class _Silence:
    """A progress that all look alike to the cache, so that whoever watches gets the remembered answer too."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Silence)


Pair = tuple[float, float]


@lru_cache(maxsize=64)
def _tune(
    along: float, across: float, dt: float, cell: Cell, consistent: float, watcher: _Silence
) -> tuple[Pair, Pair] | None:
    """D/edge^2 (1/ms) and velocities (edges/ms) along and across; None when no such wave is sustained. Broyden's method."""
    if min(along, across) < _SLOWEST:
        return None
    block, wanted = tissue_block(), np.log([along, across])
    fine = _FINE * np.exp(2.0 * wanted)
    x = np.log(fine * (1.0 + np.array([0.4, 0.05]) / np.sqrt(fine)))  # a guess from blocks of 0.8 to 1.5 mm
    J, last = np.array(_SENSITIVITY), None
    for attempt in range(_ROUNDS):
        watcher.progress(attempt / _ROUNDS, "Finding the conductivities for the wanted velocities on this mesh")
        velocity = block_velocities(
            block, (float(np.exp(x[0])), float(np.exp(x[1]))), min(along, across), dt, cell, consistent
        )
        if min(velocity) <= 0.0:
            x, last = (x + 0.4, None) if last is None else (0.5 * (x + last[0]), last)
            continue
        error = wanted - np.log(velocity)
        if np.abs(error).max() < _TOLERANCE:
            return (float(np.exp(x[0])), float(np.exp(x[1]))), velocity
        if last is not None:
            dx = x - last[0]
            J = J + np.outer((last[1] - error) - J @ dx, dx) / float(dx @ dx)
        last = (x, error)
        x = x + np.clip(np.linalg.solve(J, error), -0.7, 0.7)
    return None


def block_velocities(
    block: TissueBlock, coupling: Pair, slowest: float, dt: float, cell: Cell, consistent: float
) -> Pair:
    """Velocities (edges/ms) of plane waves along and across fibres for D/edge^2 (1/ms); 0 when blocked or below ``slowest``/2.5."""
    length = float(np.ptp(block.x))
    steady = (block.x > 0.35 * length) & (block.x < 0.8 * length)
    stimulus = Stimulus.at(np.flatnonzero(block.x < 2.5), block.x.size, strength=60.0)
    longest = 2.5 * length / slowest
    velocities = []
    for direction in (0, 1):
        tensor = coupling[1] * np.eye(3)
        tensor[direction, direction] = coupling[0]
        mass, stiffness = block.matrices(tensor)
        run = march(
            blend_mass(mass, consistent),
            stiffness,
            [stimulus],
            cell,
            longest,
            dt,
            frame_every=longest,
            stop_when_activated=True,
            threads=1,
        )
        late = run.activation[steady]
        slope = 0.0 if np.isnan(late).any() else float(np.polyfit(block.x[steady], late, 1)[0])
        velocities.append(1.0 / slope if slope > 0.0 else 0.0)
    return velocities[0], velocities[1]


def _notes(fiber_ratio: float, cross_ratio: float, edge: float, resolution: float) -> tuple[str, ...]:
    if resolution < 2.0:
        return ()
    return (
        f"The mesh (edges of {edge:.2f} mm) is too coarse for textbook conductivities: they were multiplied by {fiber_ratio:.2f} "
        f"along and {cross_ratio:.2f} across the fibres so that the wave travels at the wanted velocities. Activation times "
        "hold to about 10 %; wave-front curvature, conduction block and re-entry need a finer mesh.",
    )


def diffusion_tensor(fiber: Floats, along: float | Floats, across: float | Floats) -> Floats:
    """(m, 3, 3) mm2/ms: D = across I + (along - across) f f^T for unit fibres (m, 3)."""
    m = len(fiber)
    isotropic = np.broadcast_to(np.asarray(across, float), (m,))[:, None, None] * np.eye(3)
    more = np.broadcast_to(np.asarray(along, float) - across, (m,))[:, None, None]
    return np.asarray(isotropic + more * fiber[:, :, None] * fiber[:, None, :])


def check_fibers(fiber: Floats) -> None:
    """Refuse directions (m, 3) of which some are zero, not finite or not of unit length: nothing conducts along them."""
    length = np.linalg.norm(fiber, axis=1)
    wrong = int((~(np.abs(length - 1.0) < 1e-3)).sum())
    if wrong:
        raise Refused(
            f"{wrong} of {len(fiber)} tetrahedra have a fibre that is zero, not finite or not of unit length. "
            "Lay the fibres again (mesh the case as ventricles), or import a mesh with unit fibres."
        )
