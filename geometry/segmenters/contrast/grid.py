"""The working grid: voxels of one size along right, front and up, whatever way the scan lies, and the way back."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Points = NDArray[np.float64]
OUTSIDE = -3000.0  # HU given to what the scan does not show


@dataclass(frozen=True)
class Grid:
    """HU on a grid whose axes point right, front and up.

    values   (nx, ny, nz) HU; air where nothing was scanned
    seen     (nx, ny, nz) whether it was scanned
    step     mm between voxels; origin (3,) mm RAS of the first
    """

    values: Floats
    seen: Mask
    step: float
    origin: Points

    @property
    def spacing(self) -> Points:
        """(3,) mm, all the same."""
        return np.full(3, self.step)

    def voxel(self, place: Points) -> tuple[int, int, int]:
        """The voxel at a place (3,) mm, or the nearest one."""
        at = np.clip(np.round((place - self.origin) / self.step), 0, np.array(self.values.shape) - 1).astype(int)
        return int(at[0]), int(at[1]), int(at[2])

    def place(self, voxels: NDArray[np.floating]) -> Points:
        """(n, 3) mm RAS of (fractional) voxels (n, 3)."""
        return np.asarray(self.origin + voxels * self.step)


def corners(shape: tuple[int, ...], affine: Points) -> Points:
    """(2, 3) mm RAS, the smallest box along the body's axes that holds a scan."""
    ends = np.array(list(product(*((0, n - 1) for n in shape))), dtype=float)
    places = ends @ affine[:3, :3].T + affine[:3, 3]
    return np.stack([places.min(axis=0), places.max(axis=0)])


def working_grid(voxels: NDArray[Any], affine: Points, box: Points, step: float) -> Grid:
    """The part of a scan in a box (2, 3) mm RAS, on voxels of ``step`` mm; finer voxels are averaged first."""
    low, high = (
        np.maximum(box[0], corners(voxels.shape, affine)[0]),
        np.minimum(box[1], corners(voxels.shape, affine)[1]),
    )
    cut = _cut(voxels.shape, affine, np.stack([low, high]))
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    factor = np.maximum(np.minimum(np.floor(step / spacing + 0.1), [s.stop - s.start for s in cut]), 1).astype(int)
    small = block_mean(voxels[cut], factor)
    first = np.array([s.start for s in cut]) + 0.5 * (factor - 1)
    count = np.maximum(np.floor((high - low) / step).astype(int) + 1, 1)
    back = np.linalg.inv(affine)
    matrix = back[:3, :3] * step / factor[:, None]
    offset = (back[:3, :3] @ low + back[:3, 3] - first) / factor
    values = ndimage.affine_transform(small, matrix, offset, tuple(count), order=1, mode="constant", cval=OUTSIDE)
    seen = values > -1500.0
    return Grid(np.where(seen, values, -1000.0).astype(np.float32), seen, step, low)


def block_mean(voxels: NDArray[Any], factor: NDArray[np.int_]) -> Floats:
    """The means of blocks of ``factor`` (3,) voxels; what is over at the far ends is left out."""
    shape = np.array(voxels.shape) // factor
    used = voxels[tuple(slice(0, int(n * f)) for n, f in zip(shape, factor, strict=True))]
    blocks = used.reshape(*(int(v) for pair in zip(shape, factor, strict=True) for v in pair))
    return np.asarray(blocks.mean(axis=(1, 3, 5), dtype=np.float32))


def to_scan(field: Floats, grid: Grid, affine: Points, shape: tuple[int, ...]) -> tuple[tuple[slice, ...], Floats]:
    """A field of the working grid on the scan's voxels: the box of the scan where it is not nothing, and its values."""
    some = ndimage.find_objects((field > 0.004).astype(np.uint8))
    if not some:
        return tuple(slice(0, 0) for _ in shape), np.zeros((0, 0, 0), dtype=np.float32)
    low, high = (
        grid.place(np.array([getattr(s, end) for s in some[0]]) + spare) for end, spare in (("start", -2), ("stop", 1))
    )
    cut = _cut(shape, affine, np.stack([low, high]))
    matrix = affine[:3, :3] / grid.step
    first = np.array([s.start for s in cut])
    offset = (affine[:3, :3] @ first + affine[:3, 3] - grid.origin) / grid.step
    size = tuple(s.stop - s.start for s in cut)
    return cut, np.asarray(ndimage.affine_transform(field, matrix, offset, size, order=1, mode="constant"))


def _cut(shape: tuple[int, ...], affine: Points, box: Points) -> tuple[slice, slice, slice]:
    """The voxels of a scan that a box (2, 3) mm RAS holds."""
    back = np.linalg.inv(affine)
    ends = np.array(list(product(*box.T))) @ back[:3, :3].T + back[:3, 3]
    low = np.clip(np.floor(ends.min(axis=0)).astype(int) - 1, 0, np.array(shape) - 1)
    high = np.clip(np.ceil(ends.max(axis=0)).astype(int) + 2, low + 1, shape)
    x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return x, y, z


def box_around(mask: Mask, spare: int) -> tuple[slice, slice, slice]:
    """The smallest box that holds a mask, with ``spare`` voxels on every side where there is room."""
    found = ndimage.find_objects(mask.astype(np.uint8))[0]
    x, y, z = (slice(max(s.start - spare, 0), min(s.stop + spare, n)) for s, n in zip(found, mask.shape, strict=True))
    return x, y, z
