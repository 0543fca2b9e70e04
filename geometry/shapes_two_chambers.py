"""The smooth formulas of a two-chambered test heart: distances to its surfaces."""

import numpy as np

from geometry.heart_mesh import Floats

# mm: centre and half axes of the cavities; the walls are their offsets. The base is z = 0, the apex down, the RV at +x.
LV_CENTER, LV_AXES, LV_WALL = (0.0, 0.0, -2.0), (21.0, 21.0, 56.0), 9.0
RV_CENTER, RV_AXES, RV_WALL = (19.0, 0.0, 0.0), (37.0, 30.0, 50.0), 4.5
BLEND = 5.0  # mm, over which surfaces that meet are rounded into each other
BOX = ((-36.0, -40.0, -76.0), (66.0, 40.0, 0.0))


def ellipsoid_distance(points: Floats, center: tuple[float, ...], axes: tuple[float, ...]) -> Floats:
    """(n,) mm, first-order distance to an ellipsoid (value over gradient), negative inside."""
    scaled = (points - np.asarray(center)) / axes
    length = np.linalg.norm(scaled, axis=1)
    slope = np.linalg.norm(scaled / axes, axis=1)
    return np.asarray(length * (length - 1) / np.maximum(slope, 1e-9))


def rounded_max(a: Floats, b: Floats, blend: float) -> Floats:
    """max(a, b) with the crease rounded over ``blend``."""
    near = np.maximum(blend - np.abs(a - b), 0.0) / blend
    return np.asarray(np.maximum(a, b) + near**2 * blend / 4)


def wall_distances(points: Floats) -> dict[str, Floats]:
    """Name of each surface -> (n,) mm from it, negative on the side of the wall."""
    lv, rv = ellipsoid_distance(points, LV_CENTER, LV_AXES), ellipsoid_distance(points, RV_CENTER, RV_AXES)
    cavity = rounded_max(rv, LV_WALL - lv, BLEND)
    outer = -rounded_max(LV_WALL - lv, RV_WALL - rv, BLEND)
    return {"endo_lv": -lv, "endo_rv": -cavity, "epi": outer}


def beyond_septum(points: Floats) -> Floats:
    """(n,) mm outside the LV wall: positive in the RV free wall."""
    return ellipsoid_distance(points, LV_CENTER, LV_AXES) - LV_WALL
