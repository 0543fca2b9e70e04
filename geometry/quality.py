"""How good the tetrahedra are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, HeartMesh


@dataclass(frozen=True)
class Quality:
    """What a solver needs to know of a mesh.

    min_dihedral      degrees, the smallest angle between two faces of any tetrahedron
    radius_ratio_p99  circumradius / (3 inradius), 1 for the regular one: 99 % are below this
    inverted          tetrahedra with no positive volume
    tets, nodes       counts
    edge              mm, mean edge length
    """

    min_dihedral: float
    radius_ratio_p99: float
    inverted: int
    tets: int
    nodes: int
    edge: float


def mesh_quality(mesh: HeartMesh, angle: Floats | None = None, ratio: Floats | None = None) -> Quality:
    """Measure a mesh; ``angle`` and ``ratio`` (m,) are those of its tetrahedra where they are known."""
    angle = min_dihedrals(mesh.points, mesh.tets) if angle is None else angle
    ratio = radius_ratios(mesh.points, mesh.tets) if ratio is None else ratio
    return Quality(
        min_dihedral=float(angle.min()),
        radius_ratio_p99=float(np.percentile(ratio, 99)),
        inverted=int((mesh.tet_volumes() <= 0).sum()),
        tets=len(mesh.tets),
        nodes=len(mesh.points),
        edge=mesh.edge_length(),
    )


def min_dihedrals(points: Floats, tets: NDArray[np.integer]) -> Floats:
    """(m,) degrees, the smallest of the six dihedral angles of each tetrahedron."""
    normals = _face_normals(points, tets)
    smallest = np.full(len(tets), 180.0)
    for i in range(4):
        for j in range(i):
            cosine = -np.einsum("ij,ij->i", normals[i], normals[j])
            smallest = np.minimum(smallest, np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return smallest


def radius_ratios(points: Floats, tets: NDArray[np.integer]) -> Floats:
    """(m,) R / (3 r) of each tetrahedron; infinite where it is flat."""
    a, b, c, d = (points[tets[:, i]] for i in range(4))
    u, v, w = b - a, c - a, d - a
    six = np.abs(np.einsum("ij,ij->i", np.cross(u, v), w))
    turn = (
        (u**2).sum(1)[:, None] * np.cross(v, w)
        + (v**2).sum(1)[:, None] * np.cross(w, u)
        + (w**2).sum(1)[:, None] * np.cross(u, v)
    )
    areas = sum(
        np.linalg.norm(np.cross(q - p, r - p), axis=1) / 2 for p, q, r in ((b, c, d), (a, d, c), (a, b, d), (a, c, b))
    )
    with np.errstate(divide="ignore"):
        return np.asarray(np.linalg.norm(turn, axis=1) / (2 * six) * areas / six * 2 / 3)


def _face_normals(points: Floats, tets: NDArray[np.integer]) -> list[Floats]:
    corners = [points[tets[:, i]] for i in range(4)]
    normals = []
    for p, q, r in ((1, 2, 3), (0, 3, 2), (0, 1, 3), (0, 2, 1)):
        normal = np.cross(corners[q] - corners[p], corners[r] - corners[p])
        normals.append(normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None])
    return normals
