"""Values of nodal fields at points inside a mesh, again and again for the same points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import tetra_grid
from geometry.heart_mesh import Floats, HeartMesh


@dataclass(frozen=True)
class Probe:
    """corners (k, 4) nodes and shares (k, 4) of the tetrahedron around each point; shares are NaN outside the mesh."""

    corners: NDArray[np.integer]
    shares: Floats

    def at(self, values: NDArray[np.floating]) -> Floats:
        """(..., k) of nodal values (..., n), linear between the nodes."""
        return np.asarray((values[..., self.corners] * self.shares).sum(axis=-1), dtype=float)


def probe(mesh: HeartMesh, points: Floats) -> Probe:
    """Find the tetrahedra around points (k, 3) mm."""
    cells = np.atleast_1d(tetra_grid(mesh).find_containing_cell(points))
    corners = mesh.tets[np.maximum(cells, 0)]
    at = mesh.points[corners]
    edges = np.swapaxes(at[:, 1:] - at[:, :1], 1, 2)
    inner = np.linalg.solve(edges, (points - at[:, 0])[:, :, None])[:, :, 0]
    shares = np.column_stack([1 - inner.sum(axis=1), inner])
    shares[cells < 0] = np.nan
    return Probe(corners, shares)
