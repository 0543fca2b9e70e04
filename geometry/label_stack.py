"""Several masks that may overlap, as one label map."""

import numpy as np
from numpy.typing import NDArray


def stack_up(masks: list[NDArray[np.bool_]], titles: list[str]) -> tuple[NDArray[np.int32], dict[int, str], bool]:
    """One label map of several masks, numbered from 1 as they come, the smallest on top; and whether they overlap."""
    values = np.zeros(masks[0].shape, np.int32)
    order = sorted(range(len(masks)), key=lambda n: -int(masks[n].sum()))
    overlap = bool((np.sum(masks, axis=0, dtype=np.uint8) > 1).any())
    for number in order:
        values[masks[number]] = number + 1
    return values, {number + 1: title for number, title in enumerate(titles)}, overlap
