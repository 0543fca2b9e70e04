"""Rims of a surface: the closed loops of edges where it ends."""

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints


def rims(mesh: HeartMesh, surface: str) -> list[Ints]:
    """Loops of node numbers around the openings of a named surface, the longest first, in the sense of its triangles.

    Refuses a surface that does not exist or whose rim touches itself.
    """
    triangles = mesh.tagged(surface)
    if not len(triangles):
        known = ", ".join(sorted(mesh.facet_names.values()))
        raise Refused(f"The mesh has no surface {surface}; it has: {known}.")
    loops = loops_of(open_edges(triangles), surface)
    return sorted(loops, key=lambda loop: -loop_length(mesh.points[loop]))


def open_edges(triangles: NDArray[np.integer]) -> Ints:
    """(e, 2) edges that belong to one triangle only, in its sense."""
    edges = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    low, high = edges.min(axis=1), edges.max(axis=1)
    _, first, count = np.unique(low * (int(high.max()) + 1) + high, return_index=True, return_counts=True)
    return np.asarray(edges[np.sort(first[count == 1])], np.int32)


def loops_of(edges: Ints, surface: str = "surface") -> list[Ints]:
    """The closed loops that directed edges make."""
    following = dict(edges.tolist())
    if len(following) != len(edges) or set(following) != set(following.values()):
        raise Refused(f"The rim of the surface {surface} touches itself or is not closed; remesh with shorter edges.")
    loops = []
    while following:
        start, at = following.popitem()
        loop = [start]
        while at != start:
            loop.append(at)
            at = following.pop(at)
        loops.append(np.array(loop, np.int32))
    return loops


def loop_length(loop: Floats) -> float:
    """mm around a closed loop of points (k, 3)."""
    return float(np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1).sum())


def loop_area_vector(loop: Floats) -> Floats:
    """(3,) mm2: the area of a closed loop (k, 3) along its normal (of its projection, where it is not flat)."""
    away = loop - loop.mean(axis=0)
    return np.asarray(np.cross(away, np.roll(away, -1, axis=0)).sum(axis=0) / 2)
