"""The working grid: canonical directions (right, front, up) and voxels of about a millimetre, and the way back."""

from dataclasses import dataclass

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.image import Image

FINEST = 0.9  # mm

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """HU on a grid whose axes point right, front and up.

    values       (nx, ny, nz) HU
    spacing      (3,) mm
    orientation  how the scan's axes map onto these
    shape        of the scan in canonical order
    """

    values: Floats
    spacing: NDArray[np.float64]
    orientation: NDArray[np.float64]
    shape: tuple[int, ...]

    def index(self, voxel: NDArray[np.float64], scan_shape: tuple[int, ...]) -> tuple[int, int, int]:
        """The working voxel that holds a (fractional) voxel of the scan."""
        out = np.zeros(3)
        for source, (target, flip) in enumerate(self.orientation):
            at = voxel[source] if flip > 0 else scan_shape[source] - 1 - voxel[source]
            out[int(target)] = at
        scale = (np.array(self.values.shape) - 1) / np.maximum(np.array(self.shape) - 1, 1)
        i, j, k = np.clip(np.round(out * scale), 0, np.array(self.values.shape) - 1).astype(int)
        return int(i), int(j), int(k)

    def back(self, values: Floats) -> Floats:
        """A field of the working grid on the voxels of the scan."""
        if values.shape != self.shape:
            factors = np.array(self.shape) / np.array(values.shape)
            values = ndimage.zoom(values, factors, order=1, mode="nearest", grid_mode=False)
        home = nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), self.orientation)
        return np.ascontiguousarray(nib.orientations.apply_orientation(values, home), dtype=np.float32)


def working_grid(image: Image) -> Grid:
    """The scan, turned to canonical directions, no finer than FINEST mm."""
    orientation = nib.orientations.io_orientation(image.affine)
    turned = nib.orientations.apply_orientation(image.phase(0), orientation).astype(np.float32)
    order = np.argsort(orientation[:, 0])
    spacing = image.spacing[order]
    shape = turned.shape
    if np.any(spacing < FINEST):
        turned = ndimage.zoom(turned, np.minimum(spacing / 1.0, 1.0), order=1, mode="nearest", grid_mode=False)
        spacing = spacing * (np.array(shape) - 1) / (np.array(turned.shape) - 1)
    return Grid(np.asarray(turned, dtype=np.float32), spacing, orientation, shape)


def box_around(mask: NDArray[np.bool_], spare: int) -> tuple[slice, slice, slice]:
    """The smallest box that holds a mask, with ``spare`` voxels on every side where there is room."""
    (i, j, k) = ndimage.find_objects(mask.astype(np.uint8))[0]
    x, y, z = (slice(max(s.start - spare, 0), s.stop + spare) for s in (i, j, k))
    return x, y, z
