"""Which slices show the left ventricle in which phase: between the apex and the mitral and aortic valves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.short_axis.polar import Floats
from geometry.segmenters.short_axis.walls import Walls

DESCENT = (
    22.0  # mm of valve plane descent per unit of fractional area change: 12 to 14 mm in a normal beat, less in failure
)


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


def chance_of_ventricle(evidence: Evidence, score: NDArray[np.float64], pitch: float) -> NDArray[np.float64]:
    """(slices, phases), 0..1, the part of each slice that lies between apex and base; ``pitch`` mm between slices.

    Towards the apex it ends where there is no closed ring or the blob grows again, in all phases alike. The base is a plane
    that descends with the beat; it is put where it best explains which rings are closed and which blobs squeeze.
    """
    squeeze = _squeeze(evidence, score)
    bright = evidence.bright.mean(axis=1)
    lit = _logistic((bright - 0.45) / 0.08) * _logistic((1.5 - bright) / 0.05)
    likely = score * lit * np.clip(squeeze, 0, 1)
    if not base_is_up(evidence.area.mean(axis=1), likely):
        flipped = Evidence(evidence.area[::-1], evidence.closed[::-1], evidence.bright[::-1])
        return _extent(flipped, likely[::-1], squeeze[::-1], lit[::-1], pitch)[::-1]
    return _extent(evidence, likely, squeeze, lit, pitch)


def _extent(
    evidence: Evidence,
    likely: NDArray[np.float64],
    squeeze: NDArray[np.float64],
    lit: NDArray[np.float64],
    pitch: float,
) -> NDArray[np.float64]:
    """``chance_of_ventricle`` for a stack from apex to base."""
    start = int((likely * evidence.closed.mean(axis=1)).argmax())
    growth = _growth(evidence.area.mean(axis=1, keepdims=True), -1)
    apex = _logistic((evidence.closed - 0.82) / 0.04).mean(axis=1) * _logistic((squeeze + 0.8) / 0.2) * lit
    apex = apex * _logistic((1.2 - growth[:, 0]) / 0.05)
    area = ndimage.gaussian_filter1d(evidence.area, 1.0, axis=1, mode="wrap")
    closed = ndimage.gaussian_filter1d(evidence.closed, 1.0, axis=1, mode="wrap")
    ring = _logistic((closed - 0.73) / 0.05) * _logistic((1.27 - _growth(area, 1)) / 0.04)
    ring = ring * (_logistic((squeeze - 0.1) / 0.08) * lit)[:, None]
    out = _under_the_base(ring, area, likely, start, pitch)
    below = np.minimum.accumulate(apex[start::-1])[::-1]
    out[:start] *= below[:-1, None]
    return out


def _under_the_base(
    ring: NDArray[np.float64], area: NDArray[np.float64], likely: NDArray[np.float64], start: int, pitch: float
) -> NDArray[np.float64]:
    """(slices, phases), the part of each slice below the valve plane, averaged over where that plane may be at rest."""
    beat, shortening = _mean_beat(area, likely)
    descent = DESCENT * shortening * beat / pitch
    k = np.arange(len(ring))[:, None]
    seen = np.clip(np.minimum.accumulate(np.maximum(ring, (k <= start) * 0.97), axis=0), 0.03, 0.97)
    planes = np.arange(start + 0.5, len(ring), 0.1)
    cover = np.clip(planes[:, None, None] - descent - k + 0.5, 0, 1)
    fit = (cover * np.log(seen) + (1 - cover) * np.log(1 - seen)).mean(axis=2).sum(axis=1)
    weight = np.exp((fit - fit.max()) / 0.05)
    return np.asarray(np.einsum("p,pkt->kt", weight / weight.sum(), cover))


def _mean_beat(area: NDArray[np.float64], likely: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """How contracted each phase is (0..1) and the fractional area change, over the slices that are surely ventricle."""
    trusted = likely >= 0.5 * np.quantile(likely, 0.85)
    total = area[trusted].sum(axis=0)
    change = (total.max() - total) / max(float(total.max()), 1.0)
    return np.asarray(change / max(float(change.max()), 1e-6)), float(change.max())


def base_is_up(area: NDArray[np.float64], weight: NDArray[np.float64]) -> bool:
    """Whether the base is at the high slice numbers, from (slices,) areas: sections of a ventricle shrink to the apex."""
    k = np.arange(area.size, dtype=float)
    weight = weight / max(float(weight.sum()), 1e-9)
    return float(weight @ ((k - weight @ k) * (area - weight @ area))) >= 0


def _growth(area: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """(slices, phases), area of each slice over that of the slice ``step`` before it."""
    before = np.roll(area, step, axis=0)
    return np.asarray(np.clip(area / np.maximum(before, 1.0), 0, 3))


def _squeeze(evidence: Evidence, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """(slices,), how far each slice follows the beat of the sure ones while its ring is closed.

    1: the same relative change; below 0: an atrium or the aorta, which fill while the ventricle empties.
    """
    trusted = score > 0.5 * np.quantile(score, 0.8)
    area = evidence.area
    beat = np.median(area[trusted] / np.maximum(area[trusted].mean(axis=1, keepdims=True), 1.0) - 1, axis=0)
    weight = np.clip((evidence.closed - 0.6) / 0.2, 0.02, 1) * np.where(_growth(area, 1) < 1.25, 1, 0.02)
    weight = weight / weight.sum(axis=1, keepdims=True)
    relative = area / np.maximum((area * weight).sum(axis=1, keepdims=True), 1.0) - 1
    about = beat - (weight * beat).sum(axis=1, keepdims=True)
    return np.asarray(
        (weight * relative * about).sum(axis=1) / np.maximum((weight * about**2).sum(axis=1), 0.1 * beat.var())
    )


def _mean_where(values: Floats, mask: NDArray[np.bool_]) -> Floats:
    return np.asarray((values * mask).sum(axis=-1) / np.maximum(mask.sum(axis=-1), 1), dtype=np.float32)


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))
