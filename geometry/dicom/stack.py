"""From frames lying somewhere in space and time to one regular grid: nothing here trusts ``SliceLocation``."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.dicom.frame import Frame
from geometry.dicom.stack_spacing import Blend, join_repeats, regular_grid
from geometry.dicom.stack_times import equal_phases, in_time, read_times
from geometry.errors import Refused

SAME_PLACE = 0.1  # mm along the normal
LEAST_SLICES = 3


@dataclass(frozen=True)
class Stack:
    """A regular grid of frames.

    rows    slices taken x phases
    pattern a frame whose matrix and pixel spacing the grid has
    blends  for each slice of the grid, the slices taken that it is made of
    affine  (4, 4), (column, row, slice) -> mm, RAS+
    times   ms after the R wave of each phase, empty where unknown
    cycle   ms, or None
    offsets (slices taken, 2) mm by which each slice lies off its place in the grid, across and down
    notes   sentences
    """

    rows: tuple[tuple[Frame, ...], ...]
    pattern: Frame
    blends: tuple[Blend, ...]
    affine: NDArray[np.float64]
    times: tuple[float, ...]
    cycle: float | None
    offsets: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def slices(self) -> int:
        """The number of slices of the grid, those made from their neighbours counted."""
        return len(self.blends)

    @property
    def phases(self) -> int:
        """The number of time points."""
        return len(self.rows[0])


def group_by_position(frames: list[Frame]) -> list[list[Frame]]:
    """Frames of one orientation as slices, ordered along the normal; those of one slice ordered in time."""
    normal = frames[0].normal
    places = np.array([position_of(frame) @ normal for frame in frames])
    slices: list[list[Frame]] = []
    last = -np.inf
    for place, frame in sorted(zip(places, frames, strict=True), key=lambda pair: float(pair[0])):
        if place - last > SAME_PLACE:
            slices.append([])
            last = float(place)
        slices[-1].append(frame)
    return [in_time(frames_here) for frames_here in slices]


def build_stack(frames: list[Frame]) -> Stack:
    """The regular grid that ``frames`` (one orientation) make; raises Refused where they make none."""
    notes: list[str] = []
    slices = group_by_position(frames)
    if len(slices) < LEAST_SLICES:
        raise Refused(too_few(len(slices), len(slices[0])))
    slices = join_repeats(slices, [float(position_of(row[0]) @ slices[0][0].normal) for row in slices])
    slices = equal_phases(slices, notes)
    if len(slices) < LEAST_SLICES:
        raise Refused("Most slices of this series lack some of their time frames; export the whole series again.")
    pattern = _pattern(slices, notes)
    places = np.array([position_of(row[0]) @ pattern.normal for row in slices])
    blends, gap = regular_grid(places, notes)
    affine, offsets = _affine(slices, (places - places[0]) / gap, gap, pattern, notes)
    times, cycle = read_times(slices, notes)
    _check_header_gap(slices, gap, notes)
    return Stack(tuple(map(tuple, slices)), pattern, blends, affine, times, cycle, offsets, tuple(notes))


def position_of(frame: Frame) -> NDArray[np.float64]:
    """(3,) mm, LPS, of a frame that is known to be placed."""
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


def _pattern(slices: list[list[Frame]], notes: list[str]) -> Frame:
    """A frame with the matrix that most slices have."""
    grids = Counter((row[0].columns, row[0].rows, row[0].spacing) for row in slices)
    usual, count = grids.most_common(1)[0]
    if count < len(slices):
        notes.append(
            f"{len(slices) - count} of {len(slices)} slices have another matrix or pixel size than the "
            f"{usual[0]} x {usual[1]} of the others; they were brought to it."
        )
    return next(row[0] for row in slices if (row[0].columns, row[0].rows, row[0].spacing) == usual)


def _affine(
    slices: list[list[Frame]], index: NDArray[np.float64], gap: float, pattern: Frame, notes: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Voxel -> mm in RAS+, and how far each slice lies off it in its own plane."""
    assert pattern.across is not None and pattern.down is not None and pattern.spacing is not None
    normal = pattern.normal
    starts = np.array([position_of(row[0]) for row in slices])
    slope = np.polyfit(index, starts, 1)[0]
    in_plane = slope - (slope @ normal) * normal
    residual = starts - starts[0] - np.outer(index, gap * normal + in_plane)
    if np.linalg.norm(in_plane) < 0.02 * gap or np.abs(residual).max() > 1.0:
        in_plane, residual = np.zeros(3), starts - starts[0] - np.outer(index, gap * normal)
    else:
        notes.append("The slices are stacked at a slant (a tilted gantry, perhaps); the grid follows them.")
    middle = np.median(residual, axis=0)
    residual = residual - middle
    offsets = np.stack([residual @ pattern.across, residual @ pattern.down], axis=1)
    lps = np.eye(4)
    lps[:3, 0] = pattern.across * pattern.spacing[0]
    lps[:3, 1] = pattern.down * pattern.spacing[1]
    lps[:3, 2] = gap * normal + in_plane
    lps[:3, 3] = starts[0] + middle
    if np.abs(offsets).max() > 0.5 * min(pattern.spacing):
        notes.append(
            f"Slices lie up to {np.abs(offsets).max():.1f} mm off one axis; they were moved to their true place."
        )
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps, offsets


def _check_header_gap(slices: list[list[Frame]], gap: float, notes: list[str]) -> None:
    thickness = [row[0].thickness for row in slices if row[0].thickness]
    if not thickness:
        return
    usual = float(np.median(thickness))
    if gap > 1.05 * usual:
        notes.append(f"Slices are {usual:.1f} mm thick and {gap:.1f} mm apart: what lies between was not seen.")
    elif gap < 0.9 * usual and usual > 2.0:
        notes.append(f"Slices are {usual:.1f} mm thick and {gap:.1f} mm apart: they overlap.")
