"""Smooth surfaces through the contours of a sparse stack, as signed distances on an even grid."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from geometry.base_plane import BasePlane
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.progress import Progress
from geometry.shapes_two_chambers import rounded_max
from geometry.ventricle_slices import Mask, Slices

STEP = 1.2  # mm of the grid
SMOOTH = 1.5  # mm, standard deviation of the Gaussian that takes pixel stairs off the interpolated surfaces
TIP = (3.0, 8.0)  # mm, least and most wall below the cavity at the apex
ROUNDING = 4.0  # mm over which the two ventricles are blended where their outer surfaces meet
REACH = 6.0  # mm from a surface within which its distance is measured to a fraction of a millimetre
MARGIN = 12.0  # mm around the labels
HIGHER = 0.35  # of a gap that the base is moved at most so that the cavities hold what was drawn


@dataclass(frozen=True)
class Grid:
    """Where the numbers lie: ``origin + STEP * index`` in the frame of the stack, mm."""

    origin: Floats
    shape: tuple[int, int, int]

    def axis(self, k: int) -> Floats:
        """(shape[k],) mm, the coordinate along one axis."""
        return np.asarray(self.origin[k] + STEP * np.arange(self.shape[k]))


@dataclass(frozen=True)
class Field:
    """A distance field, cubic between its grid points, asked in the frame of the base plane."""

    grid: Grid
    coefficients: Floats
    base: BasePlane

    def __call__(self, points: Floats) -> Floats:
        """(n, 3) mm -> (n,) mm, negative inside."""
        at = ((self.base.to_stack(points) - self.grid.origin) / STEP).T
        return np.asarray(ndimage.map_coordinates(self.coefficients, at, order=3, prefilter=False, mode="nearest"))


@dataclass(frozen=True)
class VentricleShape:
    """The smoothed ventricles in the frame of their base plane, open at z = 0.

    lv, rv   distance to the cavities, negative in the blood; rv None without a right ventricle
    lv_outer distance to the outside of the left ventricle with its septum
    outer    distance to the outside of everything
    base     the plane, in the frame of the stack
    bounds   two corners that hold everything below the plane
    """

    lv: Field
    lv_outer: Field
    outer: Field
    rv: Field | None
    base: BasePlane
    bounds: tuple[Floats, Floats]

    def surfaces(self, points: Floats) -> dict[str, Floats]:
        """Name of each surface -> (n,) mm from it, negative on the side of the wall."""
        named = {"endo_lv": -self.lv(points), "epi": self.outer(points)}
        if self.rv is not None:
            named["endo_rv"] = -self.rv(points)
        return named

    def wall(self, points: Floats) -> Floats:
        """(n,) mm, negative inside the wall."""
        return np.asarray(np.maximum.reduce(list(self.surfaces(points).values())))


def shape_of(slices: Slices, rv_wall: float, thinnest: float, progress: Progress) -> VentricleShape:
    """Interpolate, close the apex, smooth without losing volume, and put a wall around the right ventricle.

    thinnest  mm of wall put around the left cavity where its contours touch: outwards, so that the cavity keeps its volume
    """
    base = slices.tops.plane()
    grid = _grid(slices, base)
    progress(0.1, "joining the contours")
    wall = _wall_at_tip(slices)
    cavity_tip = _closing(slices.cavity, slices)
    disc_tip = max(_closing(slices.disc, slices), cavity_tip + wall - _rise(slices))
    drawn = _joined(slices.cavity, slices, grid, cavity_tip)
    right = _joined(slices.rv, slices, grid, _closing(slices.rv, slices)) if slices.rv.any() else None
    base = _holding(drawn, right, slices, grid, base)
    below = _below(grid, base)
    along = max(SMOOTH, 0.25 * slices.gap)
    outer = _smooth(_joined(slices.disc, slices, grid, disc_tip), below, along)
    cavity = _smooth(drawn, below, along)
    progress(0.5, "smoothing the surfaces")
    lv = _true_distance(cavity)
    lv_outer = np.minimum(_true_distance(outer), lv - thinnest)
    fields = {"lv": lv, "lv_outer": lv_outer, "outer": lv_outer}
    if right is not None:
        progress(0.7, "adding the right ventricle")
        blood = _beside(_one_piece(_smooth(right, below, along), below), lv_outer, right, below)
        both = -rounded_max(-lv_outer, rv_wall - blood, ROUNDING)
        fields |= {"rv": np.maximum(blood, both + 0.8 * rv_wall), "outer": both}
    ready = {name: Field(grid, ndimage.spline_filter(values, order=3), base) for name, values in fields.items()}
    inside = np.argwhere((fields["outer"] < 0) & below)
    spots = base.from_stack(grid.origin + STEP * inside)
    low, high = spots.min(axis=0) - 2 * STEP, spots.max(axis=0) + 2 * STEP
    high[2] = 0.0
    progress(1.0)
    return VentricleShape(ready["lv"], ready["lv_outer"], ready["outer"], ready.get("rv"), base, (low, high))


def _grid(slices: Slices, base: BasePlane) -> Grid:
    some = (slices.disc | slices.rv).any(axis=0)
    spots = np.argwhere(some)
    slack = MARGIN + np.abs(slices.shift).max()
    low = np.append(spots.min(axis=0) * slices.pixel - slack, slices.z[0] - slices.gap - MARGIN)
    sides = np.stack([low[:2], spots.max(axis=0) * slices.pixel + slack])
    corners = np.array([[sides[i, 0], sides[j, 1], 0.0] for i in (0, 1) for j in (0, 1)])
    top = -base.height(corners) / base.turn[2, 2] + HIGHER * slices.gap
    high = np.append(sides[1], top.max() + 4 * STEP)
    count = np.ceil((high - low) / STEP).astype(int) + 1
    return Grid(low, (int(count[0]), int(count[1]), int(count[2])))


def _holding(left: Floats, right: Floats | None, slices: Slices, grid: Grid, base: BasePlane) -> BasePlane:
    """The plane moved so that the chambers below it hold what was drawn of them."""
    below = _below(grid, base)
    held = [_volume(field[below]) * STEP**3 if field is not None else 0.0 for field in (left, right)]
    missing = (slices.drawn[0] - held[0], slices.drawn[2] - held[1])
    return slices.tops.holding(missing, HIGHER * slices.gap).plane()


def _below(grid: Grid, base: BasePlane) -> Mask:
    """(grid) what lies under the plane."""
    x, y, z = (grid.axis(k) for k in range(3))
    up = base.turn[2]
    height = up[0] * x[:, None, None] + up[1] * y[None, :, None] + up[2] * z - up @ base.point
    return np.asarray(height <= 0)


def flat_distance(mask: Mask, pixel: Floats) -> Floats:
    """(nx, ny) mm to the outline of a mask, negative inside, rounded over a pixel and with the area of the mask."""
    inside = ndimage.distance_transform_edt(mask, pixel)
    outside = ndimage.distance_transform_edt(~mask, pixel)
    raw = np.where(mask, -(inside - pixel.mean() / 2), outside - pixel.mean() / 2)
    soft = ndimage.gaussian_filter(raw, 1.0)
    side = float(pixel.mean())
    near = np.abs(soft) < 4 * side
    wanted = mask.sum() - (soft <= -4 * side).sum()
    low, high = -2 * side, 2 * side
    for _ in range(20):  # a pixel counts by the share of it that a straight outline would cut off
        level = (low + high) / 2
        enough = np.clip(0.5 - (soft[near] - level) / side, 0.0, 1.0).sum() >= wanted
        low, high = (low, level) if enough else (level, high)
    return np.asarray(soft - (low + high) / 2)


def _joined(masks: Mask, slices: Slices, grid: Grid, tip: float) -> Floats:
    """(grid) distance through the outlines: monotone cubic between slices, rounded shut beyond the first one.

    Beyond the last slice the outline stays as it is, to be cut by the base, unless the chamber ended two slices below others.
    """
    rows = np.flatnonzero(masks.any(axis=(1, 2)))
    x, y, z = (grid.axis(k) for k in range(3))
    layers = []
    for row in rows:
        i, j = (
            (along - move) / width for along, move, width in zip((x, y), slices.shift[row], slices.pixel, strict=True)
        )
        at = np.stack(np.meshgrid(i, j, indexing="ij"))
        layers.append(_outside_kept(flat_distance(masks[row], slices.pixel), at, slices.pixel))
    levels = slices.z[rows]
    stack = np.stack(layers)
    body = np.clip(z, levels[0], levels[-1])
    field = stack[:1].repeat(len(z), 0) if len(rows) == 1 else PchipInterpolator(levels, stack, axis=0)(body)
    depth = -np.minimum(stack.min(axis=(1, 2)), -1.0)
    below = np.clip((levels[0] - z) / tip, 0.0, None)
    field = field + (depth[0] * _shut(below))[:, None, None]
    if rows[-1] + 2 < len(slices.z):
        above = np.clip((z - levels[-1]) / (slices.gap / 2), 0.0, None)
        field = field + (depth[-1] * _shut(above))[:, None, None]
    return np.asarray(np.moveaxis(field, 0, 2))


def _outside_kept(flat: Floats, at: Floats, pixel: Floats) -> Floats:
    """Sample a flat distance; beyond the image it grows with the way to the image."""
    limit = np.array(flat.shape)[:, None, None] - 1
    beyond = (np.clip(-at, 0, None) + np.clip(at - limit, 0, None)) * pixel[:, None, None]
    return np.asarray(ndimage.map_coordinates(flat, at, order=1, mode="nearest") + np.hypot(*beyond))


def _shut(share: Floats) -> Floats:
    """0 at the last outline, 1 at the tip, as on a paraboloid: the radius falls like sqrt(1 - share)."""
    near = 1.0 - np.sqrt(np.clip(1.0 - share, 0.0, 1.0))
    return np.where(share > 1, share, near)


def _closing(masks: Mask, slices: Slices) -> float:
    """mm from the last apical outline to the tip, from how fast the area falls (paraboloid), within 0.3 to 1.1 gaps.

    One gap gives a paraboloid the volume that Simpson's rule counts for the outermost half slice.
    """
    rows = np.flatnonzero(masks.any(axis=(1, 2)))
    area = masks[rows].sum(axis=(1, 2)).astype(float)
    if len(rows) < 2 or area[1] <= area[0]:
        return slices.gap
    way = area[0] / (area[1] - area[0]) * slices.gap
    return float(np.clip(way, 0.3 * slices.gap, (0.9 if rows[0] > 0 else 1.1) * slices.gap))


def _rise(slices: Slices) -> float:
    """mm from the first slice of the wall to the first slice of the cavity."""
    return float(slices.z[np.flatnonzero(slices.cavity.any(axis=(1, 2)))[0]] - slices.z[0])


def _wall_at_tip(slices: Slices) -> float:
    """mm, the wall wanted below the cavity: most of the mean thickness in the lowest slice that has a cavity."""
    row = np.flatnonzero(slices.cavity.any(axis=(1, 2)))[0]
    area = np.array([slices.disc[row].sum(), slices.cavity[row].sum()]) * slices.pixel.prod()
    return float(np.clip(0.8 * (np.sqrt(area[0] / np.pi) - np.sqrt(area[1] / np.pi)), *TIP))


def _smooth(field: Floats, below: Mask, along: float) -> Floats:
    """Gaussian, then offset so that the volume below the base stays."""
    soft = ndimage.gaussian_filter(field, (SMOOTH / STEP, SMOOTH / STEP, along / STEP), mode="nearest")
    values = soft[below]
    near = np.abs(values) < SMOOTH + STEP
    inside, band = float((values[~near] < 0).sum()), values[near]
    return np.asarray(soft - _offset(lambda way: inside + _volume(band - way), _volume(field[below])))


def _offset(volume: Callable[[float], float], wanted: float) -> float:
    """mm (at most SMOOTH either way) outwards that gives a surface the volume wanted, to a thousandth."""
    low, high = -SMOOTH, SMOOTH
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if volume(middle) < wanted else (low, middle)
    return (low + high) / 2


def _beside(blood: Floats, left: Floats, drawn: Floats, below: Mask) -> Floats:
    """Distance to the blood of the right ventricle outside the left one, its free side moved so that it keeps its volume."""
    blood = _true_distance(blood)
    near = below & (np.maximum(blood, -left) < SMOOTH + STEP)
    right, other = blood[near], -left[near]
    wanted = _volume(drawn[below])
    way = _offset(lambda way: _volume(rounded_max(right - way, other, 2.0)), wanted)
    return _true_distance(rounded_max(blood - way, -left, 2.0))


def _one_piece(field: Floats, below: Mask) -> Floats:
    """The field without pockets that do not hang together with the largest one below the base."""
    pieces, count = ndimage.label((field < 0) & below)
    if count < 2:
        return field
    largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    return np.where((pieces > 0) & (pieces != largest), STEP / 2, field)


def _volume(field: Floats) -> float:
    """Grid cells inside, each counted by the share of it that a plane at its distance would cut off."""
    return float(np.clip(0.5 - field / STEP, 0.0, 1.0).sum())


def _true_distance(field: Floats) -> Floats:
    """The same surface, with the distance to it: to where it crosses the grid nearby, from the grid beyond."""
    inside = field < 0
    if not inside.any() or inside.all():
        raise Refused("A surface of the heart vanished while it was smoothed: the label is too small to be meshed.")
    rough = STEP * (ndimage.distance_transform_edt(~inside) + ndimage.distance_transform_edt(inside) - 0.5)
    steep = np.sqrt(sum(slope**2 for slope in np.gradient(field, STEP)))
    touching = rough < 1.2 * STEP
    result = np.where(touching, field / np.clip(steep, 0.3, None), np.where(inside, -rough, rough))
    band = ~touching & (rough < REACH)
    away, _ = cKDTree(_crossings(field) * STEP).query(np.argwhere(band) * STEP)
    result[band] = np.where(inside[band], -away, away)
    return np.asarray(result)


def _crossings(field: Floats) -> Floats:
    """(c, 3) grid coordinates where the field changes sign along grid lines and along one diagonal of each face."""
    found = []
    for step in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1)):
        low = field[tuple(slice(None, -k or None) for k in step)]
        high = field[tuple(slice(k, None) for k in step)]
        at = np.argwhere((low < 0) != (high < 0))
        a, b = low[tuple(at.T)], high[tuple(at.T)]
        found.append(at + (a / (a - b))[:, None] * step)
    return np.concatenate(found)
