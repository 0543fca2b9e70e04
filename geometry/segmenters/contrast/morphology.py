"""Masks opened and closed by balls of a radius in mm, and how far places are from their surface."""

import numpy as np
from scipy import ndimage

from geometry.segmenters.contrast.grid import Floats, Mask


def opened(mask: Mask, radius: float, step: float) -> Mask:
    """What balls of ``radius`` mm reach from within a mask."""
    core = ndimage.distance_transform_edt(mask, sampling=step) > radius
    return np.asarray(mask & (ndimage.distance_transform_edt(~core, sampling=step) <= radius + 0.5 * step))


def closed(mask: Mask, radius: float, step: float) -> Mask:
    """A mask with gaps narrower than twice ``radius`` mm filled."""
    grown = ndimage.distance_transform_edt(~mask, sampling=step) <= radius
    return np.asarray((ndimage.distance_transform_edt(grown, sampling=step) > radius) | mask)


def outside(mask: Mask, step: float) -> Floats:
    """mm outside of a surface that runs halfway between voxels, less than 0 within."""
    out = ndimage.distance_transform_edt(~mask, sampling=step) - ndimage.distance_transform_edt(mask, sampling=step)
    return np.asarray(out - np.sign(out) * 0.5 * step)
