"""How long the edges of a blood pool should be, from its centreline."""

import numpy as np

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats

ACROSS = 9  # edges wanted across the narrowest place
SHORTEST = 0.4  # mm
JET = 1.5  # edges of the jet below the narrowest place, relative to those in it
GROWTH = 0.25  # mm of edge per mm of way


def throat_width(line: Centerline) -> float:
    """mm, diameter of the disc with the area of the narrowest cross-section."""
    return float(2 * np.sqrt(line.area[line.throat] / np.pi))


def throat_edge(line: Centerline, coarse: float) -> float:
    """mm, so that nine edges cross the throat, and at most ``coarse``."""
    return float(np.clip(throat_width(line) / ACROSS, SHORTEST, coarse))


def sizes(points: Floats, line: Centerline, coarse: float) -> Floats:
    """(n,) mm: shortest around the throat, half as long again in the jet for three of its widths, then up to ``coarse``."""
    width, fine = throat_width(line), throat_edge(line, coarse)
    along = line.arc - line.arc[line.throat]
    core = (along > -0.3 * width) & (along < 0.6 * width)
    jet = (along >= 0.6 * width) & (along < 3.0 * width)
    wanted = np.full(len(points), coarse)
    for some, edge in ((core, fine), (jet, min(JET * fine, coarse))):
        for center in line.points[some]:
            beyond = np.linalg.norm(points - center, axis=1) - 0.6 * width
            wanted = np.minimum(wanted, edge + GROWTH * np.maximum(beyond, 0.0))
    return wanted
