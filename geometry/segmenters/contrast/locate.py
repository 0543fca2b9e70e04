"""Where the left ventricle is in a scan of any size, and how bright its blood, on voxels of 2.5 mm."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.segmenters.contrast.blood import Levels, blood_mask, likely_levels, measured, seed_level, thin_walls
from geometry.segmenters.contrast.compartments import find_compartments
from geometry.segmenters.contrast.grid import Grid, Points, corners, working_grid
from geometry.segmenters.contrast.left_heart import best_ventricle, coats
from geometry.segmenters.contrast.smooth import noise_in

STEP = 2.5  # mm
BELOW, ABOVE = np.array([75.0, 120.0, 90.0]), np.array([105.0, 80.0, 140.0])  # mm left, back, down; right, front, up


@dataclass(frozen=True)
class Found:
    """Levels, middle of the ventricle (3,) mm RAS, and the box (2, 3) mm that holds the left heart."""

    levels: Levels
    middle: Points
    box: Points


def locate(image: Image, phase: int, seed: Points | None) -> Found:
    """The chamber with the thickest coat of muscle at any of the levels that blood may have; raises Refused."""
    voxels = image.phase(phase)
    grid = working_grid(voxels, image.affine, corners(voxels.shape, image.affine), STEP)
    smooth = ndimage.gaussian_filter(grid.values, 0.5)
    at = None if seed is None else grid.voxel(seed)
    levels = likely_levels(grid, smooth) if at is None else [seed_level(grid, smooth, at)]
    tries = [_search(grid, smooth, each, at) for each in levels]
    score, found = max(tries, key=lambda each: each[0])
    if score == 0.0 or found is None:
        raise Refused(
            "No left ventricle was found in this CT (no bright chamber with a coat of muscle); check that the contrast "
            "is in the left heart, or place a point in the left ventricle."
        )
    return found


def _search(
    grid: Grid, smooth: np.ndarray, levels: Levels, seed: tuple[int, int, int] | None
) -> tuple[float, Found | None]:
    for _ in range(2):  # a second time with muscle measured about the first answer
        walls = thin_walls(smooth, levels, STEP, noise_in(smooth, levels, STEP))
        parts = find_compartments(blood_mask(smooth, levels), walls, STEP)
        best, score = best_ventricle(parts, coats(smooth, parts, levels), int(parts.labels[seed]) if seed else 0)
        if not best:
            return 0.0, None
        levels = measured(smooth, parts.labels == best, parts.labels > 0, STEP, levels)
    middle = grid.place(np.array(ndimage.center_of_mass(parts.labels == best)))
    return score, Found(levels, middle, np.stack([middle - BELOW, middle + ABOVE]))
