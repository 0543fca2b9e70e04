"""The doubt of a segmentation as ways in which the nodes of its mesh may move: mesh, names and fibres stay as they are."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.edge_doubt import edge_doubt, smoothed_on
from geometry.heart_mesh import OUTLINE, Floats, HeartMesh, Ints
from geometry.mesh_part import owned_facets
from geometry.progress import Progress, silent
from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, RV, Segmentation
from geometry.surface import area_vectors
from geometry.wall_motion.inside import FLATTEST, lifted, neighbours
from geometry.wobble import TOGETHER, wobbles_of

ASSUMED = 0.5  # mm, SD of an edge whose method gives no probability: as readers differ
FAR = 3.0  # SD of every way, up to which no tetrahedron may turn over
THINNED = 0.75  # of the wall that two surfaces moving towards each other may take up there
RIGHT_WALL = "rv"  # region whose outside no method draws: it goes along with the right endocardium
EVEN = 6.0  # mm over which the doubt is taken together: a place alone says little
RESTORED = 1.5  # times at most that evening out, which shortens the way on any curved surface, is made up for
EVENED, ROUNDS = (
    15,
    40,
)  # rounds in which a way is made even around tetrahedra that would turn over, and with shortening
DAMPED = 0.9  # of a way left there after each of the latter
SHORTENED = 0.8  # of a displacement beyond that, until none does


@dataclass(frozen=True)
class Edge:
    """A surface of the mesh that the segmentation has drawn: around ``labels`` together."""

    labels: tuple[int, ...]
    outwards: float  # sign that turns the normals of the mesh away from the blood or the heart's inside


WALL_EDGES: Mapping[str, Edge] = {
    "endo_lv": Edge((LV,), -1.0),
    "endo_rv": Edge((RV,), -1.0),
    "epi": Edge((LV, MYOCARDIUM), 1.0),
}
POOL_EDGES: Mapping[str, Edge] = {"wall": Edge((LV, ROOT, AORTA), 1.0)}
# way -> surface -> share of its SD. A reader who draws the cavity wide draws the outside wide too (``wobble``).
WALL_WAYS: Mapping[str, Mapping[str, float]] = {
    "cavity": {"endo_lv": 1.0, "endo_rv": 1.0, "epi": TOGETHER},
    "outside": {"epi": float(np.sqrt(1.0 - TOGETHER**2))},
}
POOL_WAYS: Mapping[str, Mapping[str, float]] = {"vessel": {"wall": 1.0}}
LEADS = {"cavity": "endo_lv", "outside": "epi", "vessel": "wall"}  # the surface whose mean distance measures a way


@dataclass(frozen=True)
class Outlines:
    """Independent ways in which the surfaces may be displaced.

    ways      name -> (n, 3) mm of each node for one SD
    sd        name -> mm, mean distance of the leading surface for one SD
    measured  whether they come from the probabilities of a segmentation, else an SD of ``ASSUMED`` everywhere
    """

    ways: Mapping[str, Floats]
    sd: Mapping[str, float]
    measured: bool

    def moved(self, points: Floats, tets: Ints, distances: Mapping[str, float]) -> Floats:
        """(n, 3) mm with each leading surface its distance (mm, mean) further out.

        Where a tetrahedron would turn over (not up to ``FAR`` SD), all is moved less.
        """
        total = np.zeros_like(points)
        for name, distance in distances.items():
            if distance and name in self.ways and self.sd[name] > 0:
                total += distance / self.sd[name] * self.ways[name]
        least = FLATTEST / 2 * _volumes(points, tets)
        while total.any() and (_volumes(points + total, tets) < least).any():
            total = SHORTENED * total
        return points + total


def outlines_of(mesh: HeartMesh, progress: Progress = silent) -> Outlines:
    """The ways that a mesh keeps; else those of an even SD, normal to its surfaces. No ways for a mesh without named ones."""
    kept = {name.removeprefix(OUTLINE): way for name, way in mesh.point_data.items() if name.startswith(OUTLINE)}
    if kept:
        return _outlines(mesh, kept, True)
    edges, _ = _kind(mesh)
    even = {name: np.full(len(np.unique(mesh.tagged(name))), ASSUMED) for name in edges}
    return _outlines(mesh, _ways(mesh, even, progress), False)


def with_outline_doubt(mesh: HeartMesh, segmentation: Segmentation, progress: Progress = silent) -> HeartMesh:
    """The mesh with its ways as point data; as it is where the segmentation has no probability of what it drew."""
    edges, _ = _kind(mesh)
    wobbles, found = wobbles_of(segmentation.method), dict[str, Floats]()
    for name, edge in edges.items():
        nodes = np.unique(mesh.tagged(name))
        if not len(nodes):
            continue
        if not any(label in segmentation.probability for label in edge.labels):
            return mesh
        normals = edge.outwards * _normals(mesh, name)[nodes]
        labels = [label for label in edge.labels if label in segmentation.probability]
        wobble = wobbles.outside if MYOCARDIUM in edge.labels else wobbles.of(*labels)
        doubt = edge_doubt(segmentation, labels, segmentation.ed, wobble, mesh.points[nodes], normals)
        found[name] = np.minimum(smoothed_on(mesh.tagged(name), doubt, _rounds(mesh)), _room(mesh, nodes))
    kept = {f"{OUTLINE}{name}": way for name, way in _ways(mesh, found, progress).items()}
    return replace(mesh, point_data={**mesh.point_data, **kept})


def _kind(mesh: HeartMesh) -> tuple[Mapping[str, Edge], Mapping[str, Mapping[str, float]]]:
    return (POOL_EDGES, POOL_WAYS) if mesh.kind == "blood_pool" else (WALL_EDGES, WALL_WAYS)


def _outlines(mesh: HeartMesh, ways: Mapping[str, Floats], measured: bool) -> Outlines:
    sd = {}
    for name, way in ways.items():
        triangles = _drawn(mesh, LEADS[name])
        areas = area_vectors(mesh.points, triangles)
        weight = np.linalg.norm(areas, axis=1)
        size = np.abs(np.einsum("ij,ij->i", way[triangles].mean(axis=1), areas)) / np.maximum(weight, 1e-12)
        sd[name] = float((weight * size).sum() / max(weight.sum(), 1e-12))
    return Outlines(ways, sd, measured)


def _drawn(mesh: HeartMesh, surface: str) -> Ints:
    """(k, 3) the triangles of a surface, without the outside of the right ventricle's free wall."""
    triangles = mesh.tagged(surface)
    if surface != "epi":
        return triangles
    return triangles[~np.isin(triangles, _beside_right(mesh)).all(axis=1)]


def _ways(mesh: HeartMesh, doubt: Mapping[str, Floats], progress: Progress) -> dict[str, Floats]:
    """Every way of the kind of mesh, from the SD on the nodes of each surface, carried inside."""
    edges, wanted = _kind(mesh)
    surfaces = [name for name in edges if len(mesh.tagged(name))]
    if not surfaces:
        return {}
    drawn = np.unique(np.concatenate([mesh.tagged(name).ravel() for name in surfaces]))
    nodes = np.setdiff1d(drawn, np.setdiff1d(_beside_right(mesh), mesh.tagged("endo_rv")))
    names = [name for name, shares in wanted.items() if LEADS[name] in surfaces]
    series = np.zeros((len(names), len(mesh.points), 3))
    for row, name in enumerate(names):
        for surface in surfaces:
            on = np.unique(mesh.tagged(surface))
            series[row, on] += wanted[name].get(surface, 0.0) * _push(mesh, surface, edges[surface], doubt[surface])
    flat = [name for name in mesh.facet_names.values() if name not in edges]
    series = _within(mesh, series, flat)
    carried = _within(mesh, lifted(mesh, nodes, series[:, nodes], progress), flat)
    return dict(zip(names, _untangled(mesh, carried), strict=True))


def _push(mesh: HeartMesh, surface: str, edge: Edge, doubt: Floats) -> Floats:
    """(k, 3) mm for one SD, at the nodes of a surface: along its normal by ``doubt`` (k,), evened out at its folds."""
    normals = edge.outwards * _normals(mesh, surface)[np.unique(mesh.tagged(surface))]
    push = smoothed_on(mesh.tagged(surface), doubt[:, None] * normals, _rounds(mesh))
    along = np.einsum("ij,ij->i", push, normals)
    return np.asarray(push * np.clip(doubt / np.maximum(along, 1e-9), 1.0, RESTORED)[:, None])


def _rounds(mesh: HeartMesh) -> int:
    """Of smoothing that reach over about ``EVEN`` mm."""
    return max(round((EVEN / mesh.edge_length()) ** 2), 1)


def _untangled(mesh: HeartMesh, series: Floats) -> Floats:
    """The ways (w, n, 3), evened out and shortened around each tetrahedron that would turn over within ``FAR`` SD of all."""
    around, least = neighbours(mesh), FLATTEST * _volumes(mesh.points, mesh.tets)
    far = [np.array(signs) for signs in itertools.product((-FAR, FAR), repeat=len(series))]
    looked = np.arange(len(mesh.tets))
    for turn in range(ROUNDS):
        tets = mesh.tets[looked]
        moved = (mesh.points + np.tensordot(signs, series, axes=1) for signs in far)
        flat = np.any([_volumes(points, tets) < least[looked] for points in moved], axis=0)
        if not flat.any():
            break
        touched = np.unique(around[np.unique(tets[flat])].indices)
        for way in series:
            way[touched] = (1.0 if turn < EVENED else DAMPED) * (around[touched] @ way)
        near = np.zeros(len(mesh.points), bool)
        near[touched] = True
        looked = np.flatnonzero(near[mesh.tets].any(axis=1))
    return series


def _beside_right(mesh: HeartMesh) -> Ints:
    """Nodes of the surfaces of the right ventricle's free wall."""
    return np.unique(mesh.facets[owned_facets(mesh, np.isin(mesh.region, _right(mesh)))])


def _right(mesh: HeartMesh) -> list[int]:
    return [number for number, name in mesh.region_names.items() if name == RIGHT_WALL]


def _room(mesh: HeartMesh, nodes: Ints) -> Floats:
    """(k,) mm, SD up to which two surfaces that are ``FAR`` aside do not meet in the wall."""
    if "wall_thickness" not in mesh.point_data:
        return np.full(len(nodes), np.inf)
    room = np.asarray(THINNED / (2 * FAR) * mesh.point_data["wall_thickness"][nodes])
    left = mesh.tets[~np.isin(mesh.region, _right(mesh))]
    room[~np.isin(nodes, left) | ~np.isfinite(room)] = np.inf
    return room


def _within(mesh: HeartMesh, series: Floats, flat: Sequence[str]) -> Floats:
    """The series (w, n, 3) with the nodes of flat ends (base, inlet, outlet) kept in their planes."""
    for name in flat:
        areas = area_vectors(mesh.points, mesh.tagged(name))
        normal = areas.sum(axis=0) / max(np.linalg.norm(areas.sum(axis=0)), 1e-12)
        on = np.unique(mesh.tagged(name))
        series[:, on] -= (series[:, on] @ normal)[..., None] * normal
    return series


def _normals(mesh: HeartMesh, surface: str) -> Floats:
    """(n, 3) unit vectors out of the mesh at the nodes of a surface, by its own triangles; 0 elsewhere."""
    triangles = mesh.tagged(surface)
    total = np.zeros_like(mesh.points)
    areas = area_vectors(mesh.points, triangles)
    for corner in range(3):
        np.add.at(total, triangles[:, corner], areas)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def _volumes(points: Floats, tets: Ints) -> Floats:
    a, b, c, d = (points[tets[:, k]] for k in range(4))
    return np.asarray(np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a))
