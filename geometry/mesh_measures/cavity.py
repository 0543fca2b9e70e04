"""Volume of a cavity from its wall: the openings of the named surface are closed by fans around their middles."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.mesh_measures.rims import rims
from geometry.surface import enclosed_volume


def cavity_volume(mesh: HeartMesh, surface: str) -> float:
    """ml of blood within a surface of the wall such as endo_lv, up to its openings.

    By the divergence theorem; a flat opening is closed exactly. Refuses a surface that is not there.
    """
    return ClosedCavity(mesh, surface).volume(mesh.points)


class ClosedCavity:
    """A surface of the wall with lids on, whose volume is wanted again and again while it moves."""

    def __init__(self, mesh: HeartMesh, surface: str) -> None:
        self.triangles: Ints = mesh.tagged(surface)
        self.rims = rims(mesh, surface)

    def volume(self, points: Floats) -> float:
        """ml, for nodes (n, 3) mm of the whole mesh."""
        total = enclosed_volume(points, self.triangles)
        for rim in self.rims:
            loop = points[rim]
            middle = np.broadcast_to(loop.mean(axis=0), loop.shape)
            following = np.roll(loop, -1, axis=0)
            total += float(np.einsum("ij,ij->i", np.cross(following, loop), middle).sum() / 6.0)
        return -total / 1000.0  # normals of a wall point into its cavity

    def area(self, points: Floats) -> float:
        """mm2 of the surface without its lids."""
        a, b, c = (points[self.triangles[:, k]] for k in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)
