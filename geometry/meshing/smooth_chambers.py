"""Smooth surfaces through the contours of a sparse stack, as distances on an even grid, before any wall is put between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from geometry.heart_mesh import Floats
from geometry.meshing.base_plane import BasePlane
from geometry.meshing.long_axis import LongAxisPlane
from geometry.meshing.shape_grid import STEP, Grid, one_piece, share_inside, true_distance, volume_inside
from geometry.meshing.shape_outlines import closing, joined, rise, wall_at_tip
from geometry.meshing.shape_views import Views, views_of
from geometry.meshing.ventricle_slices import Slices
from geometry.progress import Progress

SMOOTH = 1.5  # mm, standard deviation of the Gaussian that takes pixel stairs off the interpolated surfaces
MARGIN = 12.0  # mm around the labels
MOVES = 3  # times that the base is moved: chambers are not as wide above it as at their last outline
HIGHER = 0.35  # of a gap that the base is moved at most so that the cavities hold what was drawn


@dataclass(frozen=True)
class SmoothChambers:
    """The surfaces that the contours draw.

    grid     where the numbers lie
    base     the plane that ends the ventricles, in the frame of the stack
    below    (grid) 0..1, the share of each cell under that plane
    lv, outer, rv  (grid) mm to the left cavity, the outside of its wall, and the right cavity (None without one)
    drawn    grid cells that hold what was drawn of the left ventricle with its wall, and of the right cavity
    views    the outlines of long-axis planes
    """

    grid: Grid
    base: BasePlane
    below: Floats
    lv: Floats
    outer: Floats
    rv: Floats | None
    drawn: tuple[float, float]
    views: Views


def smooth_chambers(slices: Slices, progress: Progress, planes: Sequence[LongAxisPlane] = ()) -> SmoothChambers:
    """Interpolate between the contours, close the apex, and smooth without losing volume.

    planes  labelled long-axis planes, which tell where apex and base lie
    """
    views = views_of(planes, slices)
    slices = replace(slices, tops=views.tops(slices.tops))
    base = slices.tops.plane()
    grid = _grid(slices, base)
    progress(0.1, "joining the contours")
    cavity_tip, disc_tip, right_tip = _tips(slices, views)
    drawn = joined(slices.cavity, slices, grid, cavity_tip)
    right = joined(slices.rv, slices, grid, right_tip) if slices.rv.any() else None
    base = base if "lv" in views.outlines else _holding(drawn, right, slices, grid, base)
    below = _below(grid, base)
    along = max(SMOOTH, 0.25 * slices.gap)
    progress(0.5, "smoothing the surfaces")
    outer = true_distance(_smooth(joined(slices.disc, slices, grid, disc_tip), below, along))
    lv = views.drawn("lv", true_distance(_smooth(drawn, below, along)), grid)
    whole, blood = (slices.drawn[0] + slices.drawn[1]) / STEP**3, 0.0
    if right is None:
        return SmoothChambers(grid, base, below, lv, outer, None, (whole, blood), views)
    progress(0.8, "smoothing the right ventricle")
    rv = true_distance(one_piece(_smooth(right, below, along), below > 0))
    if "rv" in views.outlines:
        right = views.drawn("rv", rv, grid)
        rv = true_distance(right)
    blood = volume_inside(right, below)
    return SmoothChambers(grid, base, below, lv, outer, rv, (whole, blood), views)


def _tips(slices: Slices, views: Views) -> tuple[float, float, float]:
    """mm that left cavity, outside and right cavity reach beyond their first outline: as seen, else as the slices suggest."""
    cavity = closing(slices.cavity, slices)
    disc = max(closing(slices.disc, slices), cavity + wall_at_tip(slices) - rise(slices))
    right = closing(slices.rv, slices) if slices.rv.any() else 0.0
    tips = []
    for name, masks, guess in (
        ("lv", slices.cavity, cavity),
        ("lv_outer", slices.disc, disc),
        ("rv", slices.rv, right),
    ):
        seen, rows = views.lowest(name), np.flatnonzero(masks.any(axis=(1, 2)))
        if seen is None or not len(rows):
            tips.append(guess)
        else:
            tips.append(float(np.clip(slices.z[rows[0]] - seen, 0.1 * slices.gap, 1.5 * slices.gap)))
    return tips[0], tips[1], tips[2]


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
    lacking = np.zeros(2)
    for _ in range(MOVES):
        below = _below(grid, base)
        held = [volume_inside(field, below) * STEP**3 if field is not None else 0.0 for field in (left, right)]
        lacking += np.array([slices.drawn[0], slices.drawn[2]]) - held
        base = slices.tops.holding((float(lacking[0]), float(lacking[1])), HIGHER * slices.gap).plane()
    return base


def _below(grid: Grid, base: BasePlane) -> Floats:
    """(grid) 0..1, the share of each cell that lies under the plane."""
    x, y, z = (grid.axis(k) for k in range(3))
    up = base.turn[2]
    height = up[0] * x[:, None, None] + up[1] * y[None, :, None] + up[2] * z - up @ base.point
    return share_inside(height)


def _smooth(field: Floats, below: Floats, along: float) -> Floats:
    """Gaussian, then offset so that the volume below the base stays."""
    soft = ndimage.gaussian_filter(field, (SMOOTH / STEP, SMOOTH / STEP, along / STEP), mode="nearest")
    near = (np.abs(soft) < SMOOTH + STEP) & (below > 0)
    inside = float(below[(soft < 0) & ~near].sum())
    band, counted = soft[near], below[near]
    return np.asarray(
        soft - offset(lambda way: inside + volume_inside(band - way, counted), volume_inside(field, below))
    )


def offset(volume: Callable[[float], float], wanted: float, most: float = SMOOTH) -> float:
    """mm (at most ``most`` either way) outwards that gives a surface the volume wanted, to a thousandth."""
    low, high = -most, most
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if volume(middle) < wanted else (low, middle)
    return (low + high) / 2
