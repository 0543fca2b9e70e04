"""Small pictures to choose a series by."""

import numpy as np
from numpy.typing import NDArray

LARGEST = 128  # pixels


def thumbnail(plane: NDArray[np.floating], *, inverted: bool = False) -> NDArray[np.uint8]:
    """(rows, columns) uint8 from grey values: the darkest and brightest hundredths cut off, at most ``LARGEST`` wide.

    ``inverted``  where the smallest value is meant to be white
    """
    step = max(1, -(-max(plane.shape) // LARGEST))
    rows, columns = (size // step * step for size in plane.shape)
    small = plane[:rows, :columns].reshape(rows // step, step, columns // step, step).mean(axis=(1, 3))
    low, high = np.percentile(small, (1, 99))
    shown = np.clip((small - low) / max(high - low, 1e-9), 0, 1)
    return np.asarray((1 - shown if inverted else shown) * 255, dtype=np.uint8)
