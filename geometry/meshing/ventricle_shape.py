"""Both ventricles as signed distances: the smoothed chambers with a wall between and around them."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.heart_mesh import Floats
from geometry.meshing.base_plane import BasePlane
from geometry.meshing.held_volume import FARTHEST
from geometry.meshing.shape_grid import STEP, Grid, true_distance, volume_inside
from geometry.meshing.smooth_chambers import SMOOTH, SmoothChambers, offset
from geometry.shapes_two_chambers import rounded_max

ROUNDING = 4.0  # mm over which the two ventricles are blended where their outer surfaces meet


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


def walled(chambers: SmoothChambers, rv_wall: float, thinnest: float) -> VentricleShape:
    """The chambers with their walls.

    rv_wall   mm of free wall put around the right cavity
    thinnest  mm of wall put around the left cavity where its contours touch: outwards, so that the cavity keeps its volume
    """
    grid, below, lv = chambers.grid, chambers.below, chambers.lv
    least = lv - thinnest
    outer = chambers.views.drawn("lv_outer", _held(chambers.outer, least, below, chambers.drawn[0]), grid)
    lv_outer = np.minimum(outer, least)
    fields = {"lv": lv, "lv_outer": lv_outer, "outer": lv_outer}
    if chambers.rv is not None:
        blood = _beside(chambers.rv, lv_outer, chambers.drawn[1], below)
        both = -rounded_max(-lv_outer, rv_wall - blood, ROUNDING)
        fields |= {"rv": np.maximum(blood, both + 0.8 * rv_wall), "outer": both}
    ready = {name: Field(grid, ndimage.spline_filter(each, order=3), chambers.base) for name, each in fields.items()}
    inside = np.argwhere((fields["outer"] < 0) & (below > 0))
    spots = chambers.base.from_stack(grid.origin + STEP * inside)
    low, high = spots.min(axis=0) - 2 * STEP, spots.max(axis=0) + 2 * STEP
    high[2] = 0.0
    return VentricleShape(ready["lv"], ready["lv_outer"], ready["outer"], ready.get("rv"), chambers.base, (low, high))


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

    return outer - offset(volume, wanted, FARTHEST)


def _beside(blood: Floats, left: Floats, drawn: float, below: Floats) -> Floats:
    """Distance to the right cavity outside the left ventricle, its free side moved so that it keeps the ``drawn`` cells."""
    near = (below > 0) & (np.maximum(blood, -left) < SMOOTH + STEP)
    right, other, counted = blood[near], -left[near], below[near]
    way = offset(lambda way: volume_inside(rounded_max(right - way, other, 2.0), counted), drawn)
    return true_distance(rounded_max(blood - way, -left, 2.0))
