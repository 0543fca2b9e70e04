"""Electrograms at catheter points: the potential of the activation in a medium without end (pseudo-bidomain)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import shape_gradients
from solvers.electrophysiology.ecg import Conductor
from solvers.electrophysiology.near_field import source_vectors

NEAR_EDGES = 6.0  # edge lengths around a point in which tetrahedra are integrated exactly
FURTHEST = 150.0  # mm from the tissue at which a point is no catheter's
# of blood, Gabriel 1996 (doi 10.1088/0031-9155/41/11/003); of the cells as for the ECG
BLOOD = Conductor(torso=0.7)


@dataclass(frozen=True)
class Electrograms:
    """Curves at p points: times (t,) ms, unipolar (p, t) mV, bipolar (p - 1, t) mV of neighbouring points, spacing (p - 1,) mm.

    points (p, 3) mm; a bipole is the first of its points against the second.
    """

    points: Floats
    times: Floats
    unipolar: Floats

    @property
    def bipolar(self) -> Floats:
        """(p - 1, t) mV, each point against the next."""
        return self.unipolar[:-1] - self.unipolar[1:]

    @property
    def spacing(self) -> Floats:
        """(p - 1,) mm between the points of each bipole."""
        return np.linalg.norm(np.diff(self.points, axis=0), axis=1)

    @property
    def downslope(self) -> Floats:
        """(p,) ms of the steepest fall of each unipolar electrogram: the local activation time as clinics mark it."""
        steepest = np.argmin(np.diff(self.unipolar, axis=1), axis=1)
        return 0.5 * (self.times[steepest] + self.times[steepest + 1])


def electrogram_rows(
    mesh: HeartMesh, points: Floats, fiber: Floats | None = None, conductor: Conductor = BLOOD
) -> Floats:
    """(p, n) mV per mV: unipolar potential at ``points`` (p, 3) mm of the voltages at the nodes of conducting tissue.

    phi(x') = -1/(4 pi sigma) * integral of sigma_i grad V . grad(1/|x - x'|) dx (Bishop and Plank 2011,
    doi 10.1109/TBME.2011.2148718), exact for linear elements near the point, so that points may touch the tissue. Refuses
    points that are no numbers, or far from the heart.
    """
    points = check_points(mesh, points)
    gradients, _ = shape_gradients(mesh)
    near, n = NEAR_EDGES * mesh.edge_length(), len(mesh.points)
    rows = np.empty((len(points), n))
    for number, point in enumerate(points):
        lead = source_vectors(mesh, point, near)
        current = conductor.fiber * lead
        if fiber is not None:
            along = np.einsum("mi,mi->m", fiber, lead)[:, None] * fiber
            current = conductor.cross * lead + (conductor.fiber - conductor.cross) * along
        share = np.einsum("mki,mi->mk", gradients, current)
        rows[number] = np.bincount(mesh.tets.ravel(), share.ravel(), n)
    return -rows / (4.0 * np.pi * conductor.torso)


def check_points(mesh: HeartMesh, points: Floats | Sequence[Sequence[float]]) -> Floats:
    """Points as (p, 3) mm; refuses none, those that are no numbers, and those too far from the heart for a catheter."""
    found = np.asarray(points, float).reshape(-1, 3)
    if not len(found) or not np.isfinite(found).all():
        raise Refused("An electrogram needs at least one point, each of three finite numbers x,y,z in mm.")
    for number, point in enumerate(found, 1):
        gap = float(np.linalg.norm(mesh.points - point, axis=1).min())
        if gap > FURTHEST:
            where = ", ".join(f"{c:.0f}" for c in point)
            raise Refused(
                f"Point {number} at ({where}) mm is {gap:.0f} mm away from the heart; give points in mm near the wall (RAS)."
            )
    return found
