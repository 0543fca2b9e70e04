"""Tetrahedra under a smooth surface, from a lattice alone: isosurface stuffing, which makes no slivers and cannot fail.

Labelle & Shewchuk, ACM Trans. Graph. 26(3):57, 2007, doi:10.1145/1276377.1276448; here with a flat lid on the lattice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, Ints
from geometry.meshing.space_order import space_order
from geometry.progress import Progress, silent
from geometry.surface import oriented, used_points

# How near (as a fraction of the edge) a cut may come to a corner before the corner moves onto it: long and short edges.
NEAR_LONG, NEAR_SHORT = 0.24999, 0.41189


def cube_for(edge: float) -> float:
    """mm, the cube whose lattice has ``edge`` as its mean edge: a tetrahedron has 2 long edges and 4 of sqrt(3)/2."""
    return edge * 6 / (2 + 2 * 3**0.5)


@dataclass(frozen=True)
class Lattice:
    """A body-centred cubic lattice: corners of cubes, their centres, and a flat lid at the highest z.

    points (n, 3) mm; tets (m, 4), oriented at random; lid (n,) points on the top face, which may move in that plane only; cube mm
    """

    points: Floats
    tets: Ints
    lid: NDArray[np.bool_]
    cube: float


def bcc_lattice(low: Floats, high: Floats, cube: float) -> Lattice:
    """The lattice over a box; its top face lies exactly at high[2], the other faces are ragged.

    Four tetrahedra lie around each segment between the centres of two neighbouring cubes; under the lid, half of such
    an octahedron is cut in two.
    """
    cells = np.maximum(np.ceil((np.asarray(high) - low) / cube), 2).astype(int)
    origin = np.array([low[0], low[1], high[2] - cells[2] * cube])
    shape = cells + 1
    corner = np.arange(np.prod(shape)).reshape(shape)
    center = corner.size + np.arange(np.prod(cells)).reshape(cells)
    at = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1).reshape(-1, 3)
    mid = np.stack(np.meshgrid(*(np.arange(n) for n in cells), indexing="ij"), axis=-1).reshape(-1, 3) + 0.5
    points = origin + cube * np.concatenate([at, mid])
    parts = [_between(center, corner, axis) for axis in range(3)]
    top, lid = center[:, :, -1].ravel(), corner[:, :, -1]
    a, b, c, d = (lid[:-1, :-1].ravel(), lid[1:, :-1].ravel(), lid[1:, 1:].ravel(), lid[:-1, 1:].ravel())
    parts += [np.column_stack([top, a, b, c]), np.column_stack([top, a, c, d])]
    on_lid = np.zeros(len(points), dtype=bool)
    on_lid[lid.ravel()] = True
    points[on_lid, 2] = high[2]
    return Lattice(points, np.concatenate(parts).astype(np.int32), on_lid, cube)


def _between(center: NDArray[np.integer], corner: NDArray[np.integer], axis: int) -> NDArray[np.integer]:
    """The tetrahedra around the segments between cubes that are neighbours along ``axis``."""
    center, corner = np.moveaxis(center, axis, 0), np.moveaxis(corner, axis, 0)[1:-1]
    low, high = center[:-1].ravel(), center[1:].ravel()
    ring = [corner[:, :-1, :-1], corner[:, 1:, :-1], corner[:, 1:, 1:], corner[:, :-1, 1:]]
    turn = [part.ravel() for part in ring]
    return np.concatenate([np.column_stack([low, high, turn[k], turn[(k + 1) % 4]]) for k in range(4)])


def stuff(lattice: Lattice, distance: Callable[[Floats], Floats], progress: Progress = silent) -> tuple[Floats, Ints]:
    """Tetrahedra that fill the part of the lattice where ``distance`` is negative.

    distance  (n, 3) mm -> (n,), negative inside; continuous, and about linear over one edge
    Returns (n, 3) points and (m, 4) positively oriented tetrahedra. Empty where nothing is inside.
    """
    progress(0.0, "laying the lattice")
    value = distance(lattice.points)
    progress(0.4, "cutting the lattice along the surface")
    tets = lattice.tets[(value[lattice.tets] < 0).any(axis=1)]
    if not len(tets):
        return np.zeros((0, 3)), np.zeros((0, 4), dtype=np.int32)
    points, value = _snapped(lattice, tets, value, distance)
    progress(0.7)
    points, cells = _clipped(points, tets, value, distance)
    kept, (numbered,) = used_points(points, cells)
    return space_order(kept, oriented(kept, numbered))


def _crossed(tets: Ints, value: Floats) -> NDArray[np.integer]:
    """(e, 2), the edges whose ends lie on different sides, inner end first."""
    pairs = np.concatenate([tets[:, [i, j]] for i in range(4) for j in range(i)])
    pairs = pairs[value[pairs[:, 0]] * value[pairs[:, 1]] < 0]
    low, high = np.divmod(np.unique(pairs.min(axis=1).astype(np.int64) * len(value) + pairs.max(axis=1)), len(value))
    pairs = np.column_stack([low, high])
    outer_first = value[pairs[:, 0]] > 0
    pairs[outer_first] = pairs[outer_first][:, ::-1]
    return pairs


def _roots(a: Floats, b: Floats, va: Floats, vb: Floats, distance: Callable[[Floats], Floats]) -> Floats:
    """(e,) where along a -> b the distance vanishes: one secant and two more by false position (Illinois)."""
    low, high = np.zeros(len(a)), np.ones(len(a))
    va, vb = va.copy(), vb.copy()
    share = va / (va - vb)
    for _ in range(3):
        value = distance(a + share[:, None] * (b - a))
        inside = value < 0
        vb = np.where(inside, vb / 2, value)
        va = np.where(inside, value, va / 2)
        low, high = np.where(inside, share, low), np.where(inside, high, share)
        share = low + (high - low) * np.clip(va / np.minimum(va - vb, -1e-12), 0.0, 1.0)
    return share


def _snapped(
    lattice: Lattice, tets: Ints, value: Floats, distance: Callable[[Floats], Floats]
) -> tuple[Floats, Floats]:
    """Corners too near to a cut, moved onto it."""
    points, value = lattice.points.copy(), value.copy()
    edges = _crossed(tets, value)
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    share = _roots(a, b, value[edges[:, 0]], value[edges[:, 1]], distance)
    cut = a + share[:, None] * (b - a)
    length = np.linalg.norm(b - a, axis=1)
    limit = np.where(length > 0.95 * lattice.cube, NEAR_LONG, NEAR_SHORT)
    flat = lattice.lid[edges].all(axis=1)
    owner, way, where = [], [], []
    for end, gap in ((0, share), (1, 1 - share)):
        close = (gap < limit) & (flat | ~lattice.lid[edges[:, end]])
        owner.append(edges[close, end])
        way.append((gap * length)[close])
        where.append(cut[close])
    corner, reach, spot = np.concatenate(owner), np.concatenate(way), np.concatenate(where)
    order = np.lexsort((reach, corner))
    first = order[np.unique(corner[order], return_index=True)[1]]
    points[corner[first]] = spot[first]
    value[corner[first]] = 0.0
    return points, value


def _bridging(points: Floats, tets: Ints, distance: Callable[[Floats], Floats]) -> Ints:
    """Of tetrahedra with all corners on the surface those that lie inside: they span a wall as thin as the lattice."""
    middle = points[tets].mean(axis=1)
    return tets[distance(middle) < 0] if len(tets) else tets


def _clipped(points: Floats, tets: Ints, value: Floats, distance: Callable[[Floats], Floats]) -> tuple[Floats, Ints]:
    """The inner part of every tetrahedron; quadrilaterals are cut by the numbers of their inner corners."""
    edges = _crossed(tets, value)
    a, b = points[edges[:, 0]], points[edges[:, 1]]
    share = _roots(a, b, value[edges[:, 0]], value[edges[:, 1]], distance)
    key = edges[:, 0].astype(np.int64) * len(points) + edges[:, 1]
    order = np.argsort(key)
    total = np.concatenate([points, a + share[:, None] * (b - a)])

    def cut(inner: NDArray[np.integer], outer: NDArray[np.integer]) -> NDArray[np.integer]:
        return len(points) + order[np.searchsorted(key[order], inner.astype(np.int64) * len(points) + outer)]

    side = np.sign(value[tets]).astype(int)
    # Inner corners first (by number), then those on the surface, then the outer ones.
    rank = np.argsort((side + 1) * len(points) + tets, axis=1)
    tets, side = np.take_along_axis(tets, rank, axis=1), np.take_along_axis(side, rank, axis=1)
    inner, outer = (side < 0).sum(axis=1), (side > 0).sum(axis=1)
    parts = [tets[(inner > 0) & (outer == 0)], _bridging(points, tets[(inner == 0) & (outer == 0)], distance)]
    for zeros in range(3):
        p = tets[(inner == 1) & (outer == 3 - zeros)].T
        parts.append(np.column_stack([p[k] if k <= zeros else cut(p[0], p[k]) for k in range(4)]))
    a_, b_, o_, c_ = tets[(inner == 2) & (outer == 1)].T
    parts += [np.column_stack([a_, b_, o_, cut(b_, c_)]), np.column_stack([a_, cut(a_, c_), o_, cut(b_, c_)])]
    a_, b_, c_, d_ = tets[(inner == 2) & (outer == 2)].T
    ac, ad, bc, bd = cut(a_, c_), cut(a_, d_), cut(b_, c_), cut(b_, d_)
    parts += [np.column_stack(four) for four in ((a_, b_, bc, bd), (a_, ac, bc, bd), (a_, ac, ad, bd))]
    a_, b_, c_, d_ = tets[(inner == 3) & (outer == 1)].T
    ad, bd, cd = cut(a_, d_), cut(b_, d_), cut(c_, d_)
    parts += [np.column_stack(four) for four in ((a_, b_, c_, cd), (a_, b_, bd, cd), (a_, ad, bd, cd))]
    return total, np.concatenate(parts).astype(np.int32)
