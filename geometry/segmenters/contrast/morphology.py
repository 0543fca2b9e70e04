"""Masks opened and closed by balls of a radius in mm."""

import numpy as np
from scipy import ndimage

from geometry.segmenters.contrast.grid import Mask


def opened(mask: Mask, radius: float, step: float) -> Mask:
    """What balls of ``radius`` mm reach from within a mask."""
    core = ndimage.distance_transform_edt(mask, sampling=step) > radius
    return np.asarray(mask & (ndimage.distance_transform_edt(~core, sampling=step) <= radius + 0.5 * step))


def closed(mask: Mask, radius: float, step: float) -> Mask:
    """A mask with gaps narrower than twice ``radius`` mm filled."""
    grown = ndimage.distance_transform_edt(~mask, sampling=step) <= radius
    return np.asarray((ndimage.distance_transform_edt(grown, sampling=step) > radius) | mask)
