"""The two surfaces of the left wall between its slices, closed at the apex, as one body-fitted grid."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from geometry.measures.rays import RAYS, Borders, ray_angles

Floats = NDArray[np.floating]
ROWS, LAYERS = 14, 3
FEWEST = 2  # slices with a cavity
EDGE = 0.6  # share of the wall below under which a basal wall is the edge of a cut
SMALL = 5.0  # mm, radius of a slice close to a tip
RIM = 2  # rays beside a gap whose border may be the edge of the gap
FINE = 6.0  # mm between slices up to which a slice that is not closed can be done without
CLOSED = 0.6  # share of the rays that must meet wall in a slice that shapes the surfaces


@dataclass(frozen=True)
class WallGrid:
    """A grid between the surfaces: rays x rows (base to apex) x layers (inside to outside).

    points  (RAYS, ROWS + 1, LAYERS + 1, 3) mm: two in the plane, then depth below the most basal slice
    known   (RAYS, ROWS + 1) whether a wall was labelled there
    depth   mm from the most basal slice to the tip of the cavity
    top     number of that slice
    """

    points: Floats
    known: NDArray[np.bool_]
    depth: float
    top: int


def wall_grid(borders: Borders, pitch: float) -> WallGrid | None:
    """Squared radii are interpolated between slices (monotone) and fall to zero at the tips; None without enough slices.

    The tip of an ellipsoid is found exactly: the area of its slices is a parabola over height. It is kept within the slice
    that has no label any more. Rows lie evenly in eccentric angle, so that they are dense where the surfaces turn.
    """
    least = CLOSED if pitch > FINE else 1.0
    cavity = np.flatnonzero(np.isfinite(borders.endo).any(axis=1) & (borders.wall.mean(axis=1) >= least))
    if len(cavity) < FEWEST or (np.diff(cavity) != 1).any():
        return None
    top, last = int(cavity[0]), int(cavity[-1])
    below = np.flatnonzero(~np.isfinite(borders.epi).all(axis=1) & (np.arange(len(borders.epi)) > top))
    shown = np.arange(top, below[0] if len(below) else len(borders.epi))
    if shown[-1] < last:
        return None
    borders = _whole(borders, shown)
    above = _covered(borders, top)
    outer_slices = np.arange(above, shown[-1] + 1)
    endo, epi = borders.endo[cavity] ** 2, borders.epi[outer_slices] ** 2
    inner, outer = (cavity - top) * pitch, (outer_slices - top) * pitch
    tip = _tip(inner, endo, pitch)
    end = max(_tip(outer, epi, pitch), tip + 1.0)
    start = max(_rim(endo[:2], borders.epi[top] - borders.endo[top], pitch), float(outer[0]))
    phase = np.sin(np.linspace(0.0, np.pi / 2, ROWS + 1))
    centres = PchipInterpolator(outer, borders.centre[outer_slices], axis=0)
    within = _surface(inner, endo, tip, tip * phase, centres)
    around = _surface(outer, epi, end, start + (end - start) * phase, centres)
    share = np.linspace(0.0, 1.0, LAYERS + 1)[:, None]
    points = within[:, :, None] * (1 - share) + around[:, :, None] * share
    row = np.clip(np.round(within[:, :, 2] / pitch).astype(int), 0, len(shown) - 1)
    known = borders.wall[shown][row, np.arange(RAYS)[:, None]]
    known = ~ndimage.binary_dilation(np.tile(~known, (3, 1)), np.ones((3, 3)))[
        RAYS : 2 * RAYS
    ]  # a gap bends what is beside it
    if shown[-1] == len(borders.epi) - 1:  # the stack ends inside the wall: nobody knows what lies beyond
        known &= points[:, :, LAYERS // 2, 2] <= inner[-1]
    return WallGrid(points, known, tip, top)


def _whole(borders: Borders, shown: NDArray[np.intp]) -> Borders:
    """Rays without wall, and their neighbours, take the radii of the next slice towards the apex.

    Close to a tip a slice is taken as round, about the axis of the slice above: of few voxels more cannot be said.
    Where a slice is cut by the base, the wall ends in an edge: there it looks thinner at once than in the slice below.
    """
    centre, endo, epi, wall = borders.centre.copy(), borders.endo.copy(), borders.epi.copy(), borders.wall.copy()
    for k in shown[1:]:
        if np.nanmean(epi[k]) < SMALL:
            epi[k], centre[k] = np.nanmean(epi[k]), centre[k - 1]
        elif np.isfinite(endo[k]).all() and endo[k].mean() < SMALL:
            endo[k], centre[k] = endo[k].mean(), centre[k - 1]
    for k in shown[-2::-1]:
        thickness, below = (epi[n] - np.nan_to_num(endo[n]) for n in (k, k + 1))
        gap = ~wall[k]
        if k == shown[0] or gap.any():
            gap |= thickness < EDGE * below
        near = np.convolve(np.tile(gap, 3), np.ones(2 * RIM + 1), "same")[RAYS : 2 * RAYS] > 0
        wall[k] = ~near
        if np.isfinite(endo[k + 1]).any():
            endo[k] = np.where(near, endo[k + 1], endo[k])
            epi[k] = np.where(near, epi[k + 1], epi[k])
    return replace(borders, centre=centre, endo=endo, epi=epi, wall=wall)


def _covered(borders: Borders, top: int) -> int:
    """The first slice of a wall that goes on, closed, over the most basal slice of the cavity; ``top`` where it does not."""
    above = top
    while above and np.isfinite(borders.epi[above - 1]).all() and np.isnan(borders.endo[above - 1]).all():
        above -= 1
    return above


def _rim(squares: Floats, thickness: Floats, pitch: float) -> float:
    """mm of depth, <= 0, at which the outer surface begins so that the rim stands square to the wall."""
    slope = float(np.diff(np.sqrt(squares), axis=0).mean() / pitch)
    return -float(thickness.mean()) * max(slope, 0.0) / float(np.hypot(1.0, slope))


def _tip(heights: Floats, squares: Floats, pitch: float) -> float:
    """Where the mean of the squared radii reaches zero: the root of the parabola through the last slices."""
    mean = squares.mean(axis=1)
    if mean[-1] >= mean[-2]:
        return float(heights[-1] + 0.5 * pitch)
    count = min(len(mean), 3)
    a, b, c = np.append(0.0, np.polyfit(heights[-count:] - heights[-1], mean[-count:], count - 1))[-3:]
    roots = np.roots([a, b, c])
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    beyond = real[real > 0]
    way = beyond[0] if len(beyond) else -mean[-1] / b if b < 0 else 0.5 * pitch
    return float(heights[-1] + np.clip(way, 0.05 * pitch, pitch))


def _surface(heights: Floats, squares: Floats, tip: float, at: Floats, centres: PchipInterpolator) -> Floats:
    """(RAYS, rows, 3) points at the heights ``at``."""
    closed = PchipInterpolator(np.append(heights, tip), np.vstack([squares, np.zeros(RAYS)]), axis=0)
    radius = np.sqrt(np.clip(closed(at), 0.0, None))
    radius[-1] = 0.0
    middle = centres(np.minimum(at, centres.x[-1]))
    turn = ray_angles()
    way = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    plane = middle[None] + radius.T[..., None] * way[:, None]
    return np.concatenate([plane, np.broadcast_to(at[None, :, None], (*plane.shape[:2], 1))], axis=2)
