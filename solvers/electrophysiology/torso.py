"""The skin of a template chest around this heart: where the volume conductor of the ECG ends."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints

LEAST_GAP = 20.0  # mm between skin and heart: fat, ribs and lung

# mm from the middle of the ventricles in RAS: +x to the patient's right, +y to the front, +z to the head.
# An adult chest 320 mm wide and 220 mm deep, from the shoulders to the hips, without arms, neck and legs; its midline is
# 25 mm to the right of the heart's middle.
_CENTRE = np.array([25.0, -20.0, -85.0])
_HALF = np.array([160.0, 110.0, 315.0])
_SQUARE, _FLAT = 2.5, 8.0  # exponents: of the cross-section (2 is an ellipse), and of how flat shoulders and hips are
_HEIGHTS = (-385, -330, -260, -200, -150, -110, -80, -55, -30, -10, 10, 30, 55, 80, 110, 145, 180, 205, 221)
_ANGLES = 36


@dataclass(frozen=True)
class Torso:
    """A closed surface of triangles.

    points     (v, 3) mm, RAS
    triangles  (f, 3) rows of points, seen from outside anticlockwise
    """

    points: Floats
    triangles: Ints


def torso_around(mesh: HeartMesh) -> tuple[Torso, Floats, float]:
    """The template around this heart, the heart's middle (3,) mm, and how many times larger than the template it is.

    It is larger than an adult's where the heart would come closer to the skin than ``LEAST_GAP``.
    """
    heart = mesh.points[np.unique(mesh.tets)]
    middle = heart.mean(axis=0)
    size = 1.0
    while _depth((heart - middle) / size).max() > 1 - LEAST_GAP / (_HALF[1] * size):
        size *= 1.02
    return Torso(middle + size * template().points, template().triangles), middle, size


@cache
def template() -> Torso:
    """The chest around a heart whose middle is the origin."""
    angles = np.linspace(0.0, 2 * np.pi, _ANGLES, endpoint=False)
    round_ = np.column_stack([np.cos(angles), np.sin(angles)])
    round_ /= (np.abs(round_) ** _SQUARE).sum(axis=1, keepdims=True) ** (1 / _SQUARE)
    rings = []
    for height in _HEIGHTS:
        width = (1 - abs((height - _CENTRE[2]) / _HALF[2]) ** _FLAT) ** 0.5
        rings.append(np.column_stack([_CENTRE[:2] + width * _HALF[:2] * round_, np.full(_ANGLES, float(height))]))
    poles = _CENTRE + np.outer([-1.0, 1.0], [0.0, 0.0, _HALF[2]])
    points = np.vstack([*rings, poles])
    here = np.arange(_ANGLES)
    on = (here + 1) % _ANGLES
    last = (len(_HEIGHTS) - 1) * _ANGLES
    bottom, top = len(points) - 2, len(points) - 1
    triangles = [np.column_stack([np.full(_ANGLES, bottom), on, here])]
    for first in range(0, last, _ANGLES):
        lower, upper = first + here, first + _ANGLES + here
        lower_on, upper_on = first + on, first + _ANGLES + on
        triangles += [np.column_stack([lower, lower_on, upper_on]), np.column_stack([lower, upper_on, upper])]
    triangles.append(np.column_stack([np.full(_ANGLES, top), last + here, last + on]))
    return Torso(points, np.vstack(triangles).astype(np.int32))


def _depth(places: Floats) -> Floats:
    """(p,) 0 on the axis of the template, 1 on its skin, for places (p, 3) mm from the heart's middle."""
    away = np.abs(places - _CENTRE) / _HALF
    return np.asarray(np.maximum((away[:, :2] ** _SQUARE).sum(axis=1) ** (1 / _SQUARE), away[:, 2]))
