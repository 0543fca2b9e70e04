"""A small block of tissue on an irregular tetrahedral mesh, endless across the wave: where conduction is measured."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import Delaunay

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# A lattice turned so that the wave runs along none of its axes and yet repeats after three cells in each direction.
_TURN = np.array([[1.0, 2.0, 2.0], [2.0, 1.0, -2.0], [2.0, -2.0, 1.0]]) / 3.0


@dataclass(frozen=True)
class TissueBlock:
    """Tetrahedra with mean edge 1, long in x, periodic in y and z.

    x         (n,) position of each node along the wave
    nodes     (m, 4) nodes of each tet, periodic images joined
    gradient  (m, 4, 3) gradient of each hat function
    volume    (m,)
    """

    x: Floats
    nodes: Ints
    gradient: Floats
    volume: Floats

    def matrices(self, diffusion: Floats) -> tuple[csr_array, csr_array]:
        """Consistent mass and stiffness (n, n) of P1 elements for one tensor ``diffusion`` (3, 3)."""
        mass = self.volume[:, None, None] / 20.0 * (1.0 + np.eye(4))
        flux = np.einsum("mai,ij,mbj->mab", self.gradient, diffusion, self.gradient)
        return self._sum(mass), self._sum(self.volume[:, None, None] * flux)

    def _sum(self, local: Floats) -> csr_array:
        n = self.x.size
        rows = np.repeat(self.nodes, 4, axis=1).ravel()
        columns = np.tile(self.nodes, (1, 4)).ravel()
        return csr_array(coo_array((local.ravel(), (rows, columns)), shape=(n, n)))


def tissue_block(length: int = 24, width: int = 3, disorder: float = 0.23, seed: int = 1) -> TissueBlock:
    """``length`` x ``width`` x ``width`` cells of a body-centred lattice, each node moved by up to ``disorder`` of a cell.

    The Delaunay tetrahedra of that lattice are close to regular, as a good mesher's are, and moving the nodes a little
    makes them irregular without slivers.
    """
    rng = np.random.default_rng(seed)
    reach = np.arange(-length, length + 1)
    cubes = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3)
    turned = np.concatenate([cubes, cubes + 0.5]) @ _TURN.T
    inside = (turned > -1e-9).all(axis=1) & (turned < np.array([length, width, width]) - 1e-9).all(axis=1)
    lattice = turned[inside]
    lattice += disorder * rng.uniform(-1.0, 1.0, lattice.shape)
    n = len(lattice)
    shifts = [(0.0, width * j, width * k) for j in (-1, 0, 1) for k in (-1, 0, 1)]
    images = np.concatenate([lattice + shift for shift in shifts])
    tets = Delaunay(images).simplices.astype(np.int64)
    corners = images[tets]
    center = corners.mean(axis=1)
    edges = np.linalg.norm(corners[:, [0, 0, 0, 1, 1, 2]] - corners[:, [1, 2, 3, 2, 3, 3]], axis=2)
    # One image of each tet: its centre lies in the first cell. Long tets bridge the rough ends of the block.
    inside = ((center[:, 1:] >= 0.0) & (center[:, 1:] < width)).all(axis=1) & (edges.max(axis=1) < 2.4)
    corners, unit = corners[inside], float(edges[inside].mean())
    frame = (corners[:, 1:] - corners[:, :1]) / unit
    inverse = np.linalg.inv(frame)  # columns are the gradients of hats 1..3
    gradient = np.concatenate([-inverse.sum(axis=2)[:, None, :], inverse.transpose(0, 2, 1)], axis=1)
    return TissueBlock(lattice[:, 0] / unit, tets[inside] % n, gradient, np.abs(np.linalg.det(frame)) / 6.0)
