"""Where the surface of a mesh touches itself, and how to take the few tetrahedra away that make it do so."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.heart_mesh import Floats, Ints
from geometry.surface import FACES, boundary_facets

ROUNDS = 8


def touching(points: Floats, triangles: NDArray[np.integer]) -> Floats:
    """(n, 3) mm, where a surface is open or touches itself: edges without two triangles, else nodes with several fans."""
    return np.asarray(points[_pinched(triangles)].mean(axis=1))


def unpinched(points: Floats, tets: Ints) -> Ints:
    """The tetrahedra without the smaller groups of those that meet at an edge or a node only; some pinches may remain."""
    surface: NDArray[np.integer] = boundary_facets(tets)[0]
    for _ in range(ROUNDS):
        places = _pinched(surface)
        if not len(places):
            break
        near = np.flatnonzero(np.isin(tets, places).any(axis=1))
        lost = near[np.concatenate([_smaller_groups(points, tets[near], place) for place in places])]
        lost = np.unique(lost)
        surface = _without(surface, tets[lost])
        tets = np.delete(tets, lost, axis=0)
    return tets


def _without(surface: NDArray[np.integer], lost: Ints) -> NDArray[np.integer]:
    """The triangles of a surface after the ``lost`` tetrahedra have left it: their outer faces go, their inner ones appear."""
    bared = lost[:, FACES].reshape(-1, 3)[:, ::-1]
    faces = np.concatenate([surface, bared])
    _, first, count = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    return np.asarray(faces[np.sort(first[count == 1])])


def _pinched(triangles: NDArray[np.integer]) -> NDArray[np.integer]:
    """(n, 2) the ends of edges without two triangles; where there is none, (n, 1) the nodes with more than one fan."""
    corners = np.arange(triangles.size).reshape(-1, 3)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    ends = triangles.astype(np.int64).ravel()[corners]
    turned = ends[:, 0] > ends[:, 1]
    corners[turned] = corners[turned][:, ::-1]
    key = ends.min(axis=1) * (int(ends.max()) + 1) + ends.max(axis=1)
    order = np.argsort(key, kind="stable")
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    if (count != 2).any():
        return np.asarray(ends[order[first[count != 2]]])
    here, there = corners[order[::2]].ravel(), corners[order[1::2]].ravel()
    links = coo_array((np.ones(len(here), dtype=np.int8), (here, there)), shape=(triangles.size,) * 2)
    _, fan = connected_components(links.tocsr(), directed=False)
    size = int(fan.max()) + 1
    nodes, times = np.unique(np.unique(triangles.ravel().astype(np.int64) * size + fan) // size, return_counts=True)
    return np.asarray(nodes[times > 1][:, None])


def _smaller_groups(points: Floats, tets: Ints, place: NDArray[np.integer]) -> NDArray[np.integer]:
    """Of the tetrahedra around an edge or a node, in groups that hang together by faces there: all but the largest group."""
    star = np.flatnonzero(np.logical_and.reduce([(tets == node).any(axis=1) for node in place]))
    faces = np.sort(tets[star][:, FACES], axis=2)
    there = np.logical_and.reduce([(faces == node).any(axis=2) for node in place])
    owner = np.nonzero(there)[0]
    _, face = np.unique(faces[there], axis=0, return_inverse=True)
    links = coo_array(
        (np.ones(len(owner)), (owner, len(star) + face.ravel())), shape=(len(star) + int(face.max()) + 1,) * 2
    )
    _, group = connected_components(links.tocsr(), directed=False)
    group = group[: len(star)]
    corners = points[tets[star]]
    size = np.bincount(group, weights=np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])))
    return np.asarray(star[group != size.argmax()])
