"""Slices at the distances they were taken at, on a grid of equal distances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.dicom.frame import Frame
from geometry.errors import Refused

_REPEAT = 0.3  # of the usual distance: closer slices are the same slice taken again
_UNEVEN = 0.1  # of the usual distance: further off, a slice is not where the grid has one
_WIDEST = 2.5  # times the usual distance: more than one slice is missing


@dataclass(frozen=True)
class Blend:
    """A slice of the grid: (1 - weight) of the slice taken ``below`` and ``weight`` of the one ``above``."""

    below: int
    above: int
    weight: float


def join_repeats(slices: list[list[Frame]], places: list[float]) -> list[list[Frame]]:
    """Slices that lie almost in one place, as happens when a breath-hold is repeated, put together as one."""
    if len(slices) < 4:
        return slices
    usual = float(np.median(np.diff(places)))
    joined = [list(slices[0])]
    last = places[0]
    for place, row in zip(places[1:], slices[1:], strict=True):
        if place - last < _REPEAT * usual:
            joined[-1] = joined[-1] + row
        else:
            joined.append(list(row))
            last = place
    return joined


def regular_grid(places: NDArray[np.float64], notes: list[str]) -> tuple[tuple[Blend, ...], float]:
    """What each slice of a regular grid is made of, and the gap in mm; raises Refused where too much is missing.

    places  (slices taken,) mm along the normal, increasing
    """
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    if gaps.max() > _WIDEST * usual:
        worst = int(np.argmax(gaps))
        raise Refused(
            f"{round(gaps[worst] / usual) - 1} slices are missing between slices {worst + 1} and {worst + 2} "
            f"({gaps[worst]:.1f} mm apart, {usual:.1f} mm elsewhere); export the whole series again."
        )
    steps = np.maximum(np.round(gaps / usual), 1)
    off = np.abs(gaps - steps * usual)
    if off.max() > max(_UNEVEN * usual, 0.1):
        return _resampled(places, usual, notes)
    notes.extend(
        f"A slice is missing between slices {i + 1} and {i + 2} ({gaps[i]:.1f} mm apart, {usual:.1f} mm elsewhere): "
        "it was filled with the mean of its neighbours."
        for i in np.flatnonzero(steps > 1)
    )
    gap = float((places[-1] - places[0]) / steps.sum())
    if off.max() > max(0.02 * usual, 0.1):
        notes.append(
            f"The distances between slices vary by up to {off.max():.1f} mm; their mean, {gap:.2f} mm, was used."
        )
    blends = [Blend(0, 0, 0.0)]
    for taken, step in enumerate(steps, start=1):
        blends += [Blend(taken - 1, taken, 0.5)] * (int(step) - 1) + [Blend(taken, taken, 0.0)]
    return tuple(blends), gap


def _resampled(places: NDArray[np.float64], usual: float, notes: list[str]) -> tuple[tuple[Blend, ...], float]:
    """A grid over uneven slices: its slices are the slices taken where they lie close, else between their neighbours."""
    gaps = np.diff(places)
    worst = int(np.argmax(np.abs(gaps - usual)))
    notes.append(
        f"The slices do not lie at equal distances ({gaps[worst]:.1f} mm between slices {worst + 1} and {worst + 2}, "
        f"{usual:.1f} mm elsewhere): they were brought to equal distances, those between two by interpolation."
    )
    count = max(round((places[-1] - places[0]) / usual), 2) + 1
    wanted = np.linspace(places[0], places[-1], count)
    at = np.interp(wanted, places, np.arange(len(places)))
    nearest = np.round(at).astype(int)
    blends = []
    for place, between, near in zip(wanted, at, nearest, strict=True):
        below = min(int(between), len(places) - 2)
        close = abs(places[near] - place) <= _UNEVEN * usual
        blends.append(Blend(int(near), int(near), 0.0) if close else Blend(below, below + 1, float(between - below)))
    return tuple(blends), float(wanted[1] - wanted[0])
