"""The worst tetrahedra of a mesh: where they are and how flat."""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.quality import min_dihedrals


@dataclass(frozen=True)
class Flat:
    """One tetrahedron: its middle (x, y, z) mm RAS and its smallest dihedral angle, degrees."""

    place: tuple[float, float, float]
    angle: float


def worst_tets(mesh: HeartMesh, most: int = 5) -> tuple[Flat, ...]:
    """The tetrahedra with the smallest dihedral angles, worst first."""
    angles = min_dihedrals(mesh.points, mesh.tets)
    picked = np.argsort(angles)[:most]
    middles = mesh.points[mesh.tets[picked]].mean(axis=1)
    return tuple(
        Flat((float(p[0]), float(p[1]), float(p[2])), float(a)) for p, a in zip(middles, angles[picked], strict=True)
    )
