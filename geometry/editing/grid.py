"""How a stack of slices lies in an array of voxels."""

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused

THICK = 2.5  # slices further apart than this many pixels are edited one by one


def spacing_of(affine: NDArray[np.floating]) -> NDArray[np.float64]:
    """(3,) mm between voxel centres."""
    return np.asarray(np.linalg.norm(affine[:3, :3], axis=0), dtype=float)


def slice_axis(affine: NDArray[np.floating]) -> int:
    """The array axis across the slices: that of the largest spacing, or the one along the body where all are alike."""
    spacing = spacing_of(affine)
    widest = int(np.argmax(spacing))
    others = np.delete(spacing, widest)
    if spacing[widest] > 1.5 * others.max():
        return widest
    return int(np.argmax(np.abs(affine[2, :3]) / spacing))


def in_plane(affine: NDArray[np.floating], axis: int) -> tuple[float, float]:
    """(2,) mm between the pixels of a slice."""
    first, second = np.delete(spacing_of(affine), axis)
    return float(first), float(second)


def is_thick(affine: NDArray[np.floating], axis: int) -> bool:
    """Whether the slices lie too far apart for shapes to be followed from one to the next."""
    return bool(spacing_of(affine)[axis] > THICK * max(in_plane(affine, axis)))


def slice_at(axis: int, index: int) -> tuple[slice | int, ...]:
    """The index of one slice (2D) of a volume."""
    return tuple(index if a == axis else slice(None) for a in range(3))


def checked_index(shape: tuple[int, ...], axis: int, index: int) -> int:
    """The index of a slice; refuses one that is not there."""
    if not 0 <= index < shape[axis]:
        raise Refused(f"There is no slice {index + 1}; the stack has slices 1 to {shape[axis]}.")
    return index


def box_around(mask: NDArray[np.bool_], margin: tuple[int, ...]) -> tuple[slice, ...]:
    """The smallest box that holds a mask and a margin (voxels per axis), inside the array; empty for an empty mask."""
    box = []
    for axis, extra in enumerate(margin):
        found = np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        if found.size == 0:
            return (slice(0, 0),) * mask.ndim
        box.append(slice(max(int(found[0]) - extra, 0), min(int(found[-1]) + extra + 1, mask.shape[axis])))
    return tuple(box)
