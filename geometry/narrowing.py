"""Open or close the narrowest place of a blood pool without meshing it again."""

from dataclasses import replace

import numpy as np

from geometry.centerline import Centerline, centerline, section_area, tetra_grid
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.unflattened import unflattened
from geometry.quality import min_dihedrals

LEAST_DIHEDRAL = 2.0  # degrees below which a moved mesh is refused


def scale_narrowing(mesh: HeartMesh, area_factor: float, line: Centerline | None = None) -> HeartMesh:
    """The same mesh with the area of its throat multiplied by ``area_factor``.

    Nodes move radially from the straight axis through the throat: x -> c + (1 + (k - 1) a(s) b(r)) (x - c), where a falls from
    1 at the throat to 0 two throat diameters along it (or before the flat ends), and b from 1 within 1.25 radii of the throat to
    0 at 2.6 radii (a vessel around the throat stays; it follows a little, up to 4 radii, where the throat opens far). k is
    found so that the flat cross-section measured at the throat has the wanted area within 1 %.
    ``line`` saves finding the centreline again. Raises Refused when a tetrahedron would collapse.
    """
    if not 0.05 <= area_factor <= 10.0:
        raise Refused(f"The narrowest area cannot be multiplied by {area_factor:g}; choose 0.05 to 10.")
    known = centerline(mesh) if line is None else line
    if abs(area_factor - 1.0) < 1e-9:
        return mesh
    center, normal = known.points[known.throat], known.tangent[known.throat]
    area = section_area(tetra_grid(mesh), center, normal)
    weight, radial = _weights(mesh, known, float(np.sqrt(area / np.pi)), float(np.sqrt(area_factor)))
    stretch, wanted = float(np.sqrt(area_factor)), area_factor * area
    for _ in range(8):
        moved = mesh.with_points(mesh.points + (stretch - 1.0) * weight[:, None] * radial)
        now = section_area(tetra_grid(moved), center, normal)
        if abs(now / wanted - 1.0) < 0.003 or now <= 0:
            break
        stretch *= float(np.sqrt(wanted / now))
    moved = mesh.with_points(unflattened(moved.points, mesh.tets, np.unique(mesh.facets), LEAST_DIHEDRAL))
    if (moved.tet_volumes() <= 0).any() or min_dihedrals(moved.points, moved.tets).min() < LEAST_DIHEDRAL:
        raise Refused(
            f"The mesh is too coarse to change the narrowest area by a factor of {area_factor:g}; use shorter edges there."
        )
    if abs(now / wanted - 1.0) > 0.01:
        raise Refused(
            f"The narrowest area could not be changed by a factor of {area_factor:g}; choose one nearer to 1."
        )
    return replace(moved, notes=(*mesh.notes, f"The narrowest area was multiplied by {area_factor:g}."))


def _weights(mesh: HeartMesh, line: Centerline, radius: float, stretch: float) -> tuple[Floats, Floats]:
    """(n,) how much of the stretch each node takes, and (n, 3) mm to it across the axis through the throat.

    The axis is straight: a centreline winds where the blood behind leaflets draws it aside, and nodes beside it would cross.
    """
    center, axis = line.points[line.throat], line.tangent[line.throat]
    away = mesh.points - center
    along = away @ axis
    across = away - along[:, None] * axis
    ends = 0.9 * line.arc[line.throat], 0.9 * (line.arc[-1] - line.arc[line.throat])  # flat ends stay as they are
    reach = np.where(along < 0, min(4.0 * radius, ends[0]), min(4.0 * radius, ends[1]))
    outer = min(2.6 + 3.0 * max(stretch - 1.25, 0.0), 4.0)
    inner = falling(np.linalg.norm(across, axis=1), 1.25 * radius, outer * radius)
    weight = falling(np.abs(along), 0.0, reach) * inner
    weight[np.unique(np.concatenate([mesh.tagged("inlet").ravel(), mesh.tagged("outlet").ravel()]))] = 0.0
    return weight, across


def falling(value: Floats, start: float | Floats, stop: float | Floats) -> Floats:
    """1 up to ``start``, 0 from ``stop`` on, a cosine between."""
    share = np.clip((value - start) / (stop - start), 0.0, 1.0)
    return np.asarray((1.0 + np.cos(np.pi * share)) / 2.0)
