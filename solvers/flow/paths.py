"""Particles that the blood carries through a beat, worked out once so that a window only has to draw them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyvista
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from solvers.result import Field, Lines

EVERY = 5.0  # ms between two kept places
COUNT = 500  # particles at any moment
LIFE = 300.0  # ms after which one starts anew elsewhere, so that vortices do not trap them all
REACH = 1.5  # elements that a particle may go in one step
STILL = 0.02  # mm/ms, slower than which particles need no small steps
NAME = "particles"


@dataclass(frozen=True)
class _Blood:
    """Finds the tetrahedron around points of a mesh that may have moved."""

    mesh: HeartMesh
    locator: vtkStaticCellLocator
    edge: float

    @classmethod
    def of(cls, mesh: HeartMesh) -> "_Blood":
        locator = vtkStaticCellLocator()
        locator.SetDataSet(pyvista.UnstructuredGrid({pyvista.CellType.TETRA: mesh.tets}, mesh.points))
        locator.BuildLocator()
        return cls(mesh, locator, mesh.edge_length())

    def velocity(self, places: Floats, values: Floats) -> Floats:
        """(k, 3) mm/ms of nodal values (n, 3) at places; NaN outside."""
        cells = np.array([self.locator.FindCell(place) for place in places.tolist()], dtype=np.int64)
        corners = self.mesh.tets[np.maximum(cells, 0)]
        at = self.mesh.points[corners]
        edges = np.swapaxes(at[:, 1:] - at[:, :1], 1, 2)
        inner = np.linalg.solve(edges, (places - at[:, 0])[:, :, None])[:, :, 0]
        shares = np.column_stack([1 - inner.sum(axis=1), inner])
        found = np.einsum("kc,kci->ki", shares, values[corners])
        found[cells < 0] = np.nan
        return np.asarray(found)


def particle_paths(
    mesh: HeartMesh, velocity: Field, displacement: Field | None = None, progress: Progress = silent, count: int = COUNT
) -> tuple[Lines, dict[str, float]]:
    """Where particles are every ``EVERY`` ms of the beat, and what a window must know: how many there are, ms between places.

    velocity (t, n, 3) m/s and displacement (t, n, 3) mm, if the mesh moves, as in a result; between frames they run linearly.
    Place i of particle k is point  i count + k;  a segment joins two places of a particle that did not start anew between.
    """
    times = np.asarray(velocity.times)
    steps = max(int(times[-1] / EVERY), 1)
    random = np.random.default_rng(1)
    places, age = anywhere(mesh, count, random), random.uniform(0, LIFE, count)
    kept, joined = [places], []
    for number, (blood, flow) in enumerate(_moments(mesh, velocity, displacement, steps)):
        progress(number / steps, "Following particles")
        ahead = _carried(blood, flow, places)
        age = age + EVERY
        anew = ~np.isfinite(ahead).all(axis=1) | (age > LIFE)
        if anew.any():
            ahead[anew], age[anew] = anywhere(blood.mesh, int(anew.sum()), random), 0.0
        joined.append(np.flatnonzero(~anew) + number * count)
        places = ahead
        kept.append(places)
    first = np.concatenate(joined)
    segments = np.column_stack([first, first + count]).astype(np.int32)
    lines = Lines(np.concatenate(kept).astype(np.float32), segments, "Particles")
    return lines, {"count": count, "every": EVERY}


def _moments(
    mesh: HeartMesh, velocity: Field, displacement: Field | None, steps: int
) -> Iterator[tuple[_Blood, Floats]]:
    """The blood and its flow in the middle of every step."""
    blood = _Blood.of(mesh)
    for number in range(steps):
        now = (number + 0.5) * EVERY
        if displacement is not None:
            blood = _Blood.of(mesh.with_points(mesh.points + between(displacement, now)))
        yield blood, between(velocity, now)


def _carried(blood: _Blood, flow: Floats, places: Floats) -> Floats:
    """(k, 3) mm after ``EVERY`` ms, by the midpoint rule in as many parts as the fastest needs; NaN where one has left."""
    here = blood.velocity(places, flow)
    speed = np.nan_to_num(np.linalg.norm(here, axis=1), nan=0.0)
    parts = int(np.ceil(max(float(speed.max()), STILL) * EVERY / (REACH * blood.edge)))
    ahead, dt = places.copy(), EVERY / parts
    for number in range(parts):
        first = here if number == 0 else blood.velocity(ahead, flow)
        middle = blood.velocity(np.nan_to_num(ahead + first * dt / 2), flow)
        ahead = ahead + np.where(np.isfinite(first), middle, np.nan) * dt
        ahead = np.where(np.isfinite(ahead), ahead, 1e9)
    return np.where(np.isfinite(blood.velocity(ahead, flow)), ahead, np.nan)


def between(field: Field, now: float) -> Floats:
    """(n, 3), the field at a time in ms, linear between its frames."""
    times = np.asarray(field.times)
    after = int(np.clip(np.searchsorted(times, now), 1, len(times) - 1))
    share = float(np.clip((now - times[after - 1]) / (times[after] - times[after - 1]), 0.0, 1.0))
    values = field.values
    return np.asarray((1 - share) * values[after - 1] + share * values[after], dtype=float)


def anywhere(mesh: HeartMesh, count: int, random: np.random.Generator) -> Floats:
    """(count, 3) mm, spread evenly over the blood."""
    volumes: NDArray[np.floating] = np.maximum(mesh.tet_volumes(), 0.0)
    picked = random.choice(len(volumes), count, p=volumes / volumes.sum())
    shares = random.dirichlet(np.ones(4), count)
    return np.asarray(np.einsum("kc,kci->ki", shares, mesh.points[mesh.tets[picked]]))
