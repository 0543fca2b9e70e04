"""The 17 segments of the left ventricle: which place of the wall belongs to which.

Cerqueira et al. 2002, doi 10.1161/hc0402.102975: thirds of the long axis, six segments at the base and in the middle, four at the
apex, and the cap beyond the end of the cavity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.measures.rays import RAYS, Borders
from geometry.measures.short_axis import SEPTALWARD, ShortAxis

Floats = NDArray[np.floating]
COUNT = 17
SEGMENT_NAMES = (
    *(f"basal {n}" for n in ("anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")),
    *(f"mid {n}" for n in ("anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")),
    *(f"apical {n}" for n in ("anterior", "septal", "inferior", "lateral")),
    "apex",
)
SEPTAL = (2, 3, 8, 9)  # segments of the septum at the base and in the middle
SEPTUM_LEAST, SEPTUM_MOST = np.deg2rad(50.0), np.deg2rad(200.0)


@dataclass(frozen=True)
class Septum:
    """Where the middle of the septum lies.

    angle      rad from the first towards the second axis of the plane
    turn       1 where angles that grow turn from the septum to the front, else -1
    width      rad between the insertions of the right ventricle; None where they were not found
    notes      how it was found, or why not, as sentences
    """

    angle: float
    turn: int
    width: float | None
    notes: tuple[str, ...]


def find_septum(stack: ShortAxis, borders: Borders) -> Septum:
    """The middle between the two insertions of the right ventricle, in the slices around the middle of the left one."""
    first, second = (stack.affine[:3, n] / stack.spacing[n] for n in (0, 1))
    turn = 1 if float(np.dot(np.cross(first, second), stack.base)) > 0 else -1
    arc = _longest_arc(_neighbourhood(borders))
    if arc is None:
        angle = float(np.arctan2(SEPTALWARD @ second, SEPTALWARD @ first))
        note = (
            "No right ventricle beside the left one: the segments are turned by how the heart lies in most people; "
            "label the right ventricle to find the septum."
        )
        return Septum(angle, turn, None, (note,))
    angle, width = arc
    septal = np.cos(angle) * first + np.sin(angle) * second
    front = np.cross(stack.base, septal)
    notes: tuple[str, ...] = ()
    if float(front @ np.array([0.0, 1.0, 1.0])) < 0:
        notes = (
            "The front wall, found from septum and apex, points to the back of the patient: check that left and right "
            "of the scan are not swapped.",
        )
    return Septum(angle, turn, width, notes)


def segment_numbers(points: Floats, depth: float, centre: Floats, septum: Septum) -> NDArray[np.intp]:
    """(...,) 1..17 of places in the wall (..., 3): mm in the plane and below the most basal slice.

    depth    mm from there to the end of the cavity
    centre   (..., 2) mm, the axis at their height
    """
    away = points[..., :2] - centre
    turned = septum.turn * (np.arctan2(away[..., 1], away[..., 0]) - septum.angle)
    degrees = np.rad2deg((turned + np.pi) % (2 * np.pi) - np.pi)
    return segments_at(degrees, points[..., 2] / depth)


def segments_at(degrees: Floats, level: Floats) -> NDArray[np.intp]:
    """1..17 by the angle about the axis and the level along it.

    degrees  0 at the middle of the septum, 90 in front, 180 at the side, -90 below
    level    0 at the base, 1 at the end of the cavity, above 1 in the muscle beyond it
    """
    sixth = (1 - np.floor(degrees / 60.0).astype(int)) % 6  # 60..120: 0 = anterior, 0..60: 1 = anteroseptal, ...
    quarter = (1 - np.floor((degrees + 45.0) / 90.0).astype(int)) % 4  # 45..135: 0 = anterior, -45..45: 1 = septal, ...
    number = np.select([level <= 1 / 3, level <= 2 / 3, level <= 1.0], [1 + sixth, 7 + sixth, 13 + quarter], COUNT)
    return np.asarray(number)


def _neighbourhood(borders: Borders) -> Floats:
    """(rays,) share of the slices in the middle of the ventricle that have the right ventricle outside of a ray."""
    shown = np.flatnonzero(np.isfinite(borders.endo).any(axis=1))
    if not len(shown):
        return np.zeros(RAYS)
    middle = shown[len(shown) // 6 : max(len(shown) * 2 // 3, len(shown) // 6 + 1)]
    with_right = middle[borders.beside[middle].any(axis=1)]
    return borders.beside[with_right].mean(axis=0) if len(with_right) else np.zeros(RAYS)


def _longest_arc(share: Floats) -> tuple[float, float] | None:
    """Middle and width, rad, of the longest run of rays with more than half; None where it cannot be a septum."""
    inside = share > 0.5
    if inside.all() or not inside.any():
        return None
    start = int(np.flatnonzero(~inside)[0])
    turned = np.roll(inside, -start)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], turned.astype(int), [0]])))
    lengths = edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    width = lengths[longest] * 2 * np.pi / RAYS
    if not SEPTUM_LEAST <= width <= SEPTUM_MOST:
        return None
    middle = start + edges[2 * longest] + (lengths[longest] - 1) / 2
    return float(middle * 2 * np.pi / RAYS), float(width)
