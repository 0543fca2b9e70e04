"""Curvature of a named surface from paraboloids fitted around each node.

Cazals & Pouget 2005, doi 10.1016/j.cagd.2004.09.004: the coefficients of a fitted jet converge where angle-based ones need not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.surface import area_vectors

FEWEST = 7  # neighbours: five unknowns, and two to spare


@dataclass(frozen=True)
class Curvature:
    """At the nodes of a surface.

    nodes     (k,) numbers in the mesh
    mean      (k,) 1/mm, positive where the surface is a bowl seen along its normals (an endocardium, whose normals point
              into the blood), negative where it is a dome (an epicardium)
    gaussian  (k,) 1/mm2
    area      (k,) mm2 that each node stands for
    """

    nodes: Ints
    mean: Floats
    gaussian: Floats
    area: Floats


def curvature(mesh: HeartMesh, surface: str) -> Curvature:
    """Fit z = a x2 + b xy + c y2 + d x + e y in the tangent plane of each node to the nodes two edges around it."""
    triangles = mesh.tagged(surface)
    nodes, compact = np.unique(triangles, return_inverse=True)
    compact = compact.reshape(-1, 3)
    points = mesh.points[nodes]
    vectors = area_vectors(points, compact)
    normal, area = np.zeros_like(points), np.zeros(len(points))
    for corner in range(3):
        np.add.at(normal, compact[:, corner], vectors)
        np.add.at(area, compact[:, corner], np.linalg.norm(vectors, axis=1) / 3)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    mean, gaussian = _fitted(points, normal, *_two_rings(compact, len(points)))
    return Curvature(nodes.astype(np.int32), mean, gaussian, area)


def _two_rings(triangles: NDArray[np.integer], count: int) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Pairs of nodes that one or two edges part."""
    ends = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    one = csr_array(coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count)))
    one = one + one.T
    both = coo_array(one + one @ one)
    apart = both.row != both.col
    return both.row[apart], both.col[apart]


def _fitted(
    points: Floats, normal: Floats, row: NDArray[np.integer], column: NDArray[np.integer]
) -> tuple[Floats, Floats]:
    spare = np.where(np.abs(normal[:, :1]) < 0.7, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first = np.cross(normal, spare)
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(normal, first)
    away = points[column] - points[row]
    x, y, z = (np.einsum("ij,ij->i", away, axis[row]) for axis in (first, second, normal))
    reach = np.sqrt(np.bincount(row, x**2 + y**2, len(points)) / np.maximum(np.bincount(row, minlength=len(points)), 1))
    reach = np.maximum(reach, 1e-9)
    u, v = x / reach[row], y / reach[row]
    basis = np.stack([u * u, u * v, v * v, u, v])
    normal_matrix = np.empty((len(points), 5, 5))
    right = np.empty((len(points), 5))
    for i in range(5):
        right[:, i] = np.bincount(row, basis[i] * z / reach[row], len(points))
        for j in range(5):
            normal_matrix[:, i, j] = np.bincount(row, basis[i] * basis[j], len(points))
    few = np.bincount(row, minlength=len(points)) < FEWEST
    normal_matrix[few] = np.eye(5)
    found = np.linalg.solve(normal_matrix + 1e-10 * np.eye(5), right[..., None])[..., 0]
    a, b, c = (found[:, k] / reach for k in range(3))
    d, e = found[:, 3], found[:, 4]
    stretch = 1 + d**2 + e**2
    mean = ((1 + e**2) * 2 * a - 2 * d * e * b + (1 + d**2) * 2 * c) / (2 * stretch**1.5)
    gaussian = (4 * a * c - b**2) / stretch**2
    return np.where(few, np.nan, mean), np.where(few, np.nan, gaussian)
