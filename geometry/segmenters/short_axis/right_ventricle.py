"""The right ventricle: beating blood on the septal side of the left one, out to its thin free wall.

On each ray from the axis of the left ventricle the free wall lies u mm beyond the epicardium (u = 0: no right ventricle there);
the profile u(angle) is the path of least cost, so that it cannot leak through a gap in the wall that one ray misses.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.short_axis.polar import Floats
from geometry.segmenters.short_axis.walls import Walls

WIDEST = 62.0  # mm from the septum to the free wall
HALF_SECTOR = np.deg2rad(110.0)
STILL = (
    0.15  # cost per mm of blood that does not beat: fat or another organ, but the depth of a ventricle keeps still too
)
GAP = 3.5  # mm of wall-like darkness after which nothing further out is believed


def septal_angle(scaled: Floats, beat: Floats, walls: Walls, sure: NDArray[np.float64], step: float) -> int:
    """Index of the ray towards the middle of the right ventricle.

    scaled  (slices, phases, angles, radii) muscle 0, blood 1
    beat    (slices, angles, radii) amplitude of the first harmonic on the same scale
    sure    (slices, phases) chance that the frame shows the left ventricle
    """
    blood = _beyond(np.clip(scaled, 0, 1) * (scaled < 1.6), walls.epi, 25.0, step).mean(axis=-1)
    moving = np.clip(
        _beyond(beat[:, None].repeat(scaled.shape[1], axis=1), walls.epi, 25.0, step).mean(axis=-1) / 0.15, 0, 1
    )
    pull = np.einsum("kta,kt->a", blood * moving, sure)
    wide = scaled.shape[2] / 9
    return int(ndimage.gaussian_filter1d(pull, wide, mode="wrap").argmax())


def find_free_wall(scaled: Floats, beat: Floats, walls: Walls, septum: int, step: float, middle: float) -> Floats:
    """(slices, phases, angles) mm from the axis to the free wall; equal to the epicardium where there is none."""
    slices, phases, angles, _ = scaled.shape
    away = np.abs(np.angle(np.exp(1j * (np.arange(angles) - septum) * 2 * np.pi / angles)))
    blood = _beyond(scaled, walls.epi, WIDEST, step)
    moving = _beyond(beat[:, None].repeat(phases, axis=1), walls.epi, WIDEST, step)
    cost = _ray_costs(blood, moving, step, middle)
    cost = cost + np.where(away > HALF_SECTOR, 1e3, 0.0)[:, None] * (np.arange(cost.shape[-1]) > 0)
    depth = _open_path(
        np.moveaxis(cost, 2, 0).reshape(angles, slices * phases, -1), (septum + angles // 2) % angles, step
    )
    return np.asarray(walls.epi + depth.T.reshape(slices, phases, angles) * step, dtype=np.float32)


def in_one_piece(free: Floats, epi: Floats, sure: NDArray[np.float64]) -> Floats:
    """The free wall with what lies beyond a slice without right ventricle taken away: that is fat or another vessel."""
    turn = 2 * np.pi / free.shape[-1]
    area = (0.5 * (free**2 - epi**2)).sum(axis=2) * turn
    mean = (area * sure).sum(axis=1) / np.maximum(sure.sum(axis=1), 1e-6) * (sure.max(axis=1) > 0.5)
    most = int(mean.argmax())
    present = mean > 0.03 * mean[most]
    kept = np.zeros(present.size, dtype=bool)
    kept[most:] = np.logical_and.accumulate(present[most:])
    kept[: most + 1] = np.logical_and.accumulate(present[most::-1])[::-1]
    return np.asarray(np.where(kept[:, None, None], free, epi), dtype=np.float32)


def _ray_costs(blood: Floats, moving: Floats, step: float, middle: float) -> Floats:
    """(..., angles, u) running cost of calling everything up to u right ventricle."""
    value = np.clip(middle - blood, -0.5, 0.6)
    value = np.where(blood > 1.7, 0.5, value)
    value = value + STILL * (ndimage.uniform_filter1d(moving, 7, axis=-1) < 0.04)
    dark = np.cumsum(np.maximum(blood < 0.4, 0) * 1.0, axis=-1) * step
    dark -= np.minimum(dark[..., 2:3], 2.0)
    shut = 1 / (1 + np.exp((dark - GAP) / 0.7))
    value = np.where(value < 0, value * shut, value)
    zero = np.full_like(value[..., :1], 0.6)
    return np.asarray(np.concatenate((zero - 0.6, np.cumsum(value, axis=-1) * step + 0.6), axis=-1), dtype=np.float32)


def _beyond(values: Floats, start: Floats, length: float, step: float) -> Floats:
    """(slices, phases, angles, n) the samples that follow ``start`` on each ray; the last one is repeated."""
    first = np.round(start / step).astype(int)[..., None]
    index = np.minimum(first + np.arange(int(length / step)), values.shape[-1] - 1)
    return np.asarray(np.take_along_axis(values, index, axis=-1), dtype=np.float32)


def _open_path(cost: Floats, first: int, step: float) -> NDArray[np.int_]:
    """(angles, frames) best u on each ray, starting and ending opposite to the septum."""
    angles, frames, n = cost.shape
    most = 5
    total = cost[first].copy()
    moves = np.empty((angles, frames, n), dtype=np.int16)
    index = np.arange(n)
    every = np.arange(frames)
    for t in range(1, angles):
        best, move = total.copy(), np.broadcast_to(index, (frames, n)).copy()
        for s in (*range(-most, 0), *range(1, most + 1)):
            of = np.clip(index + s, 0, n - 1)
            other = total[:, of] + 0.10 * abs(s) * step
            better = other < best
            best, move = np.where(better, other, best), np.where(better, of, move)
        floor = total.argmin(axis=1)
        jump = total[every, floor][:, None] + 2.5
        better = jump < best
        best, move = np.where(better, jump, best), np.where(better, floor[:, None], move)
        moves[t] = move
        total = best + cost[(first + t) % angles]
    u = total.argmin(axis=1)
    depth = np.empty((angles, frames), dtype=int)
    for t in range(angles - 1, -1, -1):
        depth[(first + t) % angles] = u
        if t > 0:
            u = moves[t, every, u].astype(int)
    return depth
