"""Open a stretch of a vessel to a diameter, as a stent or balloon does, without meshing it again."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import map_coordinates

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import with_unit
from geometry.narrowing import LEAST_DIHEDRAL, falling
from geometry.polar_sections import PolarSections, polar_sections
from geometry.quality import min_dihedrals

CLEAR = 1.0  # mm, at least, between what moves and the flat ends
BEHIND = 2.6  # radii at which a wall behind the opened one stays where it is


@dataclass(frozen=True)
class Widened:
    """A vessel after a device.

    mesh            with moved nodes;  station  index of the point of the centreline in the middle of the device
    before, after   mm2, smallest cross-section within the device's length
    touched         share of the wall within its length that it reaches (the rest stands off: malapposition)
    """

    mesh: HeartMesh
    station: int
    before: float
    after: float
    touched: float


def widen(mesh: HeartMesh, line: Centerline, middle: Floats, length: float, diameter: float, taper: float) -> Widened:
    """Move the wall within ``length`` mm around the place on the line nearest to ``middle`` out to ``diameter`` mm.

    With wall distance w and R half the diameter, a node at distance r in the lumen moves to  r (w + a max(R - w, 0)) / w;  a
    falls as a cosine from 1 to 0 over ``taper`` mm at either end (or before the flat ends). A wall behind the opened one
    (sinuses behind leaflets) follows less with its distance. A device narrows nothing and moves nothing along the vessel.
    Refuses a place too near an end and a mesh whose tetrahedra would collapse.
    """
    station = int(np.linalg.norm(line.points - middle, axis=1).argmin())
    low, high = line.arc[station] - length / 2, line.arc[station] + length / 2
    if low < CLEAR or high > line.arc[-1] - CLEAR:
        raise Refused(
            f"A device {length:.0f} mm long does not fit there: {line.arc[station]:.0f} mm from one end of the vessel and "
            f"{line.arc[-1] - line.arc[station]:.0f} mm from the other. Move it or make it shorter."
        )
    ends = max(low - taper, CLEAR / 2), min(high + taper, line.arc[-1] - CLEAR / 2)
    chosen = np.flatnonzero((line.arc >= ends[0] - 1.5) & (line.arc <= ends[1] + 1.5))
    sections = polar_sections(mesh, line.points[chosen], line.tangent[chosen])
    inside = (line.arc[chosen] >= low) & (line.arc[chosen] <= high)
    wall = sections.inner[inside]
    if not np.isfinite(wall).all():
        raise Refused("The wall is not closed around the vessel where the device lies; move it further from the ends.")
    radius = diameter / 2
    moved = _moved(mesh, line.arc[chosen], sections, radius, (ends[0], low, high, ends[1]))
    if (moved.tet_volumes() <= 0).any() or min_dihedrals(moved.points, moved.tets).min() < LEAST_DIHEDRAL:
        raise Refused(
            f"The mesh cannot follow a device of {diameter:.1f} mm there: its tetrahedra would collapse. Use a smaller diameter, "
            "a longer taper or a mesh with shorter edges."
        )
    after = polar_sections(moved, line.points[chosen][inside], line.tangent[chosen][inside])
    told = f"A device opened {length:.0f} mm of the vessel to {with_unit(f'{diameter:.1f}', 'mm')}."
    moved = replace(moved, notes=(*mesh.notes, told))
    before = float(sections.areas()[inside].min())
    return Widened(moved, station, before, float(np.nanmin(after.areas())), float((wall <= radius).mean()))


def _moved(
    mesh: HeartMesh, arc: Floats, sections: PolarSections, radius: float, stops: tuple[float, float, float, float]
) -> HeartMesh:
    near, along, across, angle = _placed(mesh, arc, sections)
    distance = np.linalg.norm(across, axis=1)
    wall = _wall_at(sections, arc, along, angle)
    skin = np.isin(near, np.unique(mesh.tagged("wall"))) & (distance < 1.1 * wall)
    wall = np.where(skin, distance, wall)  # exactly, where the node is the wall
    first, low, high, last = stops
    share = np.where(
        along < low,
        falling(low - along, 0.0, max(low - first, 1e-9)),
        falling(along - high, 0.0, max(last - high, 1e-9)),
    )
    push = share * np.maximum(radius - wall, 0.0)
    lumen = distance <= wall * (1 + 1e-9)
    follow = np.where(
        lumen, distance / np.maximum(wall, 1e-9), falling(distance, wall, BEHIND * np.maximum(wall, radius))
    )
    way = across / np.maximum(distance, 1e-9)[:, None]
    points = mesh.points.copy()
    points[near] += (push * follow)[:, None] * way
    caps = [mesh.tagged(name).ravel() for name in mesh.facet_names.values() if name != "wall"]
    fixed = np.unique(np.concatenate(caps)) if caps else np.empty(0, int)
    points[fixed] = mesh.points[fixed]
    return mesh.with_points(points)


def _placed(mesh: HeartMesh, arc: Floats, sections: PolarSections) -> tuple[Floats, Floats, Floats, Floats]:
    """Nodes beside the line: their numbers, mm along it, (n, 3) mm across from it, and angle."""
    reach = 1.5 * float(np.nanmax(sections.outer))
    off = np.linalg.norm(mesh.points[:, None] - sections.points[None, ::4], axis=2).min(axis=1)
    near = np.flatnonzero(off < reach + 4.0)
    at = np.linalg.norm(mesh.points[near, None] - sections.points[None], axis=2).argmin(axis=1)
    for _ in range(2):  # onto the line between its points, where it is bent
        away = mesh.points[near] - sections.points[at]
        ahead = np.einsum("ij,ij->i", away, sections.tangent[at])
        at = np.abs(arc[None] - (arc[at] + ahead)[:, None]).argmin(axis=1)
    away = mesh.points[near] - sections.points[at]
    ahead = np.einsum("ij,ij->i", away, sections.tangent[at])
    across = away - ahead[:, None] * sections.tangent[at]
    angle = np.arctan2(
        np.einsum("ij,ij->i", across, sections.aside[at]), np.einsum("ij,ij->i", across, sections.across[at])
    )
    return near, arc[at] + ahead, across, angle % (2 * np.pi)


def _wall_at(sections: PolarSections, arc: Floats, along: Floats, angle: Floats) -> Floats:
    """(n,) mm to the wall at places along and around the line."""
    table = np.where(np.isfinite(sections.inner), sections.inner, np.nanmax(sections.inner))
    row = np.interp(along, arc, np.arange(len(arc)))
    column = angle / (2 * np.pi) * len(sections.angle)
    return np.asarray(map_coordinates(np.column_stack([table, table[:, :2]]), [row, column], order=1, mode="nearest"))
