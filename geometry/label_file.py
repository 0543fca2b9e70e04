"""A label map as it comes from a file, before anybody knows what its numbers mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused


@dataclass(frozen=True)
class LabelFile:
    """Numbers on a grid.

    values    int32, (nx, ny, nz) or (nx, ny, nz, phases); 0 is background
    affine    (4, 4), voxel index -> mm, RAS+
    names     value -> what the file calls it
    placed    False where the file does not say where it lies (1 mm voxels at the origin, or no orientation)
    notes     what was found on reading, as sentences
    phase     (which, of how many) phase of a beat this is, from 0, where the file says so
    """

    values: NDArray[np.int32]
    affine: NDArray[np.float64]
    names: Mapping[int, str] = field(default_factory=dict)
    placed: bool = True
    notes: tuple[str, ...] = ()
    phase: tuple[int, int] | None = None


def whole_numbers(values: NDArray[Any]) -> NDArray[np.int32]:
    """The values as integers; raises Refused where they are no labels."""
    if values.dtype.fields or values.dtype.kind not in "biuf":
        raise Refused("The voxels of this label map are colours or complex numbers; save plain label numbers.")
    while values.ndim > 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim not in (3, 4) or 0 in values.shape:
        shape = " x ".join(map(str, values.shape))
        raise Refused(f"The array of this label map is {shape}; a volume, or a volume over time, is needed.")
    if values.dtype.kind == "f":
        odd = values[~np.isfinite(values) | (values != np.round(values))]
        if odd.size:
            raise Refused(
                f"The voxels of this file are not labels: they hold values such as {odd.flat[0]:.3g}. It may be a scan, or "
                "probabilities; save the label map itself."
            )
    if values.size and (values.min() < 0 or values.max() > 65535):
        raise Refused(f"The labels run from {values.min():g} to {values.max():g}; they must lie between 0 and 65535.")
    if len(np.unique(values[::2, ::2, ::1])) > 150:
        raise Refused("The file holds more than 150 different values: this is a scan, not a label map.")
    return values.astype(np.int32)


def is_unset(affine: NDArray[np.float64]) -> bool:
    """Whether an affine is what stands in a file when nobody filled it in: voxels of 1 mm at the origin."""
    return bool(np.allclose(np.abs(affine[:3, :3]), np.eye(3)) and np.allclose(affine[:3, 3], 0))
