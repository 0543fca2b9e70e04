"""Vorticity, Q-criterion and kinetic energy of a linear velocity field."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import shape_gradients


def velocity_gradients(blood: HeartMesh, velocity: Floats) -> tuple[Floats, Floats]:
    """(m, 3, 3) du_i/dx_j in 1/ms of each tetrahedron, and its volume (m,) mm3."""
    gradients, volumes = shape_gradients(blood)
    return np.einsum("mki,mkj->mij", velocity[blood.tets], gradients), volumes


def to_nodes(blood: HeartMesh, values: Floats, volumes: Floats) -> Floats:
    """(n,) mean of tetrahedron values (m,) around each node, by volume."""
    count, corners = len(blood.points), blood.tets.ravel()
    total = np.bincount(corners, weights=np.repeat(values * volumes, 4), minlength=count)
    return np.asarray(total / np.bincount(corners, weights=np.repeat(volumes, 4), minlength=count))


def q_criterion(blood: HeartMesh, velocity: Floats) -> Floats:
    """(n,) 1/ms2,  Q = (|W|^2 - |S|^2) / 2  of spin W and strain S: positive in a vortex (Hunt 1988)."""
    gradient, volumes = velocity_gradients(blood, velocity)
    turned = np.swapaxes(gradient, 1, 2)
    spin, strain = (gradient - turned) / 2, (gradient + turned) / 2
    q = ((spin**2).sum(axis=(1, 2)) - (strain**2).sum(axis=(1, 2))) / 2
    return to_nodes(blood, q, volumes)


def kinetic_energy(blood: HeartMesh, velocity: Floats, density: float) -> float:
    """uJ, the integral of  rho |u|^2 / 2  for a linear velocity (n, 3) in mm/ms and a density in mg/mm3."""
    at = velocity[blood.tets]
    squares = np.einsum("mik,mik->m", at, at) + (at.sum(axis=1) ** 2).sum(axis=1)
    return float(density / 2 * (blood.tet_volumes() / 20 * squares).sum())
