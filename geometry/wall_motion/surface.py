"""The surface of a wall, following outlines: smooth, each node free to move along its normal only as far as data ask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bsr_array, coo_array, csc_array, csr_array, eye_array, kron
from scipy.sparse.linalg import SuperLU, splu
from scipy.spatial import cKDTree

from geometry.heart_mesh import Floats, HeartMesh
from geometry.surface import area_vectors

SMOOTH = 6.0  # mm over which motion of neighbours is alike
HELD = 50.0  # weight of the plane of the base, relative to that of an outline
REST = (
    1e-3  # weight of staying where the long axis alone would carry a node: nothing else tells sliding along a surface
)
APART, REACH = 5.0, 1.7  # mm between the nodes that are solved for, and how many times that each of them reaches
WHOLE = 3.0**-0.5  # of an edge: integral of |grad d|^2 over even triangles


@dataclass(frozen=True)
class WallSurface:
    """The boundary of a wall, whose nodes are numbered by themselves.

    nodes     (s,) their numbers in the mesh
    normal    (s, 3) unit vectors out of the wall
    area      (s,) mm2
    chamber   (s,) index into ``outlines.CHAMBERS`` of the outline that a node follows, -1 where it follows none
    base      (s,) nodes in the plane of the base
    up        (3,) unit vector to the base
    spread    (3 s, 3 c) motion of all nodes from that of a few, some millimetres apart
    solver    of the normal equations of those few, factorised
    """

    nodes: NDArray[np.integer]
    normal: Floats
    area: Floats
    chamber: NDArray[np.integer]
    base: NDArray[np.bool_]
    up: Floats
    spread: csr_array
    solver: SuperLU

    def moved(self, along: Floats, carried: Floats, lift: float) -> Floats:
        """(s, 3) mm, the smooth motion whose part along the normals is ``along`` (NaN where nothing is known).

        carried  (s, 3) mm, how the shortening of the long axis alone moves each node
        lift     mm, by which the plane of the base moves along ``up``
        """
        known = np.isfinite(along) & (self.chamber >= 0)
        off = np.where(known, along - np.einsum("ij,ij->i", self.normal, carried), 0.0)
        load = (self.area * off)[:, None] * self.normal
        held = lift - carried @ self.up
        load += (self.base * HELD * self.area * held)[:, None] * self.up
        few = self.solver.solve(self.spread.T @ load.ravel())
        return np.asarray(carried + (self.spread @ few).reshape(-1, 3))


def wall_surface(mesh: HeartMesh, up: Floats, known: NDArray[np.bool_] | None = None) -> WallSurface:
    """Set up the surface of a ventricles mesh; ``known`` (s,) leaves nodes out that have no outline."""
    nodes, compact = np.unique(mesh.facets, return_inverse=True)
    facets = compact.reshape(-1, 3)
    points = mesh.points[nodes]
    vectors = area_vectors(points, facets)
    normal, area = np.zeros_like(points), np.zeros(len(points))
    chamber, base = _roles(mesh, nodes)
    flat = np.isin(mesh.facet_tag, [tag for tag, name in mesh.facet_names.items() if name == "base"])
    for corner in range(3):
        np.add.at(normal, facets[~flat, corner], vectors[~flat])
        np.add.at(area, facets[:, corner], np.linalg.norm(vectors, axis=1) / 3)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    follows = (chamber >= 0) if known is None else (chamber >= 0) & known
    chamber = np.where(follows, chamber, -1)
    matrix = _matrix(mesh, nodes, facets, normal, area, chamber, base, up)
    spread = csr_array(kron(_spread(points, chamber + 10 * base), eye_array(3)))
    return WallSurface(
        nodes, normal, area, chamber, base, up, spread, _factorised(csc_array(spread.T @ matrix @ spread))
    )


def _spread(points: Floats, role: NDArray[np.integer]) -> csr_array:
    """(s, c) weights, rows adding up to one, of the nearest of a few nodes with the same role (Wendland's C2 function)."""
    cell = np.floor(points / APART).astype(np.int64)
    _, few = np.unique(np.column_stack([cell, role]), axis=0, return_index=True)
    reach = REACH * APART
    rows, columns, weights = [], [], []
    for one in np.unique(role):
        mine, theirs = np.flatnonzero(role == one), np.flatnonzero(role[few] == one)
        pairs = cKDTree(points[mine]).sparse_distance_matrix(
            cKDTree(points[few[theirs]]), reach, output_type="coo_matrix"
        )
        near = pairs.data / reach
        rows.append(mine[pairs.row])
        columns.append(theirs[pairs.col])
        weights.append((1 - near) ** 4 * (4 * near + 1))
    total = coo_array(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(len(points), len(few))
    ).tocsr()
    scale = 1.0 / np.asarray(total.sum(axis=1)).ravel()
    return csr_array(total.multiply(scale[:, None]))


def _factorised(matrix: csc_array) -> SuperLU:
    symmetric = {"SymmetricMode": True}  # without pivoting there is a hundred times less to fill in
    return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=symmetric)


def _roles(mesh: HeartMesh, nodes: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    """Which outline each surface node follows, and which lie in the plane of the base."""
    chamber = np.full(len(mesh.points), -1)
    right = np.zeros(len(mesh.points), bool)
    numbers = [number for number, name in mesh.region_names.items() if name == "rv"]
    right[mesh.tets[np.isin(mesh.region, numbers)]] = True
    outer = np.unique(mesh.tagged("epi"))
    chamber[outer[~right[outer]]] = 1
    chamber[np.unique(mesh.tagged("endo_rv"))] = 2
    chamber[np.unique(mesh.tagged("endo_lv"))] = 0
    base = np.zeros(len(mesh.points), bool)
    base[np.unique(mesh.tagged("base"))] = True
    return chamber[nodes], base[nodes]


def _matrix(
    mesh: HeartMesh,
    nodes: NDArray[np.integer],
    facets: NDArray[np.integer],
    normal: Floats,
    area: Floats,
    chamber: NDArray[np.integer],
    base: NDArray[np.bool_],
    up: Floats,
) -> csc_array:
    """Normal equations: SMOOTH^2 grad d . grad d + (n . d)^2 where an outline is followed + the held base + ties + rest."""
    count = len(nodes)
    ends = facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    bond = csr_array(
        coo_array((np.full(len(ends), SMOOTH**2 * WHOLE / 2), (ends[:, 0], ends[:, 1])), shape=(count,) * 2)
    )
    bond = bond + bond.T + _ties(mesh.points[nodes], mesh, nodes, area, chamber)
    rough = csr_array((np.asarray(bond.sum(axis=1)).ravel(), (np.arange(count),) * 2), shape=(count, count)) - bond
    smooth = kron(rough, eye_array(3))
    data = (area * (chamber >= 0))[:, None, None] * normal[:, :, None] * normal[:, None, :]
    data = data + (base * HELD * area)[:, None, None] * np.outer(up, up) + (REST * area)[:, None, None] * np.eye(3)
    own = bsr_array((data, np.arange(count), np.arange(count + 1)), shape=(3 * count,) * 2)
    return csc_array(smooth + own)


def _ties(
    points: Floats, mesh: HeartMesh, nodes: NDArray[np.integer], area: Floats, chamber: NDArray[np.integer]
) -> csr_array:
    """The outside of the right ventricle is on no scan: its nodes move as the nearest of its endocardium."""
    loose, inside = np.flatnonzero(chamber < 0), np.flatnonzero(chamber == 2)
    outer = np.isin(nodes[loose], np.unique(mesh.tagged("epi")))
    loose = loose[outer]
    if not len(loose) or not len(inside):
        return csr_array((len(points), len(points)))
    near = inside[cKDTree(points[inside]).query(points[loose])[1]]
    tie = csr_array(coo_array((area[loose], (loose, near)), shape=(len(points),) * 2))
    return csr_array(tie + tie.T)
