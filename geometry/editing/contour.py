"""A closed curve through points that can be dragged; a label of one slice is what lies inside it."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d
from skimage.draw import polygon2mask
from skimage.measure import find_contours

from geometry.editing.change import Change, boxed
from geometry.editing.distance import signed_distance
from geometry.editing.grid import checked_index, in_plane
from geometry.editing.rules import Over, checked_label, reshaped, solid
from geometry.errors import Refused

Points = NDArray[np.float64]  # (k, 2) pixel coordinates on a slice
FEWEST = 3
APART = 11.0  # mm along the boundary between the points made of a label
BAND = 6.0  # mm on both sides of a drawn boundary that count as decided
FINE = 12  # pieces of the curve between two points


def contour(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    points: Points,
    label: int,
    axis: int,
    index: int,
    *,
    over: Over = None,
) -> Change:
    """Give a label on one slice the inside of the closed curve through ``points`` (for the wall: its outer boundary)."""
    checked_label(label)
    checked_index(labels.shape, axis, index)
    here = np.take(labels, index, axis=axis)
    shape = inside(points, here.shape)
    near = np.abs(signed_distance(shape, in_plane(affine, axis))) < BAND
    after = reshaped(here, label, shape, over)
    box = tuple(slice(index, index + 1) if a == axis else slice(0, n) for a, n in enumerate(labels.shape))
    return boxed(labels, box, np.expand_dims(after, axis), np.expand_dims(near, axis))


def control_points(here: NDArray[np.uint8], label: int, spacing: tuple[float, float]) -> Points:
    """(k, 2), points on the outer boundary of the largest piece of a label on a slice; (0, 2) where there is none."""
    region = np.pad(solid(here, label), 1).astype(float)
    found = [curve for curve in find_contours(region, 0.5) if np.allclose(curve[0], curve[-1])]
    if not found:
        return np.empty((0, 2))
    edge = max(found, key=lambda curve: abs(enclosed_area(curve)))[:-1] - 1
    if len(edge) < 8:
        return np.empty((0, 2))
    edge = gaussian_filter1d(edge, 1.2, axis=0, mode="wrap")
    steps = np.linalg.norm(np.diff(edge, axis=0, append=edge[:1]) * spacing, axis=1)
    length = float(steps.sum())
    count = int(np.clip(round(length / APART), 6, 24))
    at = np.concatenate([[0.0], np.cumsum(steps)])
    closed = np.vstack([edge, edge[:1]])
    wanted = np.arange(count) * length / count
    return np.stack([np.interp(wanted, at, closed[:, n]) for n in (0, 1)], axis=1)


def curve(points: Points) -> Points:
    """(k * FINE + 1, 2), the closed curve through the points: a periodic cubic over the length of its chords."""
    points = np.asarray(points, dtype=float)
    if len(points) < FEWEST:
        raise Refused(f"A contour needs at least {FEWEST} points; this one has {len(points)}.")
    closed = np.vstack([points, points[:1]])
    chords = np.maximum(np.linalg.norm(np.diff(closed, axis=0), axis=1), 1e-6) ** 0.5  # centripetal: no loops
    knots = np.concatenate([[0.0], np.cumsum(chords)])
    fine = np.concatenate([a + (b - a) * np.arange(FINE) / FINE for a, b in itertools.pairwise(knots)])
    spline = CubicSpline(knots, closed, bc_type="periodic")
    return np.asarray(np.vstack([spline(fine), closed[-1:]]))


def inside(points: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The pixels of a slice whose centre lies inside the curve."""
    return np.asarray(polygon2mask(shape[:2], curve(points)), dtype=bool)


def inserted(points: Points, place: NDArray[np.floating]) -> tuple[Points, int]:
    """The points with one more, put between the two whose piece of the curve passes nearest to ``place``; and its number."""
    nearest = int(np.argmin(np.linalg.norm(curve(points)[:-1] - place, axis=1)))
    number = nearest // FINE + 1
    return np.insert(points, number, place, axis=0), number


def circle(centre: NDArray[np.floating], radius: float, spacing: tuple[float, float], count: int = 8) -> Points:
    """Points on a circle of ``radius`` mm."""
    turn = 2 * np.pi * np.arange(count) / count
    return np.asarray(centre + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1) / spacing)


def enclosed_area(closed: Points) -> float:
    """The signed area inside a closed polygon, in square pixels."""
    x, y = closed[:, 0], closed[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
