"""Exchange two labels."""

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change, difference
from geometry.editing.grid import checked_index, slice_at
from geometry.editing.rules import checked_label


def swap(labels: NDArray[np.uint8], first: int, second: int, axis: int, *, index: int | None = None) -> Change:
    """What was ``first`` becomes ``second`` and the other way round (0 is background); with ``index`` on one slice."""
    checked_label(first, background=True)
    checked_label(second, background=True)
    after = labels.copy()
    place = (...,) if index is None else slice_at(axis, checked_index(labels.shape, axis, index))
    here = labels[place]
    after[place] = np.where(here == first, second, np.where(here == second, first, here))
    return difference(labels, after)
