"""Where the left ventricle is: the bright, round, muscle-ringed blob that beats, followed from slice to slice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.segmenters.short_axis.polar import bilinear

RADII = np.arange(2.0, 52.0, 2.0)  # mm
GRID = 4.0  # mm between candidate centres
RING = slice(1, 4)  # samples outside a candidate radius: 2 to 6 mm, inside any muscle

NOTHING = (
    "No beating left ventricle was found in this stack; check that it is a short-axis cine, "
    "or place a point in the left ventricle and try again."
)


@dataclass(frozen=True)
class Axis:
    """The axis of the left ventricle.

    centres  (slices, 2) mm in the plane
    radius   (slices,) mm, of the blood pool
    score    (slices,) how much each slice looks like a left ventricle (0 and up)
    """

    centres: NDArray[np.float64]
    radius: NDArray[np.float64]
    score: NDArray[np.float64]


def pulsation(voxels: NDArray[np.floating]) -> NDArray[np.float64]:
    """(nx, ny, slices), amplitude of the first harmonic of the heart cycle."""
    phases = voxels.shape[3]
    turn = np.exp(-2j * np.pi * np.arange(phases) / phases)
    return np.asarray(np.abs(voxels @ turn) * (2 / phases), dtype=float)


def find_axis(voxels: NDArray[np.floating], spacing: NDArray[np.float64], seed: tuple[float, ...] | None) -> Axis:
    """The left ventricle in a (nx, ny, slices, phases) cine; ``seed`` is (x mm, y mm, slice) inside it, if known."""
    phases = voxels.shape[3]
    frames = voxels[..., np.unique(np.linspace(0, phases, 4, endpoint=False).astype(int))]
    beat = pulsation(voxels)
    points = _candidates(beat, spacing, seed)
    if not len(points):
        raise Refused(NOTHING)
    slices = voxels.shape[2]
    score = np.zeros((slices, len(points)))
    radius = np.zeros((slices, len(points)))
    for k in range(slices):
        score[k], radius[k] = _ring_scores(frames[:, :, k], beat[:, :, k], points, spacing)
    chosen = _follow(score, points, seed)
    picked = np.arange(slices), chosen
    if score[picked].max() <= 0.05:
        raise Refused(NOTHING)
    return _smoothed(points[chosen], radius[picked], score[picked])


def _candidates(
    beat: NDArray[np.float64], spacing: NDArray[np.float64], seed: tuple[float, ...] | None
) -> NDArray[np.float64]:
    """(n, 2) mm, points on a grid around which something beats."""
    nx, ny = beat.shape[:2]
    x, y = np.meshgrid(np.arange(0, nx * spacing[0], GRID), np.arange(0, ny * spacing[1], GRID), indexing="ij")
    points = np.stack((x.ravel(), y.ravel()), axis=-1)
    if seed is not None:
        return np.asarray(points[np.hypot(*(points - np.asarray(seed[:2])).T) < 35.0])
    activity = ndimage.gaussian_filter(np.mean(beat, axis=2), 15.0 / spacing[:2])
    index = np.minimum((points / spacing[:2]).astype(int), (nx - 1, ny - 1))
    strength = activity[index[:, 0], index[:, 1]]
    border = np.minimum(points, np.array((nx, ny)) * spacing[:2] - points).min(axis=1)
    return np.asarray(points[(strength > 0.35 * strength.max()) & (border > 15.0)])


def _ring_scores(
    frames: NDArray[np.floating], beat: NDArray[np.float64], points: NDArray[np.float64], spacing: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best score over radii of every candidate in one slice, and that radius (mm)."""
    angles = np.arange(16) * (2 * np.pi / 16)
    offsets = np.stack((np.cos(angles), np.sin(angles)), axis=-1)[:, None, :] * RADII[None, :, None]
    at = (points[:, None, None, :] + offsets) / spacing[:2]
    x = np.clip(at[..., 0], 0, frames.shape[0] - 1.001)
    y = np.clip(at[..., 1], 0, frames.shape[1] - 1.001)
    values = bilinear(frames, x, y)
    moving = bilinear(beat[..., None], x, y)[..., 0].mean(axis=1)
    inside = np.cumsum(values.mean(axis=1), axis=1) / np.arange(1, RADII.size + 1)[:, None]
    best = np.zeros(len(points))
    radius = np.full(len(points), RADII[4])
    for n in range(3, RADII.size - RING.stop):
        ring = values[:, :, n + RING.start : n + RING.stop].mean(axis=2)
        rim = values[:, :, max(n - 3, 0) : n].mean(axis=2)
        level = inside[:, n, None] + 1e-6
        drop = np.partition((np.minimum(rim, level) - ring) / level, 3, axis=1)[:, 3]
        roundness = np.clip(drop, 0, 0.6).mean(axis=1)
        beats = np.clip(moving[:, n - 2 : n + 3].mean(axis=1) / level[:, 0].mean(axis=-1) * 4, 0, 1)
        score = roundness * beats * np.sqrt(np.minimum(RADII[n], 24.0) / 24.0)
        better = score > best
        best[better], radius[better] = score[better], RADII[n]
    return best, radius


def _follow(
    score: NDArray[np.float64], points: NDArray[np.float64], seed: tuple[float, ...] | None
) -> NDArray[np.int_]:
    """The candidate of each slice on the path of greatest total score that does not jump."""
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    jump = 0.2 * np.minimum(apart / 20.0, 4.0) ** 2
    value = score.copy()
    if seed is not None:
        k = int(np.clip(round(seed[2]), 0, len(score) - 1))
        value[k] -= 0.5 * np.minimum(np.hypot(*(points - np.asarray(seed[:2])).T) / 20.0, 4.0) ** 2
    total, back = value[0], []
    for k in range(1, len(score)):
        step = total[:, None] - jump
        back.append(step.argmax(axis=0))
        total = value[k] + step.max(axis=0)
    chosen = [int(total.argmax())]
    for pointer in reversed(back):
        chosen.append(int(pointer[chosen[-1]]))
    return np.asarray(chosen[::-1])


def _smoothed(centres: NDArray[np.float64], radius: NDArray[np.float64], score: NDArray[np.float64]) -> Axis:
    """A line through the centres, with slices weighted by how sure they are; slices without a ring follow it."""
    k = np.arange(len(score), dtype=float)
    weight = np.maximum(score, 1e-3)
    order = 2 if np.sum(score > 0.3 * score.max()) > 4 else 1
    line = np.stack([np.polyval(np.polyfit(k, centres[:, a], order, w=weight), k) for a in (0, 1)], axis=-1)
    sure = np.clip(score / max(np.median(score), 1e-6), 0, 1)[:, None]
    return Axis(sure * (0.5 * centres + 0.5 * line) + (1 - sure) * line, radius, score)
