"""NRRD and MetaImage volumes, through SimpleITK."""

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress
from geometry.volume_grid import make_image, read_facts


def read_volume_file(path: Path, *, modality: str | None, progress: Progress) -> Image:
    """The scan in a .nrrd, .nhdr, .mha or .mhd file (3D, or 4D with time last or as components)."""
    progress(0.1, "Reading the volume")
    try:
        volume = SimpleITK.ReadImage(str(path))
    except RuntimeError as cause:
        raise Refused(
            "This file is empty, cut short or damaged, or its data file is not beside it; copy it again."
        ) from cause
    progress(0.7, "Checking the volume")
    if volume.GetDimension() not in (3, 4):
        raise Refused(f"This file has {volume.GetDimension()} dimensions; a volume, or a volume over time, is needed.")
    return make_image(_voxels(volume), affine_of(volume), read_facts(path), modality, [])


def _voxels(volume: SimpleITK.Image) -> NDArray[Any]:
    """(i, j, k[, time]) from SimpleITK's order, which is the other way round with components last."""
    array = SimpleITK.GetArrayFromImage(volume)
    components = volume.GetNumberOfComponentsPerPixel()
    if components == 1:
        return np.asarray(array.T)
    if volume.GetDimension() == 4 or components < 5:
        raise Refused("The voxels are colours or vectors; save plain grey values.")
    return np.asarray(np.moveaxis(array, -1, 0).T)


def affine_of(volume: SimpleITK.Image) -> NDArray[np.float64]:
    """(4, 4) voxel index -> mm, RAS+, of what SimpleITK read."""
    size = volume.GetDimension()
    direction = np.array(volume.GetDirection()).reshape(size, size)[:3, :3]
    lps = np.eye(4)
    lps[:3, :3] = direction * np.array(volume.GetSpacing()[:3])
    lps[:3, 3] = volume.GetOrigin()[:3]
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps
