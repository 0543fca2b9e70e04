"""Diffusion that follows the edges of a mesh from place to place: short ones conduct faster than long ones with the same."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from solvers.electrophysiology.tissue import Tuning

EVEN, FEW = 0.15, 0.05  # edges differ by less than this share from the mean, but for this share of tetrahedra or volume
NEIGHBOURS = 2  # rounds of averaging over neighbours: a single short tetrahedron is no finer mesh
APART = 1.3  # ratio of neighbouring edge lengths for which diffusion is found; in between it is interpolated

Tune = Callable[[float, Progress], Tuning]  # the diffusion on a mesh with edges of so many mm


@dataclass(frozen=True)
class LocalDiffusion:
    """(m,) mm2/ms along and across the fibres for each tetrahedron of a mesh, and sentences about it."""

    fiber: Floats
    cross: Floats
    notes: tuple[str, ...] = ()

    @classmethod
    def even(cls, tuning: Tuning, mesh: HeartMesh) -> "LocalDiffusion":
        """The same for all tetrahedra of the mesh."""
        m = len(mesh.tets)
        return cls(np.full(m, tuning.fiber), np.full(m, tuning.cross))


def local_edges(mesh: HeartMesh) -> Floats:
    """(m,) mm, mean edge length around each tetrahedron."""
    corners, nodes, n = mesh.points[mesh.tets], mesh.tets.ravel(), len(mesh.points)
    pairs = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    edge = np.mean([np.linalg.norm(corners[:, i] - corners[:, j], axis=1) for i, j in pairs], axis=0)
    around = np.maximum(np.bincount(nodes, minlength=n), 1)
    for _ in range(NEIGHBOURS):
        edge = (np.bincount(nodes, np.repeat(edge, 4), n) / around)[mesh.tets].mean(axis=1)
    return np.asarray(edge)


def local_diffusion(
    mesh: HeartMesh, of: NDArray[np.bool_], mean: float, tune: Tune, progress: Progress = silent
) -> tuple[Tuning, LocalDiffusion]:
    """What ``tune`` gives for the ``mean`` edge (mm), and the diffusion of each tetrahedron of the mesh.

    of  (m,) the tetrahedra of the tissue that ``tune`` is about; all get values

    The same everywhere where the tissue's edges hardly differ from ``mean``. Else diffusion/edge^2 is interpolated over the
    edge length, both in logarithms; beyond the longest edges that sustain the waves it is kept, so that they go on, too fast.
    Refuses where already the mean edge sustains none.
    """
    edges, volumes = local_edges(mesh), np.abs(mesh.tet_volumes())
    if _are_even(edges[of], volumes[of], mean):
        tuning = tune(mean, progress)
        return tuning, LocalDiffusion.even(tuning, mesh)
    low, high = float(edges[of].min()), float(edges[of].max())
    wanted = _lengths(low, high, mean)
    tuning = tune(mean, part(progress, 0.0, 1 / (len(wanted) + 1)))
    known = {mean: tuning}
    for k, edge in enumerate(wanted):
        try:
            known[edge] = tune(edge, part(progress, (k + 1) / (len(wanted) + 1), (k + 2) / (len(wanted) + 1)))
        except Refused:
            continue  # told below, by the edges that are longer than the longest known
    at = np.array(sorted(known))

    def over_edges(values: list[float]) -> Floats:
        couplings = np.log(np.array(values) / at**2)
        return np.asarray(np.exp(np.interp(np.log(edges), np.log(at), couplings)) * np.maximum(edges, at[0]) ** 2)

    fiber, cross = over_edges([known[e].fiber for e in at]), over_edges([known[e].cross for e in at])
    return tuning, LocalDiffusion(fiber, cross, _notes(low, high, at[-1], edges[of], volumes[of]))


def _are_even(edges: Floats, volumes: Floats, mean: float) -> bool:
    other = np.abs(np.log(edges / mean)) > EVEN
    return not other.any() or bool(max(other.mean(), volumes[other].sum() / volumes.sum()) < FEW)


def _lengths(low: float, high: float, mean: float) -> list[float]:
    """mm, from ``low`` to ``high`` in ratios of ``APART`` from the mean on, which is left out."""
    down = int(np.ceil(max(np.log(mean / low), 0.0) / np.log(APART)))
    up = int(np.ceil(max(np.log(high / mean), 0.0) / np.log(APART)))
    steps = mean * APART ** np.delete(np.arange(-down, up + 1.0), down)
    return [float(edge) for edge in np.unique(np.clip(steps, low, high))]


def _notes(low: float, high: float, longest: float, edges: Floats, volumes: Floats) -> tuple[str, ...]:
    found = [
        f"Edges are {low:.1f} to {high:.1f} mm long: the conductivities follow their length, so that waves are as fast where "
        "they are short as where they are long."
    ]
    beyond = edges > 1.05 * longest
    if beyond.any():
        share = 100 * volumes[beyond].sum() / volumes.sum()
        found.append(
            f"Edges of more than {longest:.1f} mm ({share:.0f} % of the tissue) are too long for the wanted velocities: "
            "waves are faster there. Use shorter ones."
        )
    return tuple(found)
