"""A scan around an aortic root, sampled in the frame of the root: two axes across it and one along the flow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates, median_filter

from geometry.aortic_root import AorticRoot
from geometry.errors import Refused
from geometry.heart_mesh import Floats

STEP = 0.6  # mm
LOW, HIGH = 0.0, 25.0  # mm above the annulus
MARGIN = 14.0  # mm beyond the widest wall
SMOOTH = (5, 9)  # sections, directions: over this much a label may bulge into a vessel that leaves it


@dataclass(frozen=True)
class RootGrid:
    """Samples at even steps.

    values, outside  (nx, ny, nz): the scan's, and mm from the wall (negative in the lumen)
    axes (3, 3)      rows: across, aside, along the flow; unit vectors
    low (3,)         mm of the first sample along them, from ``center`` (3,), the middle of the annulus
    step             mm between samples
    """

    values: NDArray[np.floating]
    outside: NDArray[np.floating]
    axes: Floats
    low: Floats
    center: Floats
    step: float

    def places(self, part: NDArray[np.bool_]) -> Floats:
        """(k, 3) mm along the axes, of the samples in a mask."""
        return np.asarray(np.argwhere(part) * self.step + self.low)

    def patient(self, place: Floats) -> tuple[float, float, float]:
        """A place (3,) along the axes in mm RAS."""
        x, y, z = (round(float(c), 2) for c in self.center + place @ self.axes)
        return x, y, z


def root_grid(volume: NDArray[np.generic], affine: Floats, root: AorticRoot) -> RootGrid:
    """Sample a volume (voxel -> mm RAS by ``affine``) around a root; what lies beyond the scan is as its border.

    Refuses a root whose wall is nowhere whole above the annulus.
    """
    inside = (root.height >= LOW) & (root.height <= HIGH)
    outer = root.sections.outer[inside]
    whole = np.isfinite(outer).all(axis=1)
    if whole.sum() < SMOOTH[0]:
        raise Refused("The wall of the root cannot be followed above the annulus; mesh more of the aorta.")
    heights = root.height[inside][whole]
    turns = SMOOTH[1]
    around = np.pad(outer[whole], ((0, 0), (turns, turns)), mode="wrap")
    wall = median_filter(around, SMOOTH, mode="nearest")[:, turns:-turns]
    far = float(wall.max()) + MARGIN
    low = np.array([-far, -far, float(heights[0])])
    counts = [int(2 * far / STEP) + 1] * 2 + [int((heights[-1] - heights[0]) / STEP) + 1]
    sections = root.sections
    axes = np.stack([sections.across[0], sections.aside[0], root.ring.normal])
    along = [low[k] + STEP * np.arange(counts[k]) for k in range(3)]
    x, y, z = np.meshgrid(*along, indexing="ij")
    patient = root.ring.center + np.stack([x, y, z], axis=-1) @ axes
    back = np.linalg.inv(affine)
    voxel = patient @ back[:3, :3].T + back[:3, 3]
    values = map_coordinates(np.asarray(volume, np.float32), np.moveaxis(voxel, -1, 0), order=1, mode="nearest")
    lumen = np.hypot(x, y) <= _radius(wall, heights, np.arctan2(y, x), z)
    outside = distance_transform_edt(~lumen, STEP) - distance_transform_edt(lumen, STEP)
    outside += STEP * np.where(lumen, 0.5, -0.5)  # the wall lies half-way between two samples
    return RootGrid(values, outside, axes, low, root.ring.center, STEP)


def _radius(wall: Floats, heights: Floats, turn: Floats, z: Floats) -> Floats:
    """mm to the wall (k, a) in the directions ``turn`` (rad) at heights ``z``, linear between sections and directions."""
    closed = np.column_stack([wall, wall[:, :1]])
    row = np.interp(z, heights, np.arange(len(heights)))
    column = np.mod(turn, 2 * np.pi) / (2 * np.pi) * wall.shape[1]
    return np.asarray(map_coordinates(closed, [row, column], order=1, mode="nearest"))
