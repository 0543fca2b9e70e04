"""The grey value of the scan at a place, with its unit, in words."""

import numpy as np
from numpy.typing import NDArray

from geometry.image import Image
from ui.readout import at_words
from ui.window_level import unit_of


def value_words(image: Image, phase: int, point: NDArray[np.floating]) -> str:
    """Value, unit and place of the voxel that holds a point (3,) mm; nothing outside the scan."""
    inverse = np.linalg.inv(image.affine)
    voxel = np.round(inverse[:3, :3] @ point + inverse[:3, 3]).astype(int)
    if (voxel < 0).any() or (voxel >= image.voxels.shape[:3]).any():
        return ""
    value = float(image.phase(min(phase, image.phases - 1))[tuple(voxel)])
    number = f"{value:z.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2g}"
    x, y, z = (float(v) for v in point)
    return f"{number} {unit_of(image)}   {at_words((x, y, z))}"
