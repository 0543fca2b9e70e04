"""Integrals of linear functions over the named boundary triangles of a mesh."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh


def area_vectors(mesh: HeartMesh, name: str) -> Floats:
    """(k, 3) mm2, the outward normal of each triangle of a surface times its area."""
    a, b, c = (mesh.points[mesh.tagged(name)[:, i]] for i in range(3))
    return np.asarray(np.cross(b - a, c - a) / 2)


def nodal_flux(mesh: HeartMesh, name: str) -> Floats:
    """(n, 3) mm2, the integral of  phi_i n  over a surface: its product with nodal velocities is the outward flux."""
    triangles, vectors = mesh.tagged(name), area_vectors(mesh, name) / 3
    total = np.zeros_like(mesh.points)
    for corner in range(3):
        np.add.at(total, triangles[:, corner], vectors)
    return total


def nodal_area(mesh: HeartMesh, name: str) -> Floats:
    """(n,) mm2, the integral of  phi_i  over a surface; zero off it."""
    triangles, area = mesh.tagged(name), np.linalg.norm(area_vectors(mesh, name), axis=1) / 3
    return np.bincount(triangles.ravel(), weights=np.repeat(area, 3), minlength=len(mesh.points))


def nodal_load(mesh: HeartMesh, name: str, values: Floats) -> Floats:
    """(n, 3), the integral of  f phi_i n  over a surface for a linear f with nodal ``values`` (n,)."""
    triangles, vectors = mesh.tagged(name), area_vectors(mesh, name)
    at = values[triangles]
    total = np.zeros_like(mesh.points)
    for corner in range(3):
        # integral of lambda_i lambda_j over a triangle: area / 12 (1 + delta_ij)
        np.add.at(total, triangles[:, corner], vectors * ((at.sum(axis=1) + at[:, corner]) / 12)[:, None])
    return total


def mean_over(mesh: HeartMesh, name: str, values: Floats) -> float:
    """The mean of a nodal quantity (n,) over a surface."""
    weight = nodal_area(mesh, name)
    return float(weight @ values / weight.sum())
