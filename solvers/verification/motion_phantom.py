"""A left ventricle that beats as known: the labels of a short-axis cine of it."""

import numpy as np
from numpy.typing import NDArray

from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from solvers.verification.scar_phantom import Ellipsoids

Floats = NDArray[np.float64]
SQUEEZE = 0.3  # of the radius at end-systole


def radius_at(shape: Ellipsoids, share: Floats) -> Floats:
    """mm, half axis of the cavity across at shares of the beat: a (1 - 0.3 sin^2)."""
    return np.asarray(shape.radius * (1 - SQUEEZE * np.sin(np.pi * share) ** 2))


def beating_labels(
    shape: Ellipsoids, phases: int = 12, spacing: tuple[float, float, float] = (1.5, 1.5, 8.0)
) -> Segmentation:
    """Labels by the centre of each voxel; the wall keeps its volume at every height, the long axis its length.

    Slices start at the base downwards by whole gaps, so that half a gap above the topmost one the base is cut.
    """
    reach = shape.radius + shape.wall + 6.0
    across = np.arange(-reach, reach, spacing[0])
    z = np.sort(
        shape.base - spacing[2] * (np.arange(int((shape.base + shape.depth + shape.wall) / spacing[2]) + 1) + 0.5)
    )
    x, y, height = np.meshgrid(across, across, z, indexing="ij")
    flat = x**2 + y**2
    inner = np.maximum(1 - (height / shape.depth) ** 2, 0.0)
    outer = (shape.radius + shape.wall) ** 2 * np.maximum(1 - (height / (shape.depth + shape.wall)) ** 2, 0.0)
    labels = np.zeros((*x.shape, phases), np.uint8)
    for phase in range(phases):
        now = float(radius_at(shape, np.array(phase / phases))) ** 2
        blood = now * inner
        whole = outer - (shape.radius**2 - now) * inner
        labels[..., phase] = np.where(flat < blood, LV, np.where(flat < whole, MYOCARDIUM, 0))
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (across[0], across[0], z[0])
    return Segmentation(labels, affine, method="phantom", ed=0, es=phases // 2)
