"""Between the outlines of a stack and beyond its ends: distance fields through the drawn masks, closed at the apex."""

import numpy as np
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from geometry.heart_mesh import Floats
from geometry.meshing.shape_grid import Grid
from geometry.meshing.ventricle_slices import Mask, Slices

TIP = (3.0, 8.0)  # mm, least and most wall below the cavity at the apex


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


def joined(masks: Mask, slices: Slices, grid: Grid, tip: float) -> Floats:
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


def closing(masks: Mask, slices: Slices) -> float:
    """mm from the last apical outline to the tip, from how fast the area falls (paraboloid), within 0.3 to 1.1 gaps.

    One gap gives a paraboloid the volume that Simpson's rule counts for the outermost half slice.
    """
    rows = np.flatnonzero(masks.any(axis=(1, 2)))
    area = masks[rows].sum(axis=(1, 2)).astype(float)
    if len(rows) < 2 or area[1] <= area[0]:
        return slices.gap
    way = area[0] / (area[1] - area[0]) * slices.gap
    return float(np.clip(way, 0.3 * slices.gap, (0.9 if rows[0] > 0 else 1.1) * slices.gap))


def rise(slices: Slices) -> float:
    """mm from the first slice of the wall to the first slice of the cavity."""
    return float(slices.z[np.flatnonzero(slices.cavity.any(axis=(1, 2)))[0]] - slices.z[0])


def wall_at_tip(slices: Slices) -> float:
    """mm, the wall wanted below the cavity: most of the mean thickness in the lowest slice that has a cavity."""
    row = np.flatnonzero(slices.cavity.any(axis=(1, 2)))[0]
    area = np.array([slices.disc[row].sum(), slices.cavity[row].sum()]) * slices.pixel.prod()
    return float(np.clip(0.8 * (np.sqrt(area[0] / np.pi) - np.sqrt(area[1] / np.pi)), *TIP))
