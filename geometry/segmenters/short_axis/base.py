"""What a stricter reader would leave out at the base, told in numbers: the choice that moves volumes most."""

import numpy as np
from numpy.typing import NDArray

from geometry.metric import with_unit
from geometry.reading import HALF, closed_shares
from geometry.segmentation import LV

type Flags = NDArray[np.bool_]


def strict_reading(
    labels: NDArray[np.uint8], elsewhere: Flags, spacing: NDArray[np.float64], ends: tuple[int, int]
) -> tuple[str, ...]:
    """A note with the volumes without slices that have less than half of their blood surrounded by muscle; none where all have.

    ``labels`` (nx, ny, slices, phases); ``elsewhere`` (nx, ny, slices, 2) blood of atria and vessels at ``ends``, which are
    end-diastole and end-systole.
    """
    seen = labels[..., list(ends)]
    cavity = seen == LV
    area = cavity.sum(axis=(0, 1))
    left_out = (area > 0) & (closed_shares(seen, spacing, elsewhere) < HALF)
    kept = np.where(left_out, 0, area).sum(axis=0) * float(np.prod(spacing)) / 1000.0
    if not left_out.any() or not kept.all():
        return ()
    where = [
        f"{_numbers(there)} at {name}"
        for name, there in zip(("end-diastole", "end-systole"), left_out.T, strict=True)
        if there.any()
    ]
    edv, esv = (with_unit(f"{volume:.0f}", "ml") for volume in kept)
    return (
        f"At the base, less than half of the blood is surrounded by muscle in {' and '.join(where)}. "
        f"Without these: EDV {edv}, ESV {esv}, EF {100 * (1 - kept[1] / kept[0]):.0f} %.",
    )


def _numbers(there: Flags) -> str:
    """Slice 5; slices 4 and 5; slices 3, 4 and 5: counted from 1."""
    *others, last = (str(k + 1) for k in np.flatnonzero(there))
    return f"slices {', '.join(others)} and {last}" if others else f"slice {last}"
