"""Some tetrahedra of a mesh as a mesh of their own, and the pieces a mesh falls into."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.heart_mesh import HeartMesh
from geometry.surface import facet_owners


@dataclass(frozen=True)
class MeshPart:
    """A part of a mesh of n nodes.

    mesh   the part, with those facets whose tetrahedron is in it
    nodes  (k,) the whole mesh's number of each of its nodes
    tets   (m,) which tetrahedra of the whole mesh it has
    whole  n
    """

    mesh: HeartMesh
    nodes: NDArray[np.intp]
    tets: NDArray[np.bool_]
    whole: int

    def spread[T: np.floating[Any]](self, values: NDArray[T]) -> NDArray[T]:
        """(..., n) values of the whole mesh from those of the part (..., k); NaN elsewhere."""
        if len(self.nodes) == self.whole:
            return values
        found: NDArray[T] = np.full((*values.shape[:-1], self.whole), np.nan, dtype=values.dtype)
        found[..., self.nodes] = values
        return found


def part_of(mesh: HeartMesh, tets: NDArray[np.bool_]) -> MeshPart:
    """The part that the tetrahedra ``tets`` (m,) make; the mesh itself where that is all of it."""
    n = len(mesh.points)
    if tets.all():
        return MeshPart(mesh, np.arange(n), tets, n)
    nodes = np.unique(mesh.tets[tets]).astype(np.intp)
    number = np.full(n, -1, np.int32)
    number[nodes] = np.arange(len(nodes))
    facets = owned_facets(mesh, tets)
    made = replace(
        mesh,
        points=mesh.points[nodes],
        tets=number[mesh.tets[tets]],
        region=mesh.region[tets],
        facets=number[mesh.facets[facets]],
        facet_tag=mesh.facet_tag[facets],
        fiber=None if mesh.fiber is None else mesh.fiber[tets],
        sheet=None if mesh.sheet is None else mesh.sheet[tets],
        point_data={name: values[nodes] for name, values in mesh.point_data.items()},
        cell_data={name: values[tets] for name, values in mesh.cell_data.items()},
    )
    return MeshPart(made, nodes, tets, n)


def owned_facets(mesh: HeartMesh, tets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(k,) which boundary triangles belong to a tetrahedron of ``tets`` (m,)."""
    if not len(mesh.facets):
        return np.zeros(0, bool)
    owner = facet_owners(mesh.tets, mesh.facets)
    return np.asarray((owner >= 0) & tets[owner])


def pieces(mesh: HeartMesh) -> NDArray[np.intp]:
    """(n,) number of the piece each node belongs to, 0 the largest; nodes of different pieces share no tetrahedron."""
    n = len(mesh.points)
    rows, columns = mesh.tets[:, [0, 1, 2]].ravel(), mesh.tets[:, [1, 2, 3]].ravel()
    graph = coo_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(-np.bincount(label), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[label], np.intp)
