"""Diffusion tuned on the patient's own mesh: a wave through a piece of its wall, against the eikonal time of the same wave.

On tetrahedra that do not resolve the front, diffusion along the fibres leaks into the velocity across them by an amount
that depends on how the tetrahedra lie. The block of ``solvers.tissue`` gives the first guess, this mesh the answer.
"""

from dataclasses import dataclass, replace

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.coordinates import heart_axes
from solvers.eikonal import Conduction, EikonalSolver, Source
from solvers.monodomain import Stimulus, solve_monodomain
from solvers.tissue import Tuning, diffusion_tensor

HALF_LENGTH, HALF_WIDTH = 7.0, 3.0  # edge lengths of the piece, along the way of the wave and across it
ROUNDS = 7
COARSE = 2.0  # Tuning.resolution above which the front across the fibres is not resolved
GOOD = 0.04  # relative error of both velocities at which the search ends
EXPONENT = 1.4  # D changes by the wanted change of velocity to this power: 2 on a fine mesh, about 1.2 on a coarse one


@dataclass(frozen=True)
class MeshTuning:
    """Diffusion along and across the fibres (mm2/ms), and measured over wanted velocity of both on the piece of wall."""

    fiber: float
    cross: float
    fiber_ratio: float
    cross_ratio: float

    def notes(self, start: Tuning) -> tuple[str, ...]:
        """What the user should know: how far the diffusion is from a fine mesh's, and velocities that are missed."""
        if start.resolution < COARSE:
            return ()
        told = (
            "The mesh is too coarse for textbook conductivities: they were multiplied by "
            f"{self.fiber / start.fine_fiber:.2f} along and {self.cross / start.fine_cross:.2f} across the fibres, so that a "
            f"wave through its wall has {self.fiber_ratio:.2f} and {self.cross_ratio:.2f} of the wanted velocity. "
            "Wave-front curvature, block and re-entry need a finer mesh."
        )
        missed = abs(self.fiber_ratio - 1) > 0.15 or abs(self.cross_ratio - 1) > 0.15
        return (
            told,
            "The wanted conduction velocities are not reached on this mesh: refine it or use the eikonal tier.",
        )[: 1 + missed]


def tune_on_mesh(
    mesh: HeartMesh, wanted: Conduction, start: Tuning, cell: Cell, dt: float, progress: Progress = silent
) -> MeshTuning:
    """Correct ``start`` until waves through a piece of this mesh's wall have the wanted velocities.

    Two waves travel from apex to base, one with fibres along its way and one with fibres around the heart. Returns the
    best pair found; its ratios say how good it is.
    """
    piece, way, around = wall_piece(mesh)
    fiber, cross = _Search(start.fiber), _Search(start.cross)
    best = MeshTuning(start.fiber, start.cross, float("inf"), float("inf"))
    for turn in range(ROUNDS):
        progress(turn / ROUNDS, "Tuning the tissue to the mesh")
        pair = (fiber.value, cross.value)
        along = velocity_ratio(piece, way, way, wanted, pair, cell, dt, start.consistent)
        found = MeshTuning(*pair, along, velocity_ratio(piece, way, around, wanted, pair, cell, dt, start.consistent))
        if _error(found) < _error(best):
            best = found
        if _error(best) < GOOD:
            break
        fiber, cross = fiber.tried(found.fiber_ratio), cross.tried(found.cross_ratio)
    progress(1.0, "Tuning the tissue to the mesh")
    return best


@dataclass(frozen=True)
class _Search:
    """One diffusion on its way to a velocity ratio of 1: secant in logarithms, with a slope that stays believable."""

    value: float
    before: tuple[float, float] | None = None  # value and ratio of the last try that conducted

    def tried(self, ratio: float) -> "_Search":
        """The next value, after ``value`` gave this ratio."""
        if ratio <= 0:
            return _Search(2.0 * self.value, self.before)
        slope = 1 / EXPONENT
        if self.before is not None and abs(np.log(self.value / self.before[0])) > 0.02:
            slope = np.log(ratio / self.before[1]) / np.log(self.value / self.before[0])
        step = -np.log(ratio) / np.clip(slope, 0.4, 3.0)
        return _Search(self.value * float(np.exp(np.clip(step, -0.9, 0.9))), (self.value, ratio))


def _error(tuning: MeshTuning) -> float:
    ratios = np.array([tuning.fiber_ratio, tuning.cross_ratio])
    return float(np.abs(ratios - 1).max()) if (ratios > 0).all() else float("inf")


def wall_piece(mesh: HeartMesh) -> tuple[HeartMesh, Floats, Floats]:
    """A piece of the left ventricle's free wall as a mesh, the way from apex to base, and the way around.

    On a mesh without named surfaces: a piece around its middle, along x and y.
    """
    middles = mesh.points[mesh.tets].mean(axis=1)
    if len(mesh.tagged("endo_lv")):
        axes = heart_axes(mesh)
        way, around, out = axes.up, axes.anterior, -axes.septal
        side = middles @ out > axes.apex @ out
        height = axes.height(middles)
        center = middles[side & (np.abs(height - 0.6) < 0.15)].mean(axis=0)
    else:
        way, around = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
        side, center = np.ones(len(middles), dtype=bool), middles.mean(axis=0)
    away, edge = middles - center, mesh.edge_length()
    kept = side & (np.abs(away @ way) < HALF_LENGTH * edge) & (np.abs(away @ around) < HALF_WIDTH * edge)
    nodes, tets = np.unique(mesh.tets[kept], return_inverse=True)
    piece = replace(
        mesh,
        points=mesh.points[nodes],
        tets=tets.reshape(-1, 4).astype(np.int32),
        region=mesh.region[kept],
        facets=np.empty((0, 3), np.int32),
        facet_tag=np.empty(0, np.int32),
        fiber=None,
        sheet=None,
        point_data={},
    )
    return piece, way, around


def velocity_ratio(
    piece: HeartMesh,
    way: Floats,
    fiber: Floats,
    wanted: Conduction,
    diffusion: tuple[float, float],
    cell: Cell,
    dt: float,
    consistent: float,
) -> float:
    """Measured over wanted velocity of a wave along ``way`` with uniform fibres; 0 when it does not get through."""
    along = piece.points @ way
    low, high = along.min(), along.max()
    seed = np.flatnonzero(along < low + 2.0 * piece.edge_length())
    directions = np.tile(fiber, (len(piece.tets), 1))
    exact = EikonalSolver(piece, ball=0.0).activation_times(directions, wanted, [Source(int(n)) for n in seed])
    run = solve_monodomain(
        piece,
        diffusion_tensor(directions, *diffusion),
        [Stimulus.at(seed, len(along))],
        cell,
        2.5 * float(np.nanmax(exact)) + 10.0,
        dt,
        frame_every=1e3,
        consistent=consistent,
        stop_when_activated=True,
        threads=1,
    )
    middle = (along > low + 0.4 * (high - low)) & (along < low + 0.85 * (high - low))
    known = middle & np.isfinite(run.activation) & np.isfinite(exact)
    if known.sum() < 0.9 * middle.sum():
        return 0.0
    slope = np.polyfit(exact[known], run.activation[known], 1)[0]
    return float(1 / slope) if slope > 0 else 0.0
