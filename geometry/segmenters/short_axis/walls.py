"""Endocardium and epicardium together: two coupled closed paths of least cost around the axis.

State on each ray: inner radius r and wall thickness d. Cost: the inside should be blood, the band r..r+d muscle, what lies
just beyond should not be muscle; neighbouring rays should agree. The optimum over all closed paths is found by dynamic
programming (after Li et al., IEEE TPAMI 28:119-134, 2006, doi:10.1109/TPAMI.2006.19, in polar form).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from geometry.segmenters.short_axis.polar import Floats


@dataclass(frozen=True)
class Habits:
    """What walls are expected to be like; lengths in mm."""

    thinnest: float = 3.0
    thickest: float = 19.0
    beyond: float = 3.0
    thickness_weight: float = 0.03
    middle: float = 0.3
    papillary: float = 6.0
    dim: float = 0.75
    bend: float = 0.35
    bend_wall: float = 0.25
    reach: float = 48.0


@dataclass(frozen=True)
class Walls:
    """Radii of the inner and outer surface of the muscle, mm, each (slices, phases, angles)."""

    endo: Floats
    epi: Floats


def find_walls(
    scaled: Floats, air: NDArray[np.float64], thickness: NDArray[np.floating], step: float, habits: Habits
) -> Walls:
    """The walls in samples (slices, phases, angles, radii) on the scale muscle 0, blood 1.

    ``air`` (slices, angles) is black on that scale, ``thickness`` (slices, phases) mm the wall to expect where no edge says more.
    """
    slices, phases, angles, _ = scaled.shape
    frames = scaled.reshape(slices * phases, angles, -1)
    black = np.repeat(np.broadcast_to(air, (slices, angles)), phases, axis=0)[..., None].astype(np.float32)
    inner, thick = _closed_path(_costs(frames, black, thickness.reshape(-1, 1), step, habits), habits)
    shape = (slices, phases, angles)
    endo = (inner.reshape(shape) - 0.5) * step
    epi = endo + habits.thinnest + thick.reshape(shape) * step
    return Walls(endo.astype(np.float32), epi.astype(np.float32))


def _costs(frames: Floats, air: Floats, expected: NDArray[np.floating], step: float, habits: Habits) -> Floats:
    """(angles, frames, inner radius, thickness) cost of each state on each ray."""
    blood = _blood_cost(frames, step, habits)
    muscle = np.clip(np.maximum(frames - habits.middle, frames / (habits.dim * air) - 0.5), -0.5, 1.0)
    sums = [np.concatenate((np.zeros_like(a[..., :1]), np.cumsum(a, axis=-1)), axis=-1) * step for a in (blood, muscle)]
    thick = np.arange(habits.thinnest, habits.thickest, step)
    n = int(habits.reach / step)
    out = np.empty((frames.shape[1], frames.shape[0], n, thick.size), dtype=np.float32)
    r = np.arange(n)
    beyond = round(habits.beyond / step)
    for j, d in enumerate(thick):
        edge = r + round(d / step)
        wall = sums[1][..., edge] - sums[1][..., r]
        outside = sums[1][..., edge] - sums[1][..., edge + beyond]
        prior = habits.thickness_weight * (d - expected) ** 2
        out[..., j] = np.moveaxis(sums[0][..., r] + wall + 0.7 * outside, 1, 0) + prior
    return out


def _blood_cost(frames: Floats, step: float, habits: Habits) -> Floats:
    """Cost per mm of calling a sample cavity; bright samples behind more dark than a papillary muscle has earn nothing."""
    dark = np.cumsum(frames < habits.middle, axis=-1) * step
    believed = 1 / (1 + np.exp((dark - habits.papillary) / 0.7))
    cost = np.clip(0.5 - 0.5 * frames / habits.middle, -0.5, 0.7)
    return np.asarray(np.where(cost < 0, cost * believed, cost), dtype=np.float32)


def _closed_path(cost: Floats, habits: Habits) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """(frames, angles) indices of inner radius and thickness on the best path: two turns, of which the middle counts."""
    angles, frames, n, m = cost.shape
    turn = np.concatenate((np.arange(angles), np.arange(angles)))
    total = cost[0].copy()
    moves_r = np.empty((turn.size, frames, n, m), dtype=np.int8)
    moves_d = np.empty_like(moves_r)
    for t in range(1, turn.size):
        total, moves_r[t] = _least_step(total, 1, 2, habits.bend)
        total, moves_d[t] = _least_step(total, 2, 1, habits.bend_wall)
        total += cost[turn[t]]
    flat = total.reshape(frames, -1).argmin(axis=1)
    r, d = flat // m, flat % m
    inner = np.empty((turn.size, frames), dtype=int)
    thick = np.empty_like(inner)
    every = np.arange(frames)
    for t in range(turn.size - 1, -1, -1):
        inner[t], thick[t] = r, d
        if t > 0:
            d = d + moves_d[t, every, r, d]
            r = r + moves_r[t, every, r, d]
    half = angles // 2
    middle = np.roll(np.arange(half, half + angles), half)
    return inner[middle].T, thick[middle].T


def _least_step(total: Floats, axis: int, most: int, weight: float) -> tuple[Floats, NDArray[np.int8]]:
    """Least of neighbours along ``axis`` plus the penalty of stepping there, and which it was."""
    best = total.copy()
    move = np.zeros(total.shape, dtype=np.int8)
    size = total.shape[axis]
    for step in [s for s in range(-most, most + 1) if s != 0]:
        to = [slice(None)] * 3
        of = [slice(None)] * 3
        to[axis] = slice(max(0, -step), size - max(0, step))
        of[axis] = slice(max(0, step), size - max(0, -step))
        other = total[tuple(of)] + weight * step * step
        better = other < best[tuple(to)]
        best[tuple(to)] = np.where(better, other, best[tuple(to)])
        move[tuple(to)] = np.where(better, np.int8(step), move[tuple(to)])
    return best, move


def rounded(walls: Walls, angles: NDArray[np.float64]) -> Walls:
    """The endocardium as its convex hull, so that papillary muscles and trabeculae count as cavity, inside the epicardium."""
    endo = walls.endo.reshape(-1, angles.size)
    hull = np.stack([_convex(r, angles) for r in endo]).reshape(walls.endo.shape)
    return Walls(np.minimum(hull, walls.epi - 2.0).astype(np.float32), walls.epi)


def _convex(radius: Floats, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radii of the convex hull of a polar contour: 1/r of each hull edge is linear in (cos, sin), the largest edge counts."""
    points = np.stack((radius * np.cos(angles), radius * np.sin(angles)), axis=-1)
    if radius.min() < 0.5:
        return np.asarray(radius, dtype=float)
    hull = ConvexHull(points)
    normals, offsets = hull.equations[:, :2], -hull.equations[:, 2]
    along = np.stack((np.cos(angles), np.sin(angles)), axis=-1) @ normals.T
    with np.errstate(divide="ignore"):
        distance = np.where(along > 1e-9, offsets / along, np.inf)
    return np.asarray(distance.min(axis=1))


def steadied(walls: Walls, weight: NDArray[np.float64], phases: float, around: float) -> Walls:
    """Walls smoothed over the periodic cycle and around the ring (standard deviations in phases and in rays)."""
    smooth = []
    for surface in (walls.endo, walls.epi):
        over_time = ndimage.gaussian_filter1d(surface * weight[..., None], phases, axis=1, mode="wrap")
        total = ndimage.gaussian_filter1d(weight, phases, axis=1, mode="wrap")[..., None]
        smooth.append(ndimage.gaussian_filter1d(over_time / total, around, axis=2, mode="wrap").astype(np.float32))
    return Walls(smooth[0], smooth[1])


def to_compact_muscle(walls: Walls, scaled: Floats, step: float, blur: float) -> Walls:
    """The endocardium moved out over the trabeculae to the compact muscle, as readers draw it.

    Its place is where the intensity, averaged over neighbouring rays and phases, has fallen to 0.12 on the scale muscle 0,
    blood 1, less ``blur`` mm, the distance by which the image itself smears a sharp edge to there.
    """
    offsets = np.arange(-1.0, 5.5, 0.5)
    index = np.clip((walls.endo[..., None] + offsets) / step, 0, scaled.shape[-1] - 1.001)
    low = index.astype(int)
    part = index - low
    profile = np.take_along_axis(scaled, low, -1) * (1 - part) + np.take_along_axis(scaled, low + 1, -1) * part
    profile = ndimage.gaussian_filter1d(np.clip(profile, -0.3, 1.2), 4.0, axis=2, mode="wrap")
    profile = ndimage.gaussian_filter1d(profile, 0.05 * profile.shape[1], axis=1, mode="wrap")
    fallen = profile < 0.12
    reached = np.where(fallen.any(axis=-1), offsets[fallen.argmax(axis=-1)], 1.0)
    out = np.clip(ndimage.gaussian_filter1d(reached, 3.0, axis=2, mode="wrap") - blur, -0.5, 2.5)
    endo = np.maximum(np.minimum(walls.endo + out, walls.epi - 2.5), 1.0)
    return Walls(endo.astype(np.float32), walls.epi)
