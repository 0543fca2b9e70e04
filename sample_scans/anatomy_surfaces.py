"""Smooth parametric surfaces with a signed distance: what hearts, vessels and organs are built from."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

type Array = NDArray[Any]
type Box = tuple[Array, Array]


class Shape(Protocol):
    """Something with an inside: distance is negative there."""

    def box(self) -> Box | None:
        """Two corners (3,), mm, that hold the shape; None when it has no end."""
        ...

    def distance(self, points: Array) -> Array:
        """(n,) mm, about the signed distance of ``points`` (n, 3)."""
        ...


def smooth_step(x: Array, start: float, stop: float) -> Array:
    """0 below ``start``, 1 above ``stop``, with a continuous slope between."""
    t = np.clip((x - start) / (stop - start), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def smooth_min(a: Array, b: Array, radius: float) -> Array:
    """Union of two distances with a fillet of about ``radius`` mm (polynomial smooth minimum)."""
    h = np.clip(0.5 + 0.5 * (b - a) / radius, 0.0, 1.0)
    return np.asarray(b + (a - b) * h - radius * h * (1.0 - h))


def smooth_max(a: Array, b: Array, radius: float) -> Array:
    """Intersection of two distances with a rounded edge of about ``radius`` mm."""
    return -smooth_min(-a, -b, radius)


@dataclass(frozen=True)
class Ripple:
    """Gentle irregularity of an organ: a sum of plane waves, in mm.

    waves  (k, 3) rad/mm; shifts (k,) rad; height mm (of each wave)
    """

    waves: Array
    shifts: Array
    height: float

    def __call__(self, points: Array) -> Array:
        """(n,) mm at ``points`` (n, 3)."""
        total = np.zeros(len(points), dtype=points.dtype)
        for wave, shift in zip(self.waves.astype(points.dtype), self.shifts.astype(points.dtype), strict=True):
            total += np.sin(points @ wave + shift)
        return np.asarray(total * points.dtype.type(self.height))


def draw_ripple(rng: np.random.Generator, height: float, wavelength: float, count: int = 3) -> Ripple:
    """A ripple of random directions around one wavelength (mm)."""
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    number = 2 * np.pi / (wavelength * rng.uniform(0.7, 1.4, size=(count, 1)))
    return Ripple(direction * number, rng.uniform(0, 2 * np.pi, count), height / np.sqrt(count))


@dataclass(frozen=True)
class Blob:
    """A rounded body: a superellipsoid with a ripple.

    centre (3,) mm; radii (3,) mm; axes (3, 3), rows are its axes; power 2 is round, 4 is boxy
    """

    centre: Array
    radii: Array
    axes: Array
    power: float = 2.0
    ripple: Ripple | None = None

    def box(self) -> Box:
        """The corners of the ball around it."""
        reach = float(np.max(self.radii)) * 1.3 + 6.0
        return self.centre - reach, self.centre + reach

    def distance(self, points: Array) -> Array:
        """(n,) mm, first order: value over slope of the implicit function."""
        local = (points - self.centre.astype(points.dtype)) @ self.axes.T.astype(points.dtype)
        scaled = np.abs(local / self.radii.astype(points.dtype)) + points.dtype.type(1e-6)
        level = (scaled**self.power).sum(axis=1)
        value = level ** (1.0 / self.power)
        slope = np.sqrt(((scaled ** (self.power - 1) / self.radii.astype(points.dtype)) ** 2).sum(axis=1))
        slope *= value ** (1.0 - self.power)
        result = (value - 1.0) / np.maximum(slope, points.dtype.type(1e-4))
        return np.asarray(result + self.ripple(points) if self.ripple else result)


@dataclass(frozen=True)
class Tube:
    """A vessel: a smooth centre line with a radius along it.

    centres (m, 3) mm; radii (m,) mm; arc (m,) mm along the line from its first point
    """

    centres: Array
    radii: Array
    arc: Array

    def box(self) -> Box:
        """The corners of its centre line and the largest radius."""
        reach = float(self.radii.max()) + 8.0
        return self.centres.min(axis=0) - reach, self.centres.max(axis=0) + reach

    def nearest(self, points: Array) -> tuple[Array, Array, Array]:
        """(n,) mm distance to the line, (n,) mm arc length and (n,) mm radius at the nearest place on it.

        Beyond 12 mm from the wall the place is not looked for, and the distance is that to the end of the line: large, and outside.
        """
        _, close = cKDTree(self.centres).query(points, distance_upper_bound=float(self.radii.max()) + 12.0)
        best = np.full(len(points), np.inf, dtype=points.dtype)
        arc = np.zeros(len(points), dtype=points.dtype)
        for side in (-1, 0):
            first = np.clip(close + side, 0, len(self.centres) - 2)
            start = self.centres[first].astype(points.dtype)
            along = self.centres[first + 1].astype(points.dtype) - start
            offset = points - start
            t = np.clip(np.vecdot(offset, along) / np.vecdot(along, along), 0.0, 1.0)
            away = np.linalg.norm(offset - t[:, None] * along, axis=1)
            at = self.arc[first] + t * (self.arc[first + 1] - self.arc[first])
            closer = away < best
            best[closer], arc[closer] = away[closer], at[closer]
        return best, arc, np.interp(arc, self.arc, self.radii).astype(points.dtype)

    def distance(self, points: Array) -> Array:
        """(n,) mm, to the wall; its ends are round."""
        away, _, radius = self.nearest(points)
        return np.asarray(away - radius)


def tube(knots: Array, radii: Array, step: float = 4.0) -> Tube:
    """A tube through ``knots`` (k, 3) with ``radii`` (k,), both splined over the chord length."""
    knots, radii = np.asarray(knots, float), np.asarray(radii, float)
    chord = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    count = max(int(np.ceil(chord[-1] / step)), 2) + 1
    at = np.linspace(0.0, chord[-1], count)
    centres = CubicSpline(chord, knots)(at)
    widths = np.interp(at, chord, radii)
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
    return Tube(centres, widths, arc)
