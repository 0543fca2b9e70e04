"""Give the cavities of a mesh the volume they were drawn with: flat facets cut off what a curved surface holds beyond them."""

from collections.abc import Mapping

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.displace import displaced
from geometry.surface import area_vectors

ROUNDS, ENOUGH = 4, 1e-4  # at most; share of the volume that is near enough
FARTHEST = 0.4  # mm that a surface is moved: half a pixel, within which an outline is not known
LONGEST = 0.15  # of the edges, so that the tetrahedra behind keep their shape


def volume_below(points: Floats, triangles: Ints) -> float:
    """mm3 between a cavity's surface, whose normals point into it, and the plane z = 0: the flux of (0, 0, z) through it."""
    height = points[triangles][:, :, 2].mean(axis=1)
    return -float((height * area_vectors(points, triangles)[:, 2]).sum())


def with_volumes(mesh: HeartMesh, wanted: Mapping[str, float], edge: float, sharpest: float) -> HeartMesh:
    """The mesh, its cavities open at z = 0, with named surfaces moved along their normals until they hold ``wanted`` mm3.

    Nodes in z = 0 stay in it. A surface moves by ``FARTHEST`` at most, and nodes less where a dihedral angle would come below
    ``sharpest`` degrees: what is missing then stays missing.
    """
    points, most = mesh.points, min(FARTHEST, LONGEST * edge)
    for name, volume in wanted.items():
        triangles, left = mesh.tagged(name), most
        for _ in range(ROUNDS):
            vectors = area_vectors(points, triangles)
            missing = volume - volume_below(points, triangles)
            way = float(np.clip(missing / np.linalg.norm(vectors, axis=1).sum(), -left, left))
            if abs(missing) < ENOUGH * volume or left <= 0:
                break
            points = displaced(points, mesh.tets, -way * _normals(points, triangles, vectors), sharpest)
            left -= abs(way)
    return mesh.with_points(points)


def _normals(points: Floats, triangles: Ints, vectors: Floats) -> Floats:
    """(n, 3) unit normals at the nodes of a surface, level at those in z = 0; zero elsewhere."""
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], vectors)
    normals[points[:, 2] == 0.0, 2] = 0.0
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))
