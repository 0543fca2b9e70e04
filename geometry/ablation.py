"""Which tetrahedra a lesion takes in: cylinders into the wall, at spots or close together along a line over its surface."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.surface import area_vectors

TOUCHED = ("endo_lv", "endo_rv", "epi")
FURTHEST = 25.0  # mm: a catheter further from the wall was placed beside the heart
CLOSE = 3.0  # spots of a line in a radius: half-way between two the line is 1.4 % narrower
FAR = 200.0  # mm, longer than any way through a wall


@dataclass(frozen=True)
class Skin:
    """One surface that a catheter can touch: its triangles, the nodes they have, and outward normals of these."""

    name: str
    triangles: Ints
    nodes: Ints
    normals: Floats


class LesionBed:
    """A heart made ready for lesions: what finds the tetrahedra below a place quickly is built once."""

    def __init__(self, mesh: HeartMesh) -> None:
        self.mesh = mesh
        self.skins, self._edge = skins_of(mesh), mesh.edge_length()
        self._middles = mesh.points[mesh.tets].mean(axis=1)
        self._tree = cKDTree(self._middles, compact_nodes=False, balanced_tree=False)
        self._outside = _polydata(mesh)

    def tets(self, points: Floats, radius: float, depth: float = 0.0, line: bool = False) -> NDArray[np.bool_]:
        """(m,) tetrahedra whose middle lies in a lesion that touches the surface at ``points`` (p, 3) mm.

        A spot is a cylinder of ``radius`` mm along the inward normal, ``depth`` mm deep or (0) through the wall; a ``line`` is
        spots close together along the surface in the plane of two points and their normals. Refuses points beside the heart
        and lines between different surfaces.
        """
        mesh = self.mesh
        touched = [touch(mesh, self.skins, point) for point in np.asarray(points, float).reshape(-1, 3)]
        places = [(skin, mesh.points[node]) for skin, node in touched]
        if line:
            for (skin, a), (other, b) in pairwise(touched):
                if skin is not other:
                    raise Refused(
                        "Two points of a lesion line lie on different surfaces of the heart. Begin another line."
                    )
                places += [(skin, place) for place in along_surface(mesh, skin, a, b, radius / CLOSE)]
        found = np.zeros(len(mesh.tets), bool)
        for skin, place in places:
            found[self._below(skin, place, radius, depth)] = True
        return found

    def _below(self, skin: Skin, place: Floats, radius: float, depth: float) -> Ints:
        """The tetrahedra of one spot."""
        edge, inward = self._edge, -_normal(self.mesh, skin, place, radius)
        through = _way_through(self._outside, place, inward, edge)
        length = min(depth, through) if depth > 0 else through + edge
        reach = np.hypot(0.5 * length + edge, radius)
        near = np.array(self._tree.query_ball_point(place + 0.5 * length * inward, reach), int)
        away = self._middles[near] - place
        along = away @ inward
        beside = np.linalg.norm(away - along[:, None] * inward, axis=1)
        return np.asarray(near[(beside <= radius) & (along >= -edge) & (along <= length)])


def skins_of(mesh: HeartMesh) -> tuple[Skin, ...]:
    """The surfaces of a heart that a catheter can touch; all of the boundary where none has a known name."""
    known = {name: mesh.tagged(name) for name in TOUCHED}
    named = {name: triangles for name, triangles in known.items() if len(triangles)} or {"surface": mesh.facets}
    found = []
    for name, triangles in named.items():
        vectors, nodes, count = area_vectors(mesh.points, triangles), np.unique(triangles), len(mesh.points)
        sums = [np.bincount(triangles.ravel(), np.repeat(vectors[:, k], 3), count) for k in range(3)]
        normals = np.column_stack(sums)
        found.append(Skin(name, triangles, nodes, normals))
    return tuple(found)


def touch(mesh: HeartMesh, skins: tuple[Skin, ...], point: Floats) -> tuple[Skin, int]:
    """The surface nearest to a point (mm), and its node there; refuses a point beside the heart."""
    best = []
    for skin in skins:
        away = np.linalg.norm(mesh.points[skin.nodes] - point, axis=1)
        best.append((float(away.min()), int(skin.nodes[away.argmin()])))
    place = int(np.argmin([gap for gap, _ in best]))
    gap, node = best[place]
    if gap > FURTHEST:
        where = ", ".join(f"{c:.0f}" for c in point)
        raise Refused(f"The place ({where}) mm is {gap:.0f} mm away from the wall; choose one on the heart itself.")
    return skins[place], node


def along_surface(mesh: HeartMesh, skin: Skin, a: int, b: int, spacing: float) -> Floats:
    """Places (k, 3) mm from node ``a`` to node ``b``, where the surface meets the plane through both and their normals."""
    start, end = mesh.points[a], mesh.points[b]
    if a == b:
        return np.empty((0, 3))
    side = np.cross(end - start, skin.normals[a] + skin.normals[b])
    side = side / max(float(np.linalg.norm(side)), 1e-12)
    nodes = _shortest(mesh, skin, a, b, side)
    way = mesh.points[nodes] - np.outer((mesh.points[nodes] - start) @ side, side)
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    at = np.linspace(0.0, gone[-1], 2 + int(gone[-1] / spacing))
    return np.column_stack([np.interp(at, gone, way[:, k]) for k in range(3)])


def _shortest(mesh: HeartMesh, skin: Skin, a: int, b: int, side: Floats) -> list[int]:
    """Nodes from a to b over edges of the surface; those off the plane are dear."""
    pairs = np.unique(np.sort(np.vstack([skin.triangles[:, [i, j]] for i, j in ((0, 1), (1, 2), (0, 2))])), axis=0)
    ends = mesh.points[pairs]
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    off = np.abs((ends.mean(axis=1) - mesh.points[a]) @ side) / length.mean()
    n = len(mesh.points)
    graph = coo_array((length * (1.0 + off**2), (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    cost, before = dijkstra(graph, directed=False, indices=a, return_predecessors=True)
    if not np.isfinite(cost[b]):
        raise Refused("Two points of a line are not connected along the surface. Begin another line.")
    way = [b]
    while way[-1] != a:
        way.append(int(before[way[-1]]))
    return way[::-1]


def _normal(mesh: HeartMesh, skin: Skin, place: Floats, radius: float) -> Floats:
    """The outward normal (3,), mean over the surface within ``radius``."""
    away = np.linalg.norm(mesh.points[skin.nodes] - place, axis=1)
    near = skin.nodes[away <= max(radius, float(away.min()) + 1e-9)]
    total = skin.normals[near].sum(axis=0)
    return np.asarray(total / np.linalg.norm(total))


def _polydata(mesh: HeartMesh) -> pv.PolyData:
    return pv.PolyData.from_regular_faces(np.asarray(mesh.points, float), mesh.facets)


def _way_through(outside: pv.PolyData, place: Floats, inward: Floats, edge: float) -> float:
    """mm from a place on the surface to where a line along the inward normal leaves the wall; 0 where it never does."""
    begin = place + 0.3 * edge * inward
    hits, _ = outside.ray_trace(begin, place + FAR * inward)
    ways = (np.asarray(hits).reshape(-1, 3) - place) @ inward
    return float(ways.min()) if len(ways) else 0.0
