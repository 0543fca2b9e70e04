"""Volumes over the beat: Simpson's sum of the slices, its interval at every phase, and how fast it changes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.image import Image
from geometry.measures.interval_scale import scaled_band
from geometry.metric import Metric
from geometry.segmentation import LV, RV, Segmentation
from geometry.volume_draws import draw_volumes

Floats = NDArray[np.floating]
DRAWS = 1000
FEWEST = 8  # phases for a rate of change
SIDES = {LV: ("lv", "LV"), RV: ("rv", "RV")}


@dataclass(frozen=True)
class VolumeCurve:
    """Volume of one cavity over the beat.

    name       "lv" or "rv"
    times      (phases,) ms after the R wave; the number of the phase where times are not known
    volume     (phases,) ml
    low, high  (phases,) bounds of the 90 % interval; None where the method gives no probability
    """

    name: str
    times: Floats
    volume: Floats
    low: Floats | None = None
    high: Floats | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        bounds = {
            key: None if v is None else v.round(3).tolist() for key, v in (("low", self.low), ("high", self.high))
        }
        return {"name": self.name, "times": self.times.tolist(), "volume": self.volume.round(3).tolist()} | bounds

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> "VolumeCurve":
        """From plain data."""
        low, high = (None if facts[key] is None else np.array(facts[key]) for key in ("low", "high"))
        return cls(facts["name"], np.array(facts["times"]), np.array(facts["volume"]), low, high)


def volume_curve(segmentation: Segmentation, label: int) -> Floats:
    """(phases,) ml, Simpson's rule: area of the label in each slice times the distance between slice centres, gap included.

    With slices at random heights this sum is right on average (Cavalieri); the apex, where the area falls to zero, costs less
    than half a percent. What whole slices cannot know is where in its slice the base lies: see ``base_step``.
    """
    count = np.count_nonzero(segmentation.labels == label, axis=(0, 1, 2))
    return np.atleast_1d(np.asarray(count, dtype=float)) * segmentation.voxel_volume / 1000.0


def expected_volumes(segmentation: Segmentation, label: int) -> Floats:
    """(phases,) ml with each voxel counted by its probability: exact where that is the share of the voxel that is filled."""
    if label not in segmentation.probability:
        return volume_curve(segmentation, label)
    total = np.asarray(segmentation.probability[label]).sum(axis=(0, 1, 2), dtype=float)
    return np.atleast_1d(total) * segmentation.voxel_volume / 1000.0


def base_step(segmentation: Segmentation, label: int, phase: int) -> float:
    """ml, half of the largest step of the area from one slice to the next: as far as a volume can be off at a flat base."""
    areas = (segmentation.phase(phase) == label).sum(axis=(0, 1))
    step = np.abs(np.diff(np.concatenate([[0], areas, [0]]))).max()
    return float(step) / 2 * segmentation.voxel_volume / 1000.0


def volume_curves(segmentation: Segmentation, image: Image) -> tuple[tuple[VolumeCurve, ...], tuple[Metric, ...]]:
    """Curves of what is labelled in every phase, and peak_ejection_rate and peak_filling_rate (ml/s) with their intervals."""
    phases = segmentation.labels.shape[3] if segmentation.labels.ndim == 4 else 1
    curves: list[VolumeCurve] = []
    metrics: list[Metric] = []
    for label, (name, side) in SIDES.items():
        volume = volume_curve(segmentation, label)
        if phases < 2 or not (volume > 0).all():
            continue
        draws = draw_volumes(segmentation, label, tuple(range(phases)), draws=DRAWS)
        known = len(image.times) == phases
        times = np.asarray(image.times if known else range(phases), dtype=float)
        low, high = (None, None) if draws is None else np.quantile(draws, (0.05, 0.95), axis=1)
        if low is not None and high is not None:
            low, high = scaled_band(segmentation.method, name, volume, low, high)
        curves.append(VolumeCurve(name, times, volume, low, high))
        if known and image.cycle is not None and phases >= FEWEST:
            metrics += _rates(volume, draws, times, image.cycle, name, side)
    return tuple(curves), tuple(metrics)


def _rates(
    volume: Floats, draws: Floats | None, times: Floats, cycle: float, name: str, side: str
) -> tuple[Metric, Metric]:
    """The steepest fall and rise of the curve, from its first harmonics."""
    harmonics = min(len(volume) // 3, 6)
    slope = _slopes(volume[None], times, cycle, harmonics)[0]
    many = None if draws is None else _slopes(draws.T, times, cycle, harmonics)
    note = f"Steepest part of the volume curve, from {harmonics} harmonics of {len(volume)} phases."
    own = "" if name == "lv" else "rv_"
    fall, rise = (
        int(slope.argmin()),
        int(slope.argmax()),
    )  # drawn curves are read at the same moment: noise has steeper parts
    falls, rises = (None, None) if many is None else (-many[:, fall], many[:, rise])
    return (
        _with_bounds(f"{own}peak_ejection_rate", f"{side} peak ejection rate", -slope[fall], falls, note),
        _with_bounds(f"{own}peak_filling_rate", f"{side} peak filling rate", slope[rise], rises, note),
    )


def _with_bounds(name: str, label: str, value: float, draws: Floats | None, note: str) -> Metric:
    if draws is None:
        return Metric(name, label, float(value), "ml/s", note=note)
    low, high = np.quantile(draws, (0.05, 0.95))
    return Metric(
        name, label, float(value), "ml/s", min(float(low), float(value)), max(float(high), float(value)), note
    )


def _slopes(curves: Floats, times: Floats, cycle: float, harmonics: int) -> Floats:
    """(curves, 200) ml/s: derivative of the least-squares Fourier series of curves (n, phases) at 200 moments of the beat."""
    number = np.arange(1, harmonics + 1)
    angle = 2 * np.pi * np.outer(times, number) / cycle
    basis = np.concatenate([np.ones((len(times), 1)), np.cos(angle), np.sin(angle)], axis=1)
    weights = np.linalg.lstsq(basis, curves.T, rcond=None)[0]
    fine = 2 * np.pi * np.outer(np.arange(200) / 200, number)
    speed = 2 * np.pi * number / cycle * 1000.0
    rise = np.concatenate([-np.sin(fine) * speed, np.cos(fine) * speed], axis=1)
    return np.asarray((rise @ weights[1:]).T)
