"""Painting the ventricles: the polar surfaces looked up at sample points, papillary muscles, trabeculae, the valve plane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.segmentation import LV, MYOCARDIUM, RV
from sample_scans.anatomy_heart import ANGLES, HEIGHTS, Contours, Heart, axis, base_height, tables
from sample_scans.anatomy_surfaces import Array
from sample_scans.canvas import Canvas


@dataclass(frozen=True)
class Lookup:
    """Points near the ventricles in polar coordinates about the long axis, with their place in the tables.

    index (m,) into the canvas; radius, angle, height (m,); corner (m,) flat table index; parts (4, m) bilinear weights
    """

    index: NDArray[np.intp]
    radius: Array
    angle: Array
    height: Array
    corner: NDArray[np.int32]
    parts: Array
    turn: NDArray[np.int32]

    def at(self, table: Array) -> Array:
        """(m,) values of a (heights, angles) table, bilinear."""
        closed = np.concatenate([table, table[:, :1]], axis=1).astype(np.float32).ravel()
        wide = len(ANGLES) + 1
        lower, upper = self.corner, self.corner + wide
        return np.asarray(
            closed[lower] * self.parts[0]
            + closed[lower + 1] * self.parts[1]
            + closed[upper] * self.parts[2]
            + closed[upper + 1] * self.parts[3]
        )

    def around(self, row: Array) -> Array:
        """(m,) values of something that depends on the angle alone."""
        return np.asarray(row.astype(np.float32)[self.turn])


def look_up(canvas: Canvas, heart: Heart, reach: float = 95.0) -> Lookup:
    """Find the points that the ventricles can ever cover and where they lie in the tables."""
    x, y, z = canvas.points.T
    near = (np.hypot(x, y) < reach) & (z > HEIGHTS[0] + 1) & (z < heart.length + 25.0)
    index = np.flatnonzero(near)
    centre = axis(heart, HEIGHTS).astype(np.float32)
    row = (z[index] - np.float32(HEIGHTS[0])) / np.float32(HEIGHTS[1] - HEIGHTS[0])
    low = row.astype(np.int32)
    rest = row - low
    px = x[index] - (centre[low, 0] * (1 - rest) + centre[low + 1, 0] * rest)
    py = y[index] - (centre[low, 1] * (1 - rest) + centre[low + 1, 1] * rest)
    angle = np.arctan2(py, px) % np.float32(2 * np.pi)
    step = angle * np.float32(len(ANGLES) / (2 * np.pi))
    column = np.minimum(step.astype(np.int32), len(ANGLES) - 1)
    side = step - column
    parts = np.stack([(1 - rest) * (1 - side), (1 - rest) * side, rest * (1 - side), rest * side])
    corner = (low * (len(ANGLES) + 1) + column).astype(np.int32)
    return Lookup(index, np.hypot(px, py), angle, z[index], corner, parts.astype(np.float32), column)


def paint_ventricles(canvas: Canvas, heart: Heart, contraction: float, places: Lookup) -> None:
    """Paint fat, right ventricle, left wall and cavity of one phase over what is there."""
    made = tables(heart, contraction)
    below_base = (places.height - places.around(base_height(heart, contraction))) * np.float32(0.98)
    slope = _slopes(made)

    def away(name: str) -> Array:
        return (places.radius - places.at(getattr(made, name))) * places.at(slope[name])

    epi, endo = away("epi"), away("endo")
    canvas.cover(places.index, np.maximum(away("rv_outer"), below_base - 3.0), "rv wall")
    canvas.cover(places.index, np.maximum(away("rv"), below_base), "rv blood", RV)
    _paint_right_trabeculae(canvas, places, away("rv"), epi, below_base)
    canvas.cover(places.index, np.maximum(epi, below_base), "myocardium", MYOCARDIUM)
    canvas.cover(places.index, np.maximum(endo, below_base), "blood", LV)
    _paint_papillaries(canvas, heart, contraction, places, made, below_base)


def paint_sac(canvas: Canvas, heart: Heart, contraction: float, places: Lookup) -> None:
    """Paint the pericardium and the fat in it, under the ventricles."""
    made = tables(heart, contraction)
    sac = places.radius - places.at(made.sac)
    top = places.height - places.around(base_height(heart, contraction)) - 14.0
    canvas.cover(places.index, np.maximum(sac - 1.3, top), "pericardium")
    canvas.cover(places.index, np.maximum(sac, top), "epicardial fat")


def _slopes(made: Contours) -> dict[str, Array]:
    """1/sqrt(1 + r_z^2 + (r_theta/r)^2): turns a radial difference into a distance."""
    result = {}
    for name in ("endo", "epi", "rv", "rv_outer"):
        radius = getattr(made, name)
        along = np.gradient(radius, HEIGHTS, axis=0)
        around = (np.roll(radius, -1, 1) - np.roll(radius, 1, 1)) / (2 * (ANGLES[1] - ANGLES[0]))
        result[name] = 1.0 / np.sqrt(1.0 + np.clip(along, -4, 4) ** 2 + (around / np.maximum(np.abs(radius), 6.0)) ** 2)
    return result


def _paint_papillaries(
    canvas: Canvas, heart: Heart, contraction: float, places: Lookup, made: Contours, below_base: Array
) -> None:
    """Two muscles in the middle third, lateral wall, thicker in systole; they count as cavity, as contours are drawn."""
    endo = places.at(made.endo)
    level = places.height / places.around(base_height(heart, contraction))
    for number, centre in enumerate((-0.85 + heart.base_angle * 0.2, 1.05 + heart.base_angle * 0.2)):
        inside = np.clip((level - 0.22) / 0.42, 0.0, 1.0)
        size = (4.3 + 0.5 * number) * np.sqrt(np.clip(np.sin(np.pi * inside), 0, None)) * (1 + 0.15 * contraction)
        reach = endo * (0.80 - 0.12 * inside) - 1.5 * contraction
        turn = (places.angle - np.float32(centre - heart.twist * contraction * 0.5) + np.pi) % (2 * np.pi) - np.pi
        across = reach * turn
        distance = np.hypot(across * 1.05, (places.radius - reach) * 0.85) - size
        wavy = 0.8 * np.sin(5 * places.angle + places.height * 0.35)
        canvas.cover(places.index, np.maximum(distance + wavy * 0.5, below_base + 8.0), "myocardium", LV)
    ridge = np.sin(9 * places.angle + 0.12 * places.height) * np.sin(5 * places.angle - 0.21 * places.height + 1.0)
    depth = np.clip(0.62 - level, 0.0, 0.5) * (4.0 + 2.0 * contraction)
    inner = (endo - places.radius) - depth * np.clip(ridge + 0.15, 0, 1) * 1.6
    shown = (places.radius < endo + 0.3) & (places.height > 4)
    at = places.index[shown]
    canvas.cover(at, inner[shown], "myocardium", LV)


def _paint_right_trabeculae(canvas: Canvas, places: Lookup, rv: Array, epi: Array, below_base: Array) -> None:
    ridge = np.sin(11 * places.angle + 0.10 * places.height) + np.sin(6 * places.angle - 0.19 * places.height)
    depth = np.clip((ridge - 0.4) * 2.8, -2.0, 3.5) * (below_base < -18)
    distance = np.maximum(np.maximum(-rv - depth, rv), 1.0 - epi)
    canvas.cover(places.index, np.maximum(distance, below_base + 12.0), "rv wall", RV)
