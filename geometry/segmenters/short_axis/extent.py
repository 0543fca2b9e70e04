"""Which slices show the left ventricle in which phase: between the apex and the mitral and aortic valves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.short_axis.polar import Floats
from geometry.segmenters.short_axis.walls import Walls


@dataclass(frozen=True)
class Evidence:
    """What speaks for a left ventricle, each (slices, phases).

    area    mm2 of the cavity
    closed  fraction of the ring that is muscle
    bright  mean of the cavity on the scale muscle 0, blood 1
    """

    area: NDArray[np.float64]
    closed: NDArray[np.float64]
    bright: NDArray[np.float64]


def gather(scaled: Floats, air: NDArray[np.float64], radii: NDArray[np.float64], walls: Walls) -> Evidence:
    """The evidence in samples (slices, phases, angles, radii) with walls found."""
    endo, epi = walls.endo[..., None], walls.epi[..., None]
    third = (epi - endo) / 4
    wall = _mean_where(scaled, (radii >= endo + third) & (radii <= epi - third))
    closed = (wall < 0.38) & (wall > 0.55 * air[:, None, :])
    weight = np.broadcast_to(radii, scaled.shape) * (radii < np.maximum(endo, 3.0) - 1.0)
    bright = (scaled * weight).sum(axis=(2, 3)) / np.maximum(weight.sum(axis=(2, 3)), 1e-6)
    return Evidence(cavity_area(walls.endo), closed.mean(axis=2), np.asarray(bright, dtype=float))


def cavity_area(radius: NDArray[np.floating]) -> NDArray[np.float64]:
    """mm2 inside polar contours (..., angles)."""
    return np.asarray((0.5 * radius.astype(float) ** 2).sum(axis=-1) * (2 * np.pi / radius.shape[-1]))


def chance_of_ventricle(evidence: Evidence, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """(slices, phases), 0..1: one contiguous range of slices about the surest, ending where the ring opens or stops squeezing."""
    squeeze = _squeeze(evidence.area, score)
    closed = ndimage.gaussian_filter1d(evidence.closed, 1.0, axis=1, mode="wrap")
    bright = evidence.bright.mean(axis=1)
    chance = _logistic((closed - 0.74) / 0.045) * _logistic((squeeze - 0.1) / 0.07)[:, None]
    chance = chance * (_logistic((bright - 0.45) / 0.08) * _logistic((1.45 - bright) / 0.05))[:, None]
    start = int((score * chance.mean(axis=1)).argmax())
    out = np.empty_like(chance)
    out[start:] = np.minimum.accumulate(chance[start:], axis=0)
    out[: start + 1] = np.minimum.accumulate(chance[start::-1], axis=0)[::-1]
    return out


def _squeeze(area: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """(slices,), how far each slice follows the beat of the sure ones: 1 the same relative change, below 0 atrium or aorta."""
    trusted = score > 0.5 * np.quantile(score, 0.8)
    relative = area / np.maximum(area.mean(axis=1, keepdims=True), 1.0) - 1
    beat = np.median(relative[trusted], axis=0)
    return np.asarray(relative @ beat / max(float(beat @ beat), 1e-9))


def _mean_where(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    return np.asarray((values * mask).sum(axis=-1) / np.maximum(mask.sum(axis=-1), 1), dtype=np.float32)


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))
