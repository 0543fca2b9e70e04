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
    canvas.cover(places.index, np.maximum(away("rv_outer"), below_base), "rv wall")
    canvas.cover(places.index, np.maximum(away("rv"), below_base), "rv blood", RV)
    _paint_right_trabeculae(canvas, places, away("rv"), epi, below_base, heart.trabeculae)
    canvas.cover(places.index, np.maximum(epi, below_base), "myocardium", MYOCARDIUM)
    canvas.cover(places.index, np.maximum(endo, below_base), "myocardium" if heart.layer else "blood", LV)
    if heart.layer:
        canvas.cover(places.index, np.maximum(endo + heart.layer, below_base), "blood", LV)
    _paint_papillaries(canvas, heart, contraction, places, made, below_base)


def paint_sac(canvas: Canvas, heart: Heart, contraction: float, places: Lookup) -> None:
    """Paint the pericardium, the fat in it and the mouths of the atria, under the ventricles."""
    made = tables(heart, contraction)
    sac = places.radius - places.at(made.sac)
    above = places.height - places.around(base_height(heart, contraction))
    dome = 0.10 * np.clip(above, 0.0, None) ** 1.5
    canvas.cover(places.index, sac + dome - 1.3, "pericardium")
    canvas.cover(places.index, sac + dome, "epicardial fat")
    mouth = 0.25 * np.clip(above, 0.0, None) ** 1.5
    canvas.cover(places.index, places.radius - places.at(made.rv) + 1.0 + mouth, "right blood")
    canvas.cover(places.index, places.radius - places.at(made.epi) + mouth + 2.0, "atrial wall")
    canvas.cover(places.index, places.radius - places.at(made.endo) + mouth, "atrial blood")


def paint_mitral(canvas: Canvas, heart: Heart, contraction: float, places: Lookup) -> None:
    """Paint the closed mitral valve across the top of the cavity."""
    endo = places.at(tables(heart, contraction).endo)
    above = places.height - places.around(base_height(heart, contraction))
    sheet = np.maximum(np.abs(above - 1.2) - 1.2, places.radius - endo - 2.0)
    canvas.cover(places.index, sheet, "valve")


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
    wavy = np.sin(4 * places.angle + places.height * 0.31) + np.sin(7 * places.angle - places.height * 0.17 + 2.0)
    for number, centre in enumerate((-0.85 + heart.base_angle * 0.2, 1.05 + heart.base_angle * 0.2)):
        inside = np.clip((level - 0.20) / 0.45, 0.0, 1.0)
        size = (
            heart.papillary
            * (4.9 + 0.7 * number)
            * np.sqrt(np.clip(np.sin(np.pi * inside**0.8), 0, None))
            * (1 + 0.12 * contraction)
        )
        reach = endo * (0.84 + heart.attached - 0.16 * inside) - 1.0 * contraction
        turn = (places.angle - np.float32(centre - heart.twist * contraction * 0.5) + np.pi) % (2 * np.pi) - np.pi
        distance = np.hypot(reach * turn * (1.15 - 0.3 * number), (places.radius - reach) * 0.75) - size
        canvas.cover(places.index, np.maximum(distance + wavy * 0.6, below_base + 10.0), "myocardium", LV)
    _paint_left_trabeculae(canvas, places, endo, level, contraction, heart.trabeculae)


def _paint_left_trabeculae(
    canvas: Canvas, places: Lookup, endo: Array, level: Array, contraction: float, much: float
) -> None:
    """Ridges of unequal size along the apical and free wall; cavity by convention, as the papillary muscles."""
    angle, height = places.angle, places.height
    ridge = np.sin(8 * angle + 0.11 * height) + 0.8 * np.sin(13 * angle - 0.23 * height + 1.0) + 0.7 * np.sin(3 * angle)
    reach = np.clip((0.72 + 0.08 * (much - 1.0) - level) * 3.5, 0.0, 1.3)
    depth = much * (0.9 + 0.5 * contraction) * reach * np.clip(ridge - 0.25 + 0.2 * (much - 1.0), 0.0, 2.0)
    depth = np.minimum(depth, 0.45 * endo) if much > 1.0 else depth
    shown = (places.radius < endo + 0.6) & (height > 4) & (depth > 0.15)
    canvas.cover(places.index[shown], (endo - places.radius - depth)[shown], "trabecula", LV)


def _paint_right_trabeculae(
    canvas: Canvas, places: Lookup, rv: Array, epi: Array, below_base: Array, much: float
) -> None:
    ridge = np.sin(11 * places.angle + 0.10 * places.height) + np.sin(6 * places.angle - 0.19 * places.height)
    depth = np.clip((ridge - 0.4) * 2.8 * (0.7 + 0.3 * much), -2.0, 3.5 * (0.8 + 0.2 * much)) * (below_base < -18)
    distance = np.maximum(np.maximum(-rv - depth, rv), 1.0 - epi)
    canvas.cover(places.index, np.maximum(distance, below_base + 12.0), "rv wall", RV)
