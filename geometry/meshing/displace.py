"""Move nodes of a mesh as far as its tetrahedra allow."""

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.quality import min_dihedrals

SHORTENED, HELD = 4, 8  # times that ways are shortened by a factor of 0.6, then taken away


def displaced(points: Floats, tets: NDArray[np.integer], way: Floats, sharpest: float) -> Floats:
    """(n, 3) mm, ``points + way``, where no tetrahedron may turn over or get a dihedral angle below ``sharpest`` degrees.

    Nodes around a tetrahedron that would are moved less, at last not at all; one that is sharper already may stay so.
    """
    moving = np.flatnonzero(way.any(axis=1))
    near = tets[np.isin(tets, moving).any(axis=1)]
    limit = np.minimum(sharpest, min_dihedrals(points, near))
    share = np.ones(len(points))
    for attempt in range(SHORTENED + HELD):
        tried = points + share[:, None] * way
        bad = min_dihedrals(tried, near) < limit - 1e-9
        a, b, c, d = (tried[near[:, k]] for k in range(4))
        bad |= np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) <= 0
        if not bad.any():
            return np.asarray(tried)
        share[np.unique(near[bad])] *= 0.6 if attempt < SHORTENED else 0.0
    return points
