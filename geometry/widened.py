"""Open a stretch of a vessel to a diameter, as a stent or balloon does, without meshing it again."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, minimum_filter1d

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.unflattened import unflattened
from geometry.narrowing import LEAST_DIHEDRAL, falling
from geometry.potential import shape_gradients, solve_laplace, stiffness
from geometry.quality import min_dihedrals
from geometry.stretch import Stretch

WITH, BEHIND = 3.0, 8.0  # mm behind the opened wall up to which nodes move like it (leaflets), and from which they stay
EXACT = 0.25  # mm between a wall node and the sections beside it
TIP = 2.0  # mm along the line, and of the wall's distance, that tell the end of a leaflet from a vessel that widens


def widened(mesh: HeartMesh, stretch: Stretch, diameter: float) -> HeartMesh:
    """The mesh whose wall along a stretch stands at least half of ``diameter`` mm from its line.

    A wall node at distance w moves out by  a max(R - w, 0); a falls as a cosine from 1 to 0 beyond either end of the device.
    The nodes inside follow by Laplace's equation with a conductivity of one over the tetrahedron's volume. Nothing is narrowed.
    Refuses a mesh whose tetrahedra would collapse.
    """
    skin = np.unique(mesh.tagged("wall"))
    push = _push(mesh.points[skin], stretch, diameter / 2)
    ends = [mesh.tagged(name).ravel() for name in mesh.facet_names.values() if name != "wall"]
    still = np.unique(np.concatenate(ends))
    push[np.isin(skin, still)] = 0.0
    gradients, volumes = shape_gradients(mesh)
    matrix = stiffness(mesh, gradients, np.ones(len(volumes)))
    way = np.column_stack([solve_laplace(matrix, [(still, 0.0), (skin, push[:, k])], rtol=1e-5) for k in range(3)])
    held = np.concatenate([skin, still])
    points = unflattened(mesh.points + way, mesh.tets, held, LEAST_DIHEDRAL)
    moved = mesh.with_points(points)
    if (moved.tet_volumes() <= 0).any() or min_dihedrals(points, mesh.tets).min() < LEAST_DIHEDRAL:
        raise Refused(
            f"The mesh cannot follow a device of {diameter:.1f} mm there: its tetrahedra would collapse. Use a smaller diameter, "
            "a longer taper or a mesh with shorter edges."
        )
    told = f"A device opened {stretch.high - stretch.low:.0f} mm of the vessel to {diameter:.1f} mm."
    return replace(moved, notes=(*mesh.notes, told))


def _push(places: Floats, stretch: Stretch, radius: float) -> Floats:
    """(n, 3) mm by which nodes of the wall move."""
    sections, arc = stretch.sections, stretch.arc
    near, along, across, angle = _placed(places, stretch)
    distance = np.linalg.norm(across, axis=1)
    before, after = (
        falling(stretch.low - along, 0.0, stretch.low - stretch.first),
        falling(along - stretch.high, 0.0, stretch.last - stretch.high),
    )
    wall = np.minimum(_wall_at(sections.inner, arc, along, angle), distance)
    wall = np.where(distance - wall < EXACT, distance, wall)  # the node is that wall
    size = np.minimum(before, after) * np.maximum(radius - wall, 0.0) * falling(distance - wall, WITH, BEHIND)
    push = np.zeros_like(places)
    push[near] = (size / np.maximum(distance, 1e-9))[:, None] * across
    return push


def _placed(places: Floats, stretch: Stretch) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
    """Places beside the line: which, mm along it, (n, 3) mm across from it, and angle."""
    sections, arc = stretch.sections, stretch.arc
    reach = 1.5 * float(np.nanmax(sections.inner)) + BEHIND
    off = np.linalg.norm(places[:, None] - sections.points[None, ::8], axis=2).min(axis=1)
    near = np.flatnonzero(off < reach)
    at = np.linalg.norm(places[near, None] - sections.points[None], axis=2).argmin(axis=1)
    away = places[near] - sections.points[at]
    ahead = np.einsum("ij,ij->i", away, sections.tangent[at])
    across = away - ahead[:, None] * sections.tangent[at]
    aside = [np.einsum("ij,ij->i", across, way[at]) for way in (sections.across, sections.aside)]
    return near, arc[at] + ahead, across, np.arctan2(aside[1], aside[0]) % (2 * np.pi)


def _wall_at(inner: Floats, arc: Floats, along: Floats, angle: Floats) -> Floats:
    """(n,) mm to the wall at places along and around the line; just beyond the tip of a leaflet still that to the leaflet."""
    table = np.where(np.isfinite(inner), inner, np.nanmax(inner))
    reach = round(TIP / float(arc[1] - arc[0]))
    lowest = minimum_filter1d(minimum_filter1d(table, 2 * reach + 1, axis=0), 3, axis=1, mode="wrap")
    table = np.where(table - lowest > TIP, lowest, table)
    row = np.interp(along, arc, np.arange(len(arc)))
    column = angle / (2 * np.pi) * inner.shape[1]
    return np.asarray(map_coordinates(np.column_stack([table, table[:, :2]]), [row, column], order=1, mode="nearest"))
