"""Prisms between an old wall and one that moved inwards, cut into tetrahedra that fit each other."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.grading import tags_of
from geometry.surface import boundary_facets, oriented

Mask = NDArray[np.bool_]
Whole = NDArray[np.integer]
LAYER = "wall_layer"  # in cell_data: 0 in the core, 1 at the wall, 2 and so on inwards


def extruded(mesh: HeartMesh, core: Floats, wall: Ints, nodes: Whole, layered: Mask, steps: Floats) -> HeartMesh:
    """The core with prisms cut into tetrahedra between it and the old wall; tags are those of the old surface.

    core     (n, 3) mm, where the nodes of ``mesh`` lie now; wall (k, 3) its triangles, between the sorted ``nodes``
    layered  which of these nodes get layers; at the others a prism shrinks to what is left of it
    steps    (layers + 1,) 0 at the old wall to 1 at the core
    Diagonals go from the lower node number outside to the higher one inside, so that neighbouring prisms fit.
    """
    count = len(steps) - 1
    level = np.tile(
        np.arange(len(core)), (count + 1, 1)
    )  # node at each level, outermost first; the innermost is the core's
    fresh, points = nodes[layered], [core]
    for k in range(count):
        level[k, fresh] = len(core) + k * len(fresh) + np.arange(len(fresh))
        points.append(mesh.points[fresh] + steps[k] * (core[fresh] - mesh.points[fresh]))
    a, b, c = np.sort(wall, axis=1).T
    tets, number = [mesh.tets], [np.zeros(len(mesh.tets), np.int32)]
    for k in range(count):
        up, down = level[k], level[k + 1]
        cut = np.concatenate([
            np.column_stack([up[a], up[b], up[c], down[c]]),
            np.column_stack([up[a], up[b], down[b], down[c]]),
            np.column_stack([up[a], down[a], down[b], down[c]]),
        ])  # fmt: skip
        whole = (np.diff(np.sort(cut, axis=1), axis=1) > 0).all(axis=1)
        tets.append(cut[whole])
        number.append(np.full(int(whole.sum()), k + 1, np.int32))
    every = np.concatenate(points)
    cells = oriented(every, np.concatenate(tets))
    facets, _ = boundary_facets(cells)
    known, tags = _surface(mesh, wall, level)
    return replace(
        mesh,
        points=every,
        tets=cells,
        region=np.full(len(cells), mesh.region[0], dtype=np.int32),
        facets=facets,
        facet_tag=tags_of(facets, known, tags),
        point_data={},
        cell_data={LAYER: np.concatenate(number)},
    )


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
