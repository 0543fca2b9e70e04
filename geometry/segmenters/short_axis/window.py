"""A square window of fixed pixel size over every slice of a stack: what the network sees, and the way back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STEP = 1.5  # mm, the pixel the network was trained on


@dataclass(frozen=True)
class Window:
    """``rows`` x ``columns`` pixels of STEP mm around ``centre`` (mm in the plane from the first voxel's centre)."""

    centre: tuple[float, float]
    rows: int
    columns: int

    def look(self, slices: NDArray[np.generic], spacing: NDArray[np.float64]) -> Floats:
        """(..., nx, ny) -> (..., rows, columns): linear between voxels, averaged where voxels are finer than STEP.

        Beyond the image its border goes on.
        """
        along, across = self._matrices(slices.shape[-2:], spacing)
        return np.asarray(along @ np.asarray(slices, dtype=np.float32) @ across.T, dtype=np.float32)

    def back(self, pictures: Floats, shape: tuple[int, int], spacing: NDArray[np.float64]) -> Floats:
        """(..., rows, columns) -> (..., nx, ny): linear between pixels, 0 outside the window."""
        along = _linear(shape[0], spacing[0] / STEP, self._first(0, spacing), self.rows)
        across = _linear(shape[1], spacing[1] / STEP, self._first(1, spacing), self.columns)
        return np.asarray(along @ pictures @ across.T, dtype=np.float32)

    def _first(self, axis: int, spacing: NDArray[np.float64]) -> float:
        """Pixel index of the first voxel."""
        return ((self.rows, self.columns)[axis] - 1) / 2 - self.centre[axis] / STEP

    def _matrices(self, shape: tuple[int, ...], spacing: NDArray[np.float64]) -> tuple[Floats, Floats]:
        made = []
        for axis, count in enumerate((self.rows, self.columns)):
            at = (self.centre[axis] + (np.arange(count) - (count - 1) / 2) * STEP) / spacing[axis]
            reach = max(STEP / spacing[axis], 1.0)
            wide = np.arange(-int(np.ceil(reach)) - 1, int(np.ceil(reach)) + 2)
            near = np.floor(at)[:, None].astype(int) + wide
            weight = np.clip(1.0 - np.abs(near - at[:, None]) / reach, 0.0, None)
            matrix = np.zeros((count, shape[axis]), dtype=np.float32)
            rows = np.repeat(np.arange(count), len(wide))
            np.add.at(matrix, (rows, np.clip(near, 0, shape[axis] - 1).ravel()), weight.ravel())
            made.append(matrix / matrix.sum(axis=1, keepdims=True))
        return made[0], made[1]


def _linear(count: int, step: float, first: float, inside: int) -> Floats:
    """(count, inside) weights that read a row of ``inside`` values at first, first + step, ...; 0 outside it."""
    at = first + step * np.arange(count)
    return np.clip(1.0 - np.abs(at[:, None] - np.arange(inside)), 0.0, None).astype(np.float32)


def whole_plane(shape: tuple[int, ...], spacing: NDArray[np.float64], most: int = 288) -> Window:
    """A window over the whole plane, in multiples of 16 pixels, cut to ``most`` of them about the middle."""
    extent = np.asarray(shape[:2]) * spacing[:2]
    rows, columns = (int(np.clip(16 * np.ceil(each / STEP / 16), 64, most)) for each in extent)
    middle = (np.asarray(shape[:2]) - 1) * spacing[:2] / 2
    return Window((float(middle[0]), float(middle[1])), rows, columns)
