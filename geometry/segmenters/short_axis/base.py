"""Which slices count at the base, the choice that moves volumes most, and what another reader would have counted, in numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.metric import with_unit
from geometry.reading import read_ends, slivers

type Flags = NDArray[np.bool_]
type Areas = NDArray[np.float64]


@dataclass(frozen=True)
class BaseReading:
    """What of the base of the left ventricle was left out, and why.

    left_out  (slices,) slivers, see ``geometry.reading``
    notes     the volumes with them, and without what a stricter reader would leave out too
    """

    left_out: Flags
    notes: tuple[str, ...]


def read_base(
    labels: NDArray[np.uint8], elsewhere: Flags, spacing: NDArray[np.float64], ends: tuple[int, int]
) -> BaseReading:
    """The reading of ``labels`` (nx, ny, slices, phases).

    ``elsewhere`` (nx, ny, slices, 2) is blood of atria and vessels at ``ends``, which are end-diastole and end-systole.
    """
    area, opened = read_ends(labels[..., list(ends)], elsewhere, spacing)
    left_out = slivers(area, opened)
    voxel = float(np.prod(spacing)) / 1000.0
    counted = np.where(left_out[:, None], 0.0, area)
    notes = []
    if left_out.any():
        notes.append(
            f"At the base, {_numbers(left_out)} show{'s' if left_out.sum() == 1 else ''} a sliver of the ventricle beside "
            f"blood of atrium or outflow tract, and {'is' if left_out.sum() == 1 else 'are'} left out. "
            f"With {'it' if left_out.sum() == 1 else 'them'}: {_volumes(area.sum(axis=0) * voxel)}."
        )
    strict = opened & ~left_out[:, None]
    kept = np.where(strict, 0.0, counted).sum(axis=0) * voxel
    if strict.any() and kept.all():
        ends_named = zip(("end-diastole", "end-systole"), strict.T, strict=True)
        where = [f"{_numbers(there)} at {name}" for name, there in ends_named if there.any()]
        notes.append(
            f"At the base, less than half of the blood is surrounded by muscle in {' and '.join(where)}. "
            f"Without these: {_volumes(kept)}."
        )
    return BaseReading(left_out, tuple(notes))


def _volumes(ends: Areas) -> str:
    edv, esv = (with_unit(f"{volume:.0f}", "ml") for volume in ends)
    return f"EDV {edv}, ESV {esv}, EF {100 * (1 - ends[1] / ends[0]):.0f} %"


def _numbers(there: Flags) -> str:
    """Slice 5; slices 4 and 5; slices 3, 4 and 5: counted from 1."""
    *others, last = (str(k + 1) for k in np.flatnonzero(there))
    return f"slices {', '.join(others)} and {last}" if others else f"slice {last}"
