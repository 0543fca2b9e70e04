"""Triangulated discs and the stacks of prisms over them, cut in tetrahedra: the scaffold of the test shapes."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from geometry.heart_mesh import Floats, Ints


def disc(radii: NDArray[np.floating], counts: NDArray[np.integer]) -> tuple[Floats, Ints]:
    """A disc of one centre and rings of points, every second ring turned by half a step.

    radii, counts  (k,) radius of each ring, ascending, and how many points lie on it
    Returns (n, 2) points, centre first and outermost ring last, and (t, 3) triangles.
    """
    rings = [np.zeros((1, 2))]
    for k, (radius, count) in enumerate(zip(radii, counts, strict=True)):
        angle = 2 * np.pi * (np.arange(count) + 0.5 * (k % 2)) / count
        rings.append(radius * np.column_stack([np.cos(angle), np.sin(angle)]))
    points = np.vstack(rings)
    return points, Delaunay(points).simplices.astype(np.int32)


def stacked(triangles: Ints, per_layer: int, layers: int) -> Ints:
    """(t * layers * 3, 4), the prisms between ``layers + 1`` copies of a triangulation, three tetrahedra each.

    The quadrilateral between two copies of an edge is cut from the lower point of its higher-numbered end to the upper
    point of the other one by number alone, so that neighbouring prisms agree.
    """
    a, b, c = np.sort(triangles, axis=1).T
    up = per_layer
    one = np.concatenate(
        [
            np.column_stack([a, b, c, c + up]),
            np.column_stack([a, b, b + up, c + up]),
            np.column_stack([a, a + up, b + up, c + up]),
        ]
    )
    return np.concatenate([one + k * up for k in range(layers)]).astype(np.int32)
