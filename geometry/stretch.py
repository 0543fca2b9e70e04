"""A stretch of a vessel around a place on its centreline, and what a round device of some diameter would make of its wall."""

from dataclasses import dataclass

import numpy as np

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.polar_sections import PolarSections, polar_sections

CLEAR = 1.0  # mm, at least, between a device and the flat ends
STEP = 0.5  # mm between sections
STRAIGHT = 40.0  # mm of a vessel that a parabola follows; for each as much more, a polynomial of one order more
SEEN = 12.0  # mm beyond the ends of the device that its line is fitted to


@dataclass(frozen=True)
class Stretch:
    """Sections along a smooth piece of the line.

    arc       (k,) mm from the inlet;  sections  there
    low, high mm, where the device begins and ends;  first, last  where what it moves does
    """

    arc: Floats
    sections: PolarSections
    low: float
    high: float
    first: float
    last: float

    @property
    def inside(self) -> Floats:
        """(j, a) mm to the wall within the device's length."""
        return self.sections.inner[(self.arc >= self.low) & (self.arc <= self.high)]

    def smallest(self, radius: float = 0.0) -> float:
        """mm2, the smallest cross-section within the device's length once nothing is nearer than ``radius`` mm."""
        wall = np.maximum(self.inside, radius)
        return float((0.5 * np.sin(2 * np.pi / wall.shape[1]) * (wall * np.roll(wall, -1, axis=1)).sum(axis=1)).min())

    def touched(self, radius: float) -> float:
        """Share of the wall within its length that a device of ``radius`` mm reaches (the rest stands off)."""
        return float((self.inside <= radius).mean())


def stretch_around(mesh: HeartMesh, line: Centerline, middle: Floats, length: float, taper: float) -> Stretch:
    """The stretch of ``length`` mm around the point of the line nearest to ``middle``, and ``taper`` mm at either end.

    Its line is a polynomial fitted to the centreline: that one winds behind leaflets. Refuses a place too near an end.
    """
    at = float(line.arc[np.linalg.norm(line.points - middle, axis=1).argmin()])
    whole = float(line.arc[-1])
    low, high = at - length / 2, at + length / 2
    if low < CLEAR or high > whole - CLEAR:
        raise Refused(
            f"A device {length:.0f} mm long does not fit there: it is {at:.0f} mm from one end of the vessel and "
            f"{whole - at:.0f} mm from the other. Move it or make it shorter."
        )
    first, last = max(low - taper, CLEAR / 2), min(high + taper, whole - CLEAR / 2)
    arc = np.linspace(first, last, int((last - first) / STEP) + 2)
    points, tangent = _smooth(line, arc)
    found = Stretch(arc, polar_sections(mesh, points, tangent), low, high, first, last)
    if not np.isfinite(found.inside).all():
        raise Refused("The wall is not closed around the vessel where the device lies; move it further from the ends.")
    return found


def _smooth(line: Centerline, arc: Floats) -> tuple[Floats, Floats]:
    """Points (k, 3) mm and unit tangents at places along the line, of a polynomial through what is seen of it."""
    near = (line.arc > arc[0] - SEEN) & (line.arc < arc[-1] + SEEN)
    order = 2 + int((arc[-1] - arc[0]) / STRAIGHT)
    curves = [np.polynomial.Polynomial.fit(line.arc[near], line.points[near, k], order) for k in range(3)]
    points = np.column_stack([curve(arc) for curve in curves])
    tangent = np.column_stack([curve.deriv()(arc) for curve in curves])
    return points, tangent / np.linalg.norm(tangent, axis=1)[:, None]
