"""Triangles around tetrahedra and the simple measures of a closed surface."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.heart_mesh import Floats, Ints

# The face opposite each corner of a positively oriented tetrahedron, its normal pointing outwards.
FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])


def oriented(points: Floats, tets: NDArray[np.integer]) -> Ints:
    """(m, 4), the same tetrahedra with the corners of the negative ones swapped."""
    a, b, c, d = (points[tets[:, i]] for i in range(4))
    flip = np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) < 0
    turned = np.array(tets, dtype=np.int32)
    turned[flip] = turned[flip][:, [0, 2, 1, 3]]
    return turned


def boundary_facets(tets: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """The triangles that belong to one tetrahedron only.

    Returns (k, 3) triangles with normals outwards and (k,) the tetrahedron of each.
    """
    faces = tets[:, FACES].reshape(-1, 3)
    _, first, count = np.unique(_face_keys(faces, int(tets.max()) + 1), return_index=True, return_counts=True)
    once = np.sort(first[count == 1])
    return faces[once].astype(np.int32), (once // 4).astype(np.int32)


def facet_owners(tets: NDArray[np.integer], facets: NDArray[np.integer]) -> Ints:
    """(k,) the tetrahedron behind each boundary triangle, whatever the order of its corners; -1 where there is none."""
    size = int(tets.max()) + 1
    edge = np.zeros(size, bool)
    edge[facets.ravel()] = True
    near = np.flatnonzero(edge[tets].sum(axis=1) >= 3)
    faces = tets[near][:, FACES].reshape(-1, 3)
    known = _face_keys(faces, size)
    order = np.argsort(known)
    wanted = _face_keys(facets, size)
    at = order[np.searchsorted(known, wanted, sorter=order).clip(max=len(order) - 1)]
    return np.where(known[at] == wanted, near[at // 4], -1).astype(np.int32)


def _face_keys(faces: NDArray[np.integer], size: int) -> NDArray[np.int64]:
    corners = np.sort(faces.astype(np.int64), axis=1)
    return np.asarray((corners[:, 0] * size + corners[:, 1]) * size + corners[:, 2])


def area_vectors(points: Floats, triangles: NDArray[np.integer]) -> Floats:
    """(k, 3) mm2, the area of each triangle along its normal."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return np.asarray(np.cross(b - a, c - a) / 2.0)


def enclosed_volume(points: Floats, triangles: NDArray[np.integer]) -> float:
    """mm3 inside a closed surface (positive when its normals point outwards), by the divergence theorem."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->i", np.cross(a, b), c).sum() / 6.0)


def used_points(points: Floats, *cells: NDArray[np.integer]) -> tuple[Floats, list[Ints]]:
    """The points that some cell uses, and the cells renumbered to them."""
    kept = np.unique(np.concatenate([cell.ravel() for cell in cells]))
    number = np.full(len(points), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    return points[kept], [number[cell] for cell in cells]


def main_piece(points: Floats, tets: NDArray[np.integer]) -> tuple[Floats, Ints]:
    """The largest part of a mesh that hangs together by nodes, and only its points."""
    ends = tets[:, [0, 1, 2, 1, 2, 3]].reshape(-1, 2, 3).transpose(0, 2, 1).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(len(points),) * 2)
    _, piece = connected_components(links.tocsr(), directed=False)
    largest = np.bincount(piece[tets[:, 0]]).argmax()
    kept, (numbered,) = used_points(points, tets[piece[tets[:, 0]] == largest])
    return kept, numbered
