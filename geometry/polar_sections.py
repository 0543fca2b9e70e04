"""How far the wall is around a line: cross-sections of a surface in polar coordinates."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints

DIRECTIONS = 72
REACH = 60.0  # mm from the line within which triangles are looked at


@dataclass(frozen=True)
class PolarSections:
    """Flat cross-sections across a line.

    points, tangent  (k, 3) mm and unit vectors;  across, aside  (k, 3) unit vectors from which angles count, without twist
    angle            (a,) rad;  inner, outer  (k, a) mm from the line to the first and the last wall met; NaN where there is none
    """

    points: Floats
    tangent: Floats
    across: Floats
    aside: Floats
    angle: Floats
    inner: Floats
    outer: Floats

    def directions(self) -> Floats:
        """(k, a, 3) unit vectors."""
        cos, sin = np.cos(self.angle)[None, :, None], np.sin(self.angle)[None, :, None]
        return np.asarray(cos * self.across[:, None] + sin * self.aside[:, None])

    def ring(self, number: int) -> Floats:
        """(a, 3) mm, the inner outline of one section; refuses one that is not closed."""
        radius = self.inner[number]
        if not np.isfinite(radius).all():
            raise Refused("The wall is not closed around the line there; choose a place further from the ends.")
        return np.asarray(self.points[number] + radius[:, None] * self.directions()[number])

    def areas(self) -> Floats:
        """(k,) mm2 inside the inner outlines, as polygons; NaN where they are not closed."""
        following = np.roll(self.inner, -1, axis=1)
        return np.asarray(0.5 * np.sin(2 * np.pi / len(self.angle)) * (self.inner * following).sum(axis=1))


def polar_sections(
    mesh: HeartMesh, points: Floats, tangent: Floats, surface: str = "wall", directions: int = DIRECTIONS
) -> PolarSections:
    """Cut a named surface across a line of points (k, 3) mm with unit tangents; exact on its triangles.

    Refuses a mesh without that surface.
    """
    triangles = mesh.tagged(surface)
    if not len(triangles):
        raise Refused(f"The mesh has no surface {surface}, around which sections could be taken.")
    across, aside = untwisted(tangent)
    angle = np.linspace(0.0, 2 * np.pi, directions, endpoint=False)
    inner, outer = np.full((2, len(points), directions), np.nan)
    for k in range(len(points)):
        ends = _cut(mesh.points, triangles, points[k], tangent[k])
        flat = np.stack([ends @ across[k], ends @ aside[k]], axis=-1)
        inner[k], outer[k] = _hits(flat, angle)
    return PolarSections(points, tangent, across, aside, angle, inner, outer)


def untwisted(tangent: Floats) -> tuple[Floats, Floats]:
    """(k, 3) twice: unit vectors across tangents (k, 3), each that of its predecessor laid into its own plane."""
    first = np.linalg.svd(tangent[:1])[2][1]
    across = np.empty_like(tangent)
    for k, along in enumerate(tangent):
        first = first - (first @ along) * along
        first = first / np.linalg.norm(first)
        across[k] = first
    return across, np.cross(tangent, across)


def _cut(points: Floats, triangles: Ints, center: Floats, normal: Floats) -> Floats:
    """(s, 2, 3) mm from the centre: where a plane cuts triangles near it."""
    height = (points - center) @ normal
    of = height[triangles]
    low, high = of.min(axis=1), of.max(axis=1)
    met = triangles[(low < 0) & (high >= 0)]
    met = met[np.linalg.norm(points[met[:, 0]] - center, axis=1) < REACH]
    above = height[met] >= 0
    alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))
    rows = np.arange(len(met))
    tip = met[rows, alone]
    ends = []
    for step in (1, 2):
        other = met[rows, (alone + step) % 3]
        under = np.where(
            height[tip] < 0, tip, other
        )  # the same end first for both triangles of an edge: no slit between
        over = np.where(height[tip] < 0, other, tip)
        share = height[under] / (height[under] - height[over])
        ends.append(points[under] + share[:, None] * (points[over] - points[under]) - center)
    return np.stack(ends, axis=1)


def _hits(flat: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """(a,) twice: nearest and furthest distance at which rays from the origin meet segments (s, 2, 2); NaN for none."""
    a, b = flat[:, 0], flat[:, 1]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    left, right = cos * a[:, 1] - sin * a[:, 0], cos * b[:, 1] - sin * b[:, 0]  # signed distances from the ray's line
    crossing = (left < 0) != (right < 0)
    share = np.divide(left, left - right, out=np.zeros_like(left), where=crossing)
    along = cos * (a[:, 0] + share * (b[:, 0] - a[:, 0])) + sin * (a[:, 1] + share * (b[:, 1] - a[:, 1]))
    met = crossing & (along > 1e-9)
    near = np.where(met, along, np.inf).min(axis=1, initial=np.inf)
    far = np.where(met, along, -np.inf).max(axis=1, initial=-np.inf)
    some = met.any(axis=1)
    return np.where(some, near, np.nan), np.where(some, far, np.nan)
