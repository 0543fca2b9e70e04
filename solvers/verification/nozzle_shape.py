"""A quarter of a round nozzle along z between two planes of symmetry, whose bore may widen suddenly at z = 0."""

from collections.abc import Callable

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.shapes_layers import stacked
from geometry.surface import boundary_facets, oriented

NAMES = {1: "inlet", 2: "outlet", 3: "wall", 4: "symmetry"}
AROUND = 1.6  # intervals of a ring over its number: edges about as long across as around


def quarter_nozzle(
    bore: Callable[[float], float], before: Floats, behind: Floats, rings: Floats, beyond: Floats
) -> HeartMesh:
    """The quarter x, y >= 0.

    bore    radius (mm) at z <= 0
    before  (a,) mm, stations from the inlet to 0;  behind  (b,) mm, from 0 to the outlet
    rings   (k,) radii up to 1 of the rings of the bore, as parts of it;  beyond  (j,) mm, radii of the rings behind 0 outside it
    """
    inner, outer = rings * bore(0.0), np.concatenate([rings * bore(0.0), beyond])
    whole, triangles = _quarter(outer)
    small, some = _quarter(inner)
    narrow = [np.column_stack([small * bore(z) / bore(0.0), np.full(len(small), z)]) for z in before[:-1]]
    wide = [np.column_stack([whole, np.full(len(whole), z)]) for z in behind]
    points = np.concatenate([*narrow, *wide])
    start, end = len(narrow) * len(small), len(behind) - 1
    tets = np.concatenate([
        stacked(some, len(small), len(narrow)),  # its last plane is the first of the others, which begins alike
        stacked(triangles, len(whole), end) + start,
    ])  # fmt: skip
    tets = oriented(points, tets.astype(np.int32))
    facets, _ = boundary_facets(tets)
    corners = points[facets]
    tag = np.full(len(facets), 3, dtype=np.int32)
    for number, axis, at in ((1, 2, before[0]), (2, 2, behind[-1]), (4, 0, 0.0), (4, 1, 0.0)):
        tag[(np.abs(corners[:, :, axis] - at) < 1e-9).all(axis=1)] = number
    return HeartMesh(points, tets, np.ones(len(tets), dtype=np.int32), {1: "blood"}, facets, tag, NAMES, "blood_pool")


def _quarter(radii: Floats) -> tuple[Floats, Ints]:
    """(n, 2) points, the centre first and then ring by ring, and (t, 3) triangles."""
    counts = [1] + [max(2, round(AROUND * (k + 1))) + 1 for k in range(len(radii))]
    starts = np.concatenate([[0], np.cumsum(counts)])
    angles = [np.linspace(0.0, np.pi / 2, count) for count in counts[1:]]
    rings = [r * np.column_stack([np.cos(a), np.sin(a)]) for r, a in zip(radii, angles, strict=True)]
    for ring in rings:
        ring[0, 1] = ring[-1, 0] = 0.0
    triangles = [
        triangle
        for k in range(len(radii))
        for triangle in _between(int(starts[k]), counts[k], int(starts[k + 1]), counts[k + 1])
    ]
    return np.concatenate([np.zeros((1, 2)), *rings]), np.array(triangles, dtype=np.int32)


def _between(low: int, few: int, high: int, many: int) -> list[tuple[int, int, int]]:
    """Triangles between two rings, whichever is behind going ahead."""
    i, j, made = 0, 0, []
    while i < few - 1 or j < many - 1:
        if j == many - 1 or (i < few - 1 and (i + 1) / (few - 1) < (j + 1) / (many - 1)):
            made.append((low + i, high + j, low + i + 1))
            i += 1
        else:
            made.append((low + i, high + j, high + j + 1))
            j += 1
    return made
