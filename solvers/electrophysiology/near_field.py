"""Lead fields of points near or inside the tissue: the source integral of each tetrahedron in closed form."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.surface import FACES

TINY = 1e-12


def triangle_potential(corners: Floats, point: Floats) -> Floats:
    """(k,) mm, the integral of 1/|x - point| over triangles (k, 3, 3); finite everywhere, on the triangle too.

    Wilton 1984, doi 10.1109/TAP.1984.1143304, for a constant source.
    """
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), TINY)
    height = np.abs(np.einsum("ki,ki->k", point - corners[:, 0], normal))
    total = np.zeros(len(corners))
    for first in range(3):
        a, b = corners[:, first], corners[:, (first + 1) % 3]
        along = b - a
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), TINY)
        outwards = np.cross(along, normal)
        low, high = (np.einsum("ki,ki->k", end - point, along) for end in (a, b))
        aside = np.einsum("ki,ki->k", a - point, outwards)
        near2 = aside**2 + height**2  # squared distance from the line of the edge
        r_low, r_high = np.sqrt(low**2 + near2), np.sqrt(high**2 + near2)
        # ln((r_high + high) / (r_low + low)) without cancellation where both ends lie behind the point
        behind = high + low < 0
        ratio = np.where(
            behind,
            (r_low - low) / np.maximum(r_high - high, TINY),
            (r_high + high) / np.maximum(r_low + low, TINY),
        )
        angles = [np.arctan2(aside * end, near2 + height * r + TINY) for end, r in ((high, r_high), (low, r_low))]
        total += aside * np.log(np.maximum(ratio, TINY)) - height * (angles[0] - angles[1])
    return total


def source_vectors(mesh: HeartMesh, point: Floats, near: float) -> Floats:
    """(m, 3) mm, the integral over each tetrahedron of the gradient of 1/|x - point|.

    Exact (by Gauss: the faces' normals times their ``triangle_potential``) where the middle is closer than ``near`` mm, else
    the value in the middle times the volume.
    """
    corners = mesh.points[mesh.tets]
    away = corners.mean(axis=1) - point
    distance = np.linalg.norm(away, axis=1)
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6.0
    vectors = -volume[:, None] * away / np.maximum(distance, TINY)[:, None] ** 3
    close = np.flatnonzero(distance < near)
    exact = np.zeros((len(close), 3))
    for face in FACES:
        triangle = corners[close][:, face]
        normal = np.cross(triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), TINY)
        exact += normal * triangle_potential(triangle, point)[:, None]
    vectors[close] = exact
    return np.asarray(vectors)
