"""The leaflets of the aortic valve: sheets as thin as a voxel or two, dark where soft and bright where calcified.

Half of a voxel of a thin leaflet is blood, so that it never gets as dark as muscle; what tells it is that it is darker than
the blood on both of its sides. Between soft leaflet and calcium the brightness passes through that of blood; such seams
are closed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.grid import Floats
from geometry.segmenters.contrast.morphology import closed
from geometry.segmenters.contrast.outflow import Valve

THICKEST = 3.0  # mm, half of what still counts as a sheet
DARKER = 0.30  # of the way from blood to muscle
BRIGHTER = 0.45  # of that way beyond the brightness of blood: calcium
SEAM = 1.5  # mm, half of a gap that is closed
LEAST = 30.0  # mm3 of a piece of leaflet
BLUR = 0.35  # mm
BELOW, ABOVE, BESIDE = 4.0, 24.0, 8.0  # mm of the annulus, and of its radius, in which leaflets are looked for


def find_leaflets(
    values: Floats, blood: NDArray[np.bool_], valve: Valve, spacing: NDArray[np.float64], levels: Levels
) -> NDArray[np.bool_]:
    """Voxels taken for blood that are leaflet or calcium of the valve; ``values`` are HU as scanned."""
    box, near = _about(valve, values.shape, spacing)
    smooth = ndimage.gaussian_filter(values[box], BLUR / spacing)
    contrast = levels.blood - levels.muscle
    ball = _ball(THICKEST, spacing)
    capped = np.minimum(smooth, levels.blood + 0.1 * contrast)
    sheet = ndimage.grey_closing(capped, footprint=ball) - capped > DARKER * contrast
    hard = smooth > levels.blood + BRIGHTER * contrast
    shut = closed(sheet | hard | ~blood[box], SEAM, float(spacing[0]))
    out = np.zeros(blood.shape, dtype=bool)
    out[box] = _large(shut & near & blood[box], spacing)
    return out


def _about(
    valve: Valve, shape: tuple[int, ...], spacing: NDArray[np.float64]
) -> tuple[tuple[slice, ...], NDArray[np.bool_]]:
    """The box about the valve, and the voxels of it that lie in a cylinder along the outflow."""
    reach = np.hypot(ABOVE, valve.radius + BESIDE) + 2 * THICKEST
    low = np.maximum(((valve.annulus - reach) / spacing).astype(int), 0)
    high = np.minimum(((valve.annulus + reach) / spacing).astype(int) + 2, shape)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    away = np.moveaxis(np.mgrid[box], 0, -1) * spacing - valve.annulus
    along = away @ valve.direction
    beside = np.linalg.norm(away - along[..., None] * valve.direction, axis=-1)
    return box, (along > -BELOW) & (along < ABOVE) & (beside < valve.radius + BESIDE)


def _large(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Without the specks that noise makes."""
    pieces, _ = ndimage.label(mask)
    volume = np.bincount(pieces.ravel()) * float(np.prod(spacing))
    volume[0] = 0.0
    return np.asarray((volume >= LEAST)[pieces])


def _ball(radius: float, spacing: NDArray[np.float64]) -> NDArray[np.bool_]:
    half = np.ceil(radius / spacing).astype(int)
    place = np.moveaxis(np.mgrid[tuple(slice(-int(n), int(n) + 1) for n in half)], 0, -1) * spacing
    return np.asarray(np.linalg.norm(place, axis=-1) <= radius)
