"""Open up the few tetrahedra that a mesher left too flat, by moving the nodes that they hang on."""

import itertools

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.quality import min_dihedrals

ROUNDS = 8
STEPS = (0.4, 0.2, 0.1, 0.05)  # shares of the mean edge around a node that it is moved by
NUDGES = (0.1, 0.05, 0.02)  # the same for nodes of a surface, which stays where it is to a tenth of an edge
WAYS = np.array([way for way in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(way)])
WAYS /= np.linalg.norm(WAYS, axis=1)[:, None]


def unflattened(
    points: Floats,
    tets: NDArray[np.integer],
    held: NDArray[np.integer],
    least: float,
    steps: tuple[float, ...] = STEPS,
    most: int = 200,
) -> Floats:
    """(n, 3) mm: nodes moved so that dihedral angles reach ``least`` degrees, where nodes that are not ``held`` can do that.

    A node moves only where the smallest angle around it grows. Meshes with more than ``most`` flat tetrahedra stay as they are.
    """
    free = np.ones(len(points), dtype=bool)
    free[held] = False
    points = points.copy()
    for _ in range(ROUNDS):
        flat = min_dihedrals(points, tets) < least
        if not 0 < flat.sum() <= most:
            break
        nodes = np.unique(tets[flat])
        moved = [_moved(points, tets[(tets == node).any(axis=1)], int(node), steps) for node in nodes[free[nodes]]]
        if not any(moved):
            break
    return points


def _moved(points: Floats, around: NDArray[np.integer], node: int, steps: tuple[float, ...]) -> bool:
    """Move one node to the best of the places tried; whether one was better than where it is."""
    length = float(np.linalg.norm(points[around] - points[node], axis=2).sum() / (3 * len(around)))
    start, best, place = points[node].copy(), _worst(points, around), points[node].copy()
    for step in steps:
        for way in WAYS:
            points[node] = start + step * length * way
            found = _worst(points, around)
            if found > best + 1e-9:
                best, place = found, points[node].copy()
    points[node] = place
    return bool((place != start).any())


def _worst(points: Floats, around: NDArray[np.integer]) -> float:
    """Degrees, the smallest dihedral angle; 0 where a tetrahedron turned over."""
    a, b, c, d = (points[around[:, k]] for k in range(4))
    if (np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) <= 0).any():
        return 0.0
    return float(min_dihedrals(points, around).min())
