"""Empty a slice, or a whole volume, of one label or of all."""

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change, difference
from geometry.editing.grid import checked_index, slice_at
from geometry.editing.rules import checked_label


def erase(labels: NDArray[np.uint8], axis: int, *, index: int | None = None, label: int | None = None) -> Change:
    """Remove a label (all of them without ``label``) from a slice (from the volume without ``index``).

    The whole slice counts as decided: a person has said what is not there.
    """
    after, decided = labels.copy(), np.zeros(labels.shape, dtype=bool)
    place = (...,) if index is None else slice_at(axis, checked_index(labels.shape, axis, index))
    gone = labels[place] > 0 if label is None else labels[place] == checked_label(label)
    after[place] = np.where(gone, 0, labels[place])
    decided[place] = True
    return difference(labels, after, decided if label is None else None)
