"""Carry labels from one phase of the heart beat to others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change, difference
from geometry.editing.grid import checked_index
from geometry.editing.rules import checked_label
from geometry.errors import Refused


def copy_phase(
    labels: NDArray[np.uint8],
    phase: int,
    to: Sequence[int],
    axis: int,
    *,
    label: int | None = None,
    index: int | None = None,
) -> Change:
    """Copy the labels (x, y, z, phases) of a phase to others; only one label with ``label``, one slice with ``index``."""
    if labels.ndim != 4:
        raise Refused("This scan has a single phase; there is no other one to copy to.")
    for number in (phase, *to):
        if not 0 <= number < labels.shape[3]:
            raise Refused(f"There is no phase {number + 1}; the scan has phases 1 to {labels.shape[3]}.")
    where = [slice(None)] * 3
    if index is not None:
        checked_index(labels.shape, axis, index)
        where[axis] = slice(index, index + 1)
    place = tuple(where)
    source = labels[..., phase][place]
    after = labels.copy()
    for number in to:
        target = after[..., number][place]
        if label is None:
            target[...] = source
        else:
            checked_label(label)
            target[target == label] = 0
            target[source == label] = label
    return difference(labels, after)
