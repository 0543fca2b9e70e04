"""Prisms between an old wall and one that moved inwards, cut into tetrahedra that fit each other."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.grading import with_cells

Mask = NDArray[np.bool_]
Whole = NDArray[np.integer]
LAYER = "wall_layer"  # in cell_data: 0 in the core, 1 at the wall, 2 and so on inwards


@dataclass(frozen=True)
class Prisms:
    """Layers between the old wall and the core.

    points    (n, 3) mm: the nodes of the core, then those of the layers
    tets      (m, 4), of positive volume where no prism has turned over; layer (m,) 1 at the wall
    triangle  (m,) the row of the wall each lies under
    level     (layers + 1, nodes of the core) node at each level, outermost first; the innermost is the core's
    """

    points: Floats
    tets: Ints
    layer: Ints
    triangle: Ints
    level: Whole


def prisms(old: Floats, core: Floats, wall: Ints, nodes: Whole, counts: Whole, reach: Floats) -> Prisms:
    """Lay layers between ``old`` and ``core`` (n, 3) mm along the triangles ``wall`` (k, 3) with the sorted ``nodes``.

    counts  (nodes,) layers at each node: where neighbours have fewer, a prism shrinks to what is left of it
    reach   (layers + 1,) 0 at the wall, then how deep each layer ends, in any unit
    Diagonals go from the lower node number outside to the higher one inside, so that neighbouring prisms fit.
    """
    layers = len(reach) - 1
    level = np.tile(np.arange(len(core)), (layers + 1, 1))
    points, total = [core], len(core)
    for k in range(layers):
        some = counts > k
        fresh, share = nodes[some], reach[k] / reach[counts[some]]
        level[k, fresh] = total + np.arange(len(fresh))
        points.append(old[fresh] + share[:, None] * (core[fresh] - old[fresh]))
        total += len(fresh)
    (a, b, c), even = np.sort(wall, axis=1).T, _even(wall)
    tets, number, triangle = [], [], []
    for k, (up, down) in enumerate(pairwise(level), start=1):
        for corners, left in (
            ((up[a], up[b], up[c], down[c]), even),
            ((up[a], up[b], down[b], down[c]), ~even),
            ((up[a], down[a], down[b], down[c]), even),
        ):
            cut = np.column_stack(corners)
            cut[left] = cut[left][:, [0, 1, 3, 2]]
            whole = (np.diff(np.sort(cut, axis=1), axis=1) > 0).all(axis=1)
            tets.append(cut[whole])
            triangle.append(np.flatnonzero(whole))
            number.append(np.full(len(tets[-1]), k))
    return Prisms(
        np.concatenate(points),
        np.concatenate(tets).astype(np.int32),
        np.concatenate(number).astype(np.int32),
        np.concatenate(triangle).astype(np.int32),
        level,
    )


def _even(wall: Ints) -> Mask:
    """(k,) whether the corners of each triangle are turned evenly, not swapped, when they are sorted."""
    order = np.argsort(wall, axis=1)
    return np.asarray((order[:, 1] - order[:, 0]) % 3 == 1)


def extruded(mesh: HeartMesh, laid: Prisms, wall: Ints) -> HeartMesh:
    """The core and its layers as one mesh; tags are those of the old surface."""
    tets = np.concatenate([mesh.tets, laid.tets]).astype(np.int32)
    number = np.concatenate([np.zeros(len(mesh.tets), np.int32), laid.layer])
    return with_cells(mesh, laid.points, tets, *_surface(mesh, wall, laid.level), {LAYER: number})


def _surface(mesh: HeartMesh, wall: Ints, level: Whole) -> tuple[Ints, Ints]:
    """(f, 3) and (f,) triangles of the new surface with their tags: wall outside, flat ends with a rim of layers."""
    ends = ~np.isin(mesh.facet_tag, [tag for tag, name in mesh.facet_names.items() if name == "wall"])
    tag_of_wall = next(tag for tag, name in mesh.facet_names.items() if name == "wall")
    known, tags = [level[0][wall], mesh.facets[ends]], [np.full(len(wall), tag_of_wall), mesh.facet_tag[ends]]
    sides = np.sort(mesh.facets[ends][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    owner = np.repeat(mesh.facet_tag[ends], 3)
    edges = {(int(p), int(q)) for p, q in np.sort(wall[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)}
    rim = np.array([(int(p), int(q)) in edges for p, q in sides], dtype=bool)
    p, q = sides[rim].T
    for up, down in pairwise(level):
        for three in ((up[p], up[q], down[q]), (up[p], down[p], down[q])):
            triangles = np.column_stack(three)
            whole = (np.diff(np.sort(triangles, axis=1), axis=1) > 0).all(axis=1)
            known.append(triangles[whole])
            tags.append(owner[rim][whole])
    return np.concatenate(known).astype(np.int32), np.concatenate(tags).astype(np.int32)
