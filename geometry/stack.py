"""From frames lying somewhere in space and time to one regular grid: nothing here trusts ``SliceLocation``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.dicom_frame import Frame
from geometry.errors import Refused
from geometry.stack_times import equal_phases, in_time, read_times

SAME_PLACE = 0.1  # mm along the normal
LEAST_SLICES = 3


@dataclass(frozen=True)
class Stack:
    """A regular grid of frames.

    grid    slices x phases; None where a slice was never taken and is to be interpolated
    affine  (4, 4), (column, row, slice) -> mm, RAS+
    times   ms after the R wave of each phase, empty where unknown
    cycle   ms, or None
    offsets (slices, 2) mm by which each slice lies off its place in the grid, across and down
    notes   sentences
    """

    grid: tuple[tuple[Frame | None, ...], ...]
    affine: NDArray[np.float64]
    times: tuple[float, ...]
    cycle: float | None
    offsets: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def slices(self) -> int:
        """The number of slices, the missing ones counted."""
        return len(self.grid)

    @property
    def phases(self) -> int:
        """The number of time points."""
        return max(len(row) for row in self.grid)


def group_by_position(frames: list[Frame]) -> list[list[Frame]]:
    """Frames of one orientation as slices, ordered along the normal; those of one slice ordered in time."""
    normal = frames[0].normal
    places = np.array([_position(frame) @ normal for frame in frames])
    slices: list[list[Frame]] = []
    last = -np.inf
    for place, frame in sorted(zip(places, frames, strict=True), key=lambda pair: float(pair[0])):
        if place - last > SAME_PLACE:
            slices.append([])
            last = float(place)
        slices[-1].append(frame)
    return [sorted(frames_here, key=in_time) for frames_here in slices]


def build_stack(frames: list[Frame]) -> Stack:
    """The regular grid that ``frames`` (one orientation and matrix) make; raises Refused where they make none."""
    notes: list[str] = []
    slices = group_by_position(frames)
    if len(slices) < LEAST_SLICES:
        raise Refused(too_few(len(slices), len(slices[0])))
    slices = equal_phases(slices, notes)
    if len(slices) < LEAST_SLICES:
        raise Refused("Most slices of this series lack some of their time frames; export the whole series again.")
    normal = slices[0][0].normal
    places = np.array([_position(row[0]) @ normal for row in slices])
    index, gap = _regular(places, notes)
    grid: list[tuple[Frame | None, ...]] = [(None,) * len(slices[0])] * (int(index[-1]) + 1)
    for k, row in zip(index, slices, strict=True):
        grid[k] = tuple(row)
    affine, offsets = _affine(slices, index, gap, notes)
    times, cycle = read_times(slices, notes)
    _check_header_gap(slices, gap, notes)
    return Stack(tuple(grid), affine, times, cycle, offsets, tuple(notes))


def _position(frame: Frame) -> NDArray[np.float64]:
    assert frame.position is not None
    return frame.position


def too_few(slices: int, phases: int) -> str:
    """Why so few slices are no stack, as a sentence."""
    what = "a single 2D image" if slices == 1 and phases == 1 else f"{slices} slice{'s' if slices > 1 else ''}"
    time = f" at {phases} time points" if phases > 1 else ""
    return (
        f"This is {what}{time}; a stack of at least {LEAST_SLICES} parallel slices is needed. "
        "Choose the folder that holds the whole short-axis stack or the whole CT volume."
    )


def _regular(places: NDArray[np.float64], notes: list[str]) -> tuple[NDArray[np.int64], float]:
    """The number of each slice on a regular grid and the gap in mm; raises Refused where the slices make none."""
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    steps = np.round(gaps / usual)
    off = np.abs(gaps - steps * usual)
    if (steps < 1).any() or off.max() > max(0.1 * usual, SAME_PLACE):
        worst = int(np.argmax(np.abs(gaps - usual)))
        raise Refused(
            f"The slices do not lie at equal distances: {gaps[worst]:.1f} mm between slices {worst + 1} "
            f"and {worst + 2}, {usual:.1f} mm elsewhere. Choose a series with evenly spaced slices."
        )
    if steps.max() > 2:
        worst = int(np.argmax(steps))
        raise Refused(
            f"{int(steps[worst]) - 1} slices are missing between slices {worst + 1} and {worst + 2} "
            f"({gaps[worst]:.1f} mm apart, {usual:.1f} mm elsewhere); export the whole series again."
        )
    notes.extend(
        f"A slice is missing between slices {i + 1} and {i + 2} ({gaps[i]:.1f} mm apart, {usual:.1f} mm elsewhere): "
        "it was filled with the mean of its neighbours."
        for i in np.flatnonzero(steps > 1)
    )
    index = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    gap = float((places[-1] - places[0]) / index[-1])
    if off.max() > 0.02 * usual and off.max() > SAME_PLACE:
        notes.append(
            f"The distances between slices vary by up to {off.max():.1f} mm; their mean, {gap:.2f} mm, was used."
        )
    return index, gap


def _affine(
    slices: list[list[Frame]], index: NDArray[np.int64], gap: float, notes: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Voxel -> mm in RAS+, and how far each slice lies off it in its own plane."""
    first = slices[0][0]
    assert first.across is not None and first.down is not None and first.spacing is not None
    starts = np.array([_position(row[0]) for row in slices])
    slope = np.polyfit(index, starts, 1) if len(index) > 1 else np.zeros((2, 3))
    in_plane = slope[0] - (slope[0] @ first.normal) * first.normal
    residual = starts - starts[0] - np.outer(index, gap * first.normal + in_plane)
    if np.linalg.norm(in_plane) < 0.02 * gap or np.abs(residual).max() > 1.0:
        in_plane, residual = np.zeros(3), starts - starts[0] - np.outer(index, gap * first.normal)
    else:
        notes.append("The slices are stacked at a slant (a tilted gantry, perhaps); the grid follows them.")
    residual = residual - np.median(residual, axis=0)
    offsets = np.stack([residual @ first.across, residual @ first.down], axis=1)
    lps = np.eye(4)
    lps[:3, 0] = first.across * first.spacing[0]
    lps[:3, 1] = first.down * first.spacing[1]
    lps[:3, 2] = gap * first.normal + in_plane
    lps[:3, 3] = np.median(starts - np.outer(index, lps[:3, 2]), axis=0)
    if np.abs(offsets).max() > 0.5 * min(first.spacing):
        notes.append(
            f"Slices lie up to {np.abs(offsets).max():.1f} mm off one axis; they were moved to their true place."
        )
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps, offsets


def _check_header_gap(slices: list[list[Frame]], gap: float, notes: list[str]) -> None:
    thickness = [row[0].thickness for row in slices if row[0].thickness]
    if thickness and gap > 1.05 * float(np.median(thickness)):
        notes.append(
            f"Slices are {np.median(thickness):.1f} mm thick and {gap:.1f} mm apart: what lies between was not seen."
        )
