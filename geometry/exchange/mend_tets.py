"""Tetrahedra of a stranger's file, repaired with a note or refused with a sentence that says how many and where."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.errors import Refused
from geometry.exchange.places import at_first, counted, place
from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.meshing.pinches import touching
from geometry.surface import boundary_facets, enclosed_volume, oriented

FLAT = 1e-9  # volume over the cube of the longest edge; a regular tetrahedron has 0.12
MAIN_SHARE = 0.95  # of the volume: smaller pieces beside one of this size are scraps
OVERLAP = 1e-3  # share of the volume that may be covered twice


def check_numbers(raw: RawMesh) -> None:
    """Refuse points that are no numbers, and cells of points that are not there."""
    bad = np.flatnonzero(~np.isfinite(raw.points).all(axis=1))
    if len(bad):
        raise Refused(
            f"{counted(len(bad), 'point', 'points')} of the mesh have coordinates that are no numbers, the first is number "
            f"{bad[0]} (from 0); repair the file where it was made."
        )
    for name, cells in (("tetrahedra", raw.tets), ("triangles", raw.triangles)):
        beyond = ((cells < 0) | (cells >= len(raw.points))).any(axis=1)
        if beyond.any():
            raise Refused(
                f"{int(beyond.sum())} {name} use points that are not in the file, which has {len(raw.points)}; the first is "
                f"number {np.argmax(beyond)} (from 0). It is cut short or damaged."
            )


def mended(raw: RawMesh) -> RawMesh:
    """The same tetrahedra, each once, positively oriented, in one piece, without unused or double nodes; in mm."""
    if raw.other:
        found = ", ".join(f"{count} {name}" for name, count in raw.other.items())
        raise Refused(f"The file holds {found}; only tetrahedra can be taken: divide them, then import again.")
    notes = list(raw.notes)
    for step in (_merged, _without_collapsed, _without_doubles, _turned, _main_piece, _without_unused):
        raw, said = step(raw)
        notes += said
    _check_overlap(raw)
    return replace(raw, notes=(*notes, *_touching(raw)))


def kept(raw: RawMesh, tets: Array) -> RawMesh:
    """Only some tetrahedra, (m,) bool, with their data."""
    return replace(raw, tets=raw.tets[tets], tet_data=_rows(raw.tet_data, tets))


def merged_nodes(raw: RawMesh) -> tuple[RawMesh, int]:
    """Points at one place as one, and how many were too many; the first of them stays."""
    unique, first, inverse = np.unique(raw.points, axis=0, return_index=True, return_inverse=True)
    if len(unique) == len(raw.points):
        return raw, 0
    number = first[inverse.ravel()]  # the first node at the same place
    return replace(raw, tets=number[raw.tets], triangles=number[raw.triangles]), len(raw.points) - len(unique)


def used_only(raw: RawMesh, *cells: Array) -> tuple[RawMesh, int]:
    """Only the points that ``cells`` use, in their order, and how many were left out; triangles of others go too."""
    used = np.zeros(len(raw.points), bool)
    for each in cells:
        used[each.ravel()] = True
    if used.all():
        return raw, 0
    number = np.cumsum(used) - 1
    stay = used[raw.triangles].all(axis=1)
    small = replace(
        raw,
        points=raw.points[used],
        point_data=_rows(raw.point_data, used),
        tets=number[raw.tets],
        triangles=number[raw.triangles[stay]],
        triangle_data=_rows(raw.triangle_data, stay),
    )
    return small, int((~used).sum())


def _rows(data: Mapping[str, Array], rows: Array) -> dict[str, Array]:
    return {name: values[rows] for name, values in data.items()}


def _merged(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    merged, count = merged_nodes(raw)
    return merged, [f"{counted(count, 'node', 'nodes')} lay on another and were made one with it."] if count else []


def _without_collapsed(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    """Flat tetrahedra are left out where the surface stays whole."""
    corners = raw.points[raw.tets]
    edges = corners[:, 1:] - corners[:, :1]
    longest = np.linalg.norm(corners[:, [0, 0, 0, 1, 1, 2]] - corners[:, [1, 2, 3, 2, 3, 3]], axis=2).max(axis=1)
    flat = np.abs(np.linalg.det(edges)) / 6 <= FLAT * longest**3
    if not flat.any():
        return raw, []
    where = at_first(corners[flat].mean(axis=1))
    count = counted(int(flat.sum()), "tetrahedron has", "tetrahedra have")
    ordered = np.sort(raw.tets, axis=1)
    collapsed = (np.diff(ordered, axis=1) == 0).any(axis=1)
    left = kept(raw, ~flat)
    if flat.all() or (not collapsed[flat].all() and len(touching(left.points, boundary_facets(left.tets)[0]))):
        raise Refused(
            f"{count} no volume ({where}), and without them the mesh has gaps; mesh it again where it was made."
        )
    return left, [f"{count} no volume ({where}) and were left out."]


def _without_doubles(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    _, first = np.unique(np.sort(raw.tets, axis=1), axis=0, return_index=True)
    if len(first) == len(raw.tets):
        return raw, []
    stay = np.zeros(len(raw.tets), bool)
    stay[first] = True
    double = counted(int((~stay).sum()), "tetrahedron was", "tetrahedra were")
    return kept(raw, stay), [f"{double} in the file twice and taken once."]


def _turned(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    turned = oriented(raw.points, raw.tets).astype(np.int64)
    wrong = (turned != raw.tets).any(axis=1)
    if not wrong.any():
        return raw, []
    if wrong.all():
        return replace(raw, tets=turned), ["All tetrahedra were numbered inside out and were turned round."]
    where = at_first(raw.points[raw.tets[wrong]].mean(axis=1))
    said = f"{counted(int(wrong.sum()), 'tetrahedron was', 'tetrahedra were')} inside out ({where}) and turned round."
    return replace(raw, tets=turned), [said]


def _main_piece(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    ends = raw.tets[:, [0, 1, 2, 1, 2, 3]].reshape(-1, 2, 3).transpose(0, 2, 1).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(raw.points),) * 2)
    piece = connected_components(links.tocsr(), directed=False)[1][raw.tets[:, 0]]
    if (piece == piece[0]).all():
        return raw, []
    corners = raw.points[raw.tets]
    volumes = np.linalg.det(corners[:, 1:] - corners[:, :1]) / 6
    sums = np.bincount(piece, volumes)
    order = np.argsort(sums)[::-1]
    order = order[sums[order] > 0]
    if sums[order[0]] < MAIN_SHARE * sums.sum():
        words = ", ".join(
            f"{sums[k] / 1000:.1f} ml around {place(corners[piece == k].mean(axis=(0, 1)))}" for k in order[:4]
        )
        raise Refused(f"The mesh is in {len(order)} pieces that do not touch ({words}); import one of them at a time.")
    left = (sums.sum() - sums[order[0]]) / 1000
    where = at_first(corners[piece != order[0]].mean(axis=1))
    said = f"{counted(len(order) - 1, 'loose piece', 'loose pieces')} of {left:.2g} ml together ({where}) left out."
    return kept(raw, piece == order[0]), [said]


def _without_unused(raw: RawMesh) -> tuple[RawMesh, list[str]]:
    small, count = used_only(raw, raw.tets)
    said = f"{counted(count, 'node', 'nodes')} that no tetrahedron uses were left out."
    return small, [said] if count else []


def _check_overlap(raw: RawMesh) -> None:
    """Positive tetrahedra that lie over each other fill more than their surface encloses."""
    corners = raw.points[raw.tets]
    filled = float(np.linalg.det(corners[:, 1:] - corners[:, :1]).sum() / 6)
    enclosed = enclosed_volume(raw.points, boundary_facets(raw.tets)[0])
    if abs(filled - enclosed) > OVERLAP * filled:
        raise Refused(
            f"The tetrahedra lie over each other: together they fill {filled / 1000:.1f} ml, and their surface encloses "
            f"{enclosed / 1000:.1f} ml. Mesh it again where it was made."
        )


def _touching(raw: RawMesh) -> list[str]:
    """A surface that touches itself is told, not refused: the equations can be solved on it."""
    where = touching(raw.points, boundary_facets(raw.tets)[0])
    return (
        [f"The surface touches itself at {counted(len(where), 'place', 'places')} ({at_first(where)})."]
        if len(where)
        else []
    )
