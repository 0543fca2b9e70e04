"""A closed surface from elsewhere made fit to be filled, or refused with how many faults there are and where."""

from dataclasses import replace

import numpy as np
import pyvista as pv

from geometry.errors import Refused
from geometry.exchange.mend_tets import merged_nodes, used_only
from geometry.exchange.places import at_first, counted
from geometry.exchange.raw_mesh import Array, RawMesh

ROW = "row"
THIN = 1e-9  # area over the square of the longest edge
MOST_SHARED = 100  # edges that are parted


def closed_surface(raw: RawMesh) -> RawMesh:
    """Closed, in one piece, touching itself nowhere, normals outwards; in mm. Raises Refused for holes and pieces."""
    notes = list(raw.notes)
    raw, double = merged_nodes(raw)
    if double and not len(raw.point_data) and not raw.triangle_data:
        double = 0  # a file of loose triangles: every corner is there several times by its nature
    notes += [f"{counted(double, 'node', 'nodes')} lay on another and were made one with it."] if double else []
    raw, said = _without_faults(raw)
    notes += said
    raw, unused = used_only(raw, raw.triangles)
    notes += [f"{counted(unused, 'point', 'points')} of no triangle were left out."] if unused and not said else []
    _check_whole(raw)
    raw = _outwards(raw)
    raw, said = _separated(raw)
    return replace(raw, notes=(*notes, *said))


def _without_faults(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    """Without triangles of no area and those that are there twice."""
    corners = raw.points[raw.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    longest = np.linalg.norm(corners - corners[:, [1, 2, 0]], axis=2).max(axis=1)
    ordered = np.sort(raw.triangles, axis=1)
    collapsed = (np.diff(ordered, axis=1) == 0).any(axis=1)
    if (area[~collapsed] <= THIN * longest[~collapsed] ** 2).any():
        thin = ~collapsed & (area <= THIN * longest**2)
        notes = [
            f"{counted(int(thin.sum()), 'triangle has', 'triangles have')} no area ({at_first(corners[thin, 0])})."
        ]
    else:
        notes = []
    stay = np.zeros(len(ordered), bool)
    stay[np.unique(ordered, axis=0, return_index=True)[1]] = True
    twice = int((~stay & ~collapsed).sum())
    stay &= ~collapsed
    if stay.all():
        return raw, notes
    said = [f"{counted(twice, 'triangle was', 'triangles were')} in the file twice and taken once."] if twice else []
    data = {name: values[stay] for name, values in raw.triangle_data.items()}
    return replace(raw, triangles=raw.triangles[stay], triangle_data=data), [*notes, *said]


def _edges(triangles: Array) -> tuple[Array, Array, Array]:
    """(e, 2) edges, how many triangles each has, and (3k,) the edge of each side of each triangle."""
    ends = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, inverse, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    return edges, count, inverse.ravel()


def _check_whole(raw: RawMesh) -> None:
    if len(raw.triangles) < 4:
        raise Refused(
            f"The file holds {len(raw.triangles)} triangles and no tetrahedra, which is no heart; choose another."
        )
    edges, count, _ = _edges(raw.triangles)
    loose = edges[count % 2 == 1]
    if len(loose):
        raise Refused(
            f"The surface is not closed: {counted(len(loose), 'edge belongs', 'edges belong')} to an odd number of triangles "
            f"({at_first(raw.points[loose].mean(axis=1))}). Close its holes (the base, for one), then import it again."
        )
    surface = pv.PolyData.from_regular_faces(raw.points, raw.triangles)
    pieces = np.asarray(surface.connectivity()["RegionId"])
    if pieces.max() > 0:
        first = raw.points[[int(np.argmax(pieces == k)) for k in range(1, int(pieces.max()) + 1)]]
        raise Refused(
            f"The surface is in {int(pieces.max()) + 1} pieces that do not touch (a further one {at_first(first)}); "
            "a single closed surface around the wall is needed."
        )


def _outwards(raw: RawMesh) -> RawMesh:
    """Every triangle turned so that its normal points out of the wall."""
    surface = pv.PolyData.from_regular_faces(raw.points, raw.triangles)
    surface.cell_data[ROW] = np.arange(len(raw.triangles))
    turned = surface.compute_normals(
        auto_orient_normals=True, consistent_normals=True, split_vertices=False, non_manifold_traversal=False
    )
    rows = np.asarray(turned.cell_data[ROW])
    triangles = np.empty_like(raw.triangles)
    triangles[rows] = turned.regular_faces
    return replace(raw, triangles=triangles)


def _separated(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    """Where 2 k triangles share an edge, the surface touches itself: k edges lie over each other from now on."""
    edges, count, side = _edges(raw.triangles)
    shared = np.flatnonzero(count > 2)
    if not len(shared):
        return raw, []
    where = at_first(raw.points[edges[shared]].mean(axis=1))
    words = f"along {counted(len(shared), 'edge', 'edges')} ({where})"
    if len(shared) > MOST_SHARED:
        raise Refused(f"The surface touches itself {words}; repair it where it was made, then import it again.")
    while len(shared):
        raw = _parted(raw, edges[shared[0]], np.flatnonzero(side == shared[0]) // 3)
        edges, count, side = _edges(raw.triangles)
        shared = np.flatnonzero(count > 2)
    return raw, [f"The surface touched itself {words} and was parted there."]


def _parted(raw: RawMesh, edge: Array, rows: Array) -> RawMesh:
    """Each pair of triangles at one edge gets a middle point of its own on it, which cuts both in two."""
    a, b = (int(end) for end in edge)
    triangles, points, origin = list(raw.triangles), list(raw.points), list(range(len(raw.triangles)))
    for pair in _pairs(raw, rows, a, b):
        points.append((raw.points[a] + raw.points[b]) / 2)
        for row in pair:
            old = triangles[row]
            triangles[row], other = (np.where(old == end, len(points) - 1, old) for end in (a, b))
            triangles.append(other)
            origin.append(row)
    extra = len(points) - len(raw.points)
    return replace(
        raw,
        points=np.array(points),
        triangles=np.array(triangles),
        triangle_data={name: values[origin] for name, values in raw.triangle_data.items()},
        point_data={name: np.concatenate([v, np.repeat(v[a : a + 1], extra, 0)]) for name, v in raw.point_data.items()},
    )


def _pairs(raw: RawMesh, rows: Array, a: int, b: int) -> list[tuple[int, int]]:
    """Which triangles around an edge go together: neighbours by angle with the wall between them."""
    axis = raw.points[b] - raw.points[a]
    axis /= np.linalg.norm(axis)
    third = raw.points[[int(np.setdiff1d(raw.triangles[row], (a, b))[0]) for row in rows]] - raw.points[a]
    flat = third - (third @ axis)[:, None] * axis
    first = flat[0] / np.linalg.norm(flat[0])
    angle = np.arctan2(flat @ np.cross(axis, first), flat @ first)
    around = rows[np.argsort(angle)]
    if not _follows(raw.triangles[around[0]], a, b):
        around = np.roll(around, -1)
    return [(int(p), int(q)) for p, q in around.reshape(-1, 2)]


def _follows(triangle: Array, a: int, b: int) -> bool:
    """Whether the triangle goes round from a to b: then the wall lies on the side of smaller angles."""
    return bool(triangle[(list(triangle).index(a) + 1) % 3] == b)
