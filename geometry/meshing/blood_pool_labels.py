"""Which voxels of a segmentation are the blood between left ventricle and aorta."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.segmentation import AORTA, LV, ROOT

FLAP = 3.0  # mm
Mask = NDArray[np.bool_]


def blood_voxels(labels: NDArray[np.uint8], spacing: Floats) -> Mask:
    """(nx, ny, nz), one piece without flaps and holes; raises Refused by the name of what is missing or apart."""
    _check(labels)
    return _connected(_without_shells(labels, spacing), labels)


def _check(labels: NDArray[np.uint8]) -> None:
    for label, name in ((LV, "left ventricle"), (AORTA, "ascending aorta")):
        if not (labels == label).any():
            raise Refused(f"The {name} (label {label}) is not in the segmentation; blood cannot flow without it.")


def _without_shells(labels: NDArray[np.uint8], spacing: Floats) -> Mask:
    """The blood less thin flaps of it, which are debris of labels, and with islands inside it filled.

    Gone is what is thinner than 3 mm in the ventricle and not next to the root, and thinner than ``FLAP`` anywhere.
    """
    vessel = np.isin(labels, (ROOT, AORTA))
    ventricle = labels == LV
    near_root = ndimage.distance_transform_edt(~vessel, spacing) < 4.0
    kept = vessel | (ventricle & (_opened(ventricle, 1.5, spacing) | near_root))
    return np.asarray(ndimage.binary_fill_holes(_opened(kept, FLAP / 2, spacing)))


def _opened(mask: Mask, radius: float, spacing: Floats) -> Mask:
    """What balls of ``radius`` mm (less half a voxel) reach from within the mask; all of it where none fits."""
    core = ndimage.distance_transform_edt(mask, spacing) > radius
    if not core.any():
        return mask
    return np.asarray(mask & (ndimage.distance_transform_edt(~core, spacing) <= radius + 0.9 * float(spacing.max())))


def _connected(pool: Mask, labels: NDArray[np.uint8]) -> Mask:
    pieces, count = ndimage.label(pool)
    if count > 1:
        pool = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    for label, name in ((LV, "left ventricle"), (AORTA, "ascending aorta")):
        if (pool & (labels == label)).sum() < 0.5 * (labels == label).sum():
            raise Refused(f"The {name} is not connected to the rest of the blood; join the labels at the aortic valve.")
    return np.asarray(pool)
