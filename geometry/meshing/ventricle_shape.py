"""Smooth surfaces through the contours of a sparse stack, as signed distances on an even grid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from geometry.heart_mesh import Floats
from geometry.meshing.base_plane import BasePlane
from geometry.meshing.held_volume import FARTHEST
from geometry.meshing.long_axis import LongAxisPlane
from geometry.meshing.shape_grid import STEP, Grid, one_piece, share_inside, true_distance, volume_inside
from geometry.meshing.shape_outlines import closing, joined, rise, wall_at_tip
from geometry.meshing.shape_views import Views, views_of
from geometry.meshing.ventricle_slices import Slices
from geometry.progress import Progress
from geometry.shapes_two_chambers import rounded_max

SMOOTH = 1.5  # mm, standard deviation of the Gaussian that takes pixel stairs off the interpolated surfaces
ROUNDING = 4.0  # mm over which the two ventricles are blended where their outer surfaces meet
MARGIN = 12.0  # mm around the labels
MOVES = 3  # times that the base is moved: chambers are not as wide above it as at their last outline
HIGHER = 0.35  # of a gap that the base is moved at most so that the cavities hold what was drawn


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


def shape_of(
    slices: Slices, rv_wall: float, thinnest: float, progress: Progress, planes: Sequence[LongAxisPlane] = ()
) -> VentricleShape:
    """Interpolate, close the apex, smooth without losing volume, and put a wall around the right ventricle.

    thinnest  mm of wall put around the left cavity where its contours touch: outwards, so that the cavity keeps its volume
    planes    labelled long-axis planes, which tell where apex and base lie
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
    outer = _smooth(joined(slices.disc, slices, grid, disc_tip), below, along)
    cavity = _smooth(drawn, below, along)
    progress(0.5, "smoothing the surfaces")
    lv = views.drawn("lv", true_distance(cavity), grid)
    outer, least = true_distance(outer), lv - thinnest
    outer = views.drawn("lv_outer", _held(outer, least, below, (slices.drawn[0] + slices.drawn[1]) / STEP**3), grid)
    lv_outer = np.minimum(outer, least)
    fields = {"lv": lv, "lv_outer": lv_outer, "outer": lv_outer}
    if right is not None:
        progress(0.7, "adding the right ventricle")
        blood = one_piece(_smooth(right, below, along), below > 0)
        if "rv" in views.outlines:
            blood = right = views.drawn("rv", true_distance(blood), grid)
        blood = _beside(blood, lv_outer, right, below)
        both = -rounded_max(-lv_outer, rv_wall - blood, ROUNDING)
        fields |= {"rv": np.maximum(blood, both + 0.8 * rv_wall), "outer": both}
    ready = {name: Field(grid, ndimage.spline_filter(values, order=3), base) for name, values in fields.items()}
    inside = np.argwhere((fields["outer"] < 0) & (below > 0))
    spots = base.from_stack(grid.origin + STEP * inside)
    low, high = spots.min(axis=0) - 2 * STEP, spots.max(axis=0) + 2 * STEP
    high[2] = 0.0
    progress(1.0)
    return VentricleShape(ready["lv"], ready["lv_outer"], ready["outer"], ready.get("rv"), base, (low, high))


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
        soft - _offset(lambda way: inside + volume_inside(band - way, counted), volume_inside(field, below))
    )


def _offset(volume: Callable[[float], float], wanted: float, most: float = SMOOTH) -> float:
    """mm (at most ``most`` either way) outwards that gives a surface the volume wanted, to a thousandth."""
    low, high = -most, most
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if volume(middle) < wanted else (low, middle)
    return (low + high) / 2


def _held(outer: Floats, least: Floats, below: Floats, wanted: float) -> Floats:
    """The outside moved by ``FARTHEST`` at most, so that with the ``least`` wall it holds what was drawn.

    Wall that is put around the cavity where it is drawn thinner is taken back elsewhere; the base goes by the cavities alone.
    """
    union, reach = np.minimum(outer, least), FARTHEST + STEP
    near = (np.abs(union) < reach) & (below > 0)
    inside = float(below[union <= -reach].sum())
    outside, thin, counted = outer[near], least[near], below[near]

    def volume(way: float) -> float:
        return inside + volume_inside(np.minimum(outside - way, thin), counted)

    return outer - _offset(volume, wanted, FARTHEST)


def _beside(blood: Floats, left: Floats, drawn: Floats, below: Floats) -> Floats:
    """Distance to the blood of the right ventricle outside the left one, its free side moved so that it keeps its volume."""
    blood = true_distance(blood)
    near = (below > 0) & (np.maximum(blood, -left) < SMOOTH + STEP)
    right, other, counted = blood[near], -left[near], below[near]
    wanted = volume_inside(drawn, below)
    way = _offset(lambda way: volume_inside(rounded_max(right - way, other, 2.0), counted), wanted)
    return true_distance(rounded_max(blood - way, -left, 2.0))
