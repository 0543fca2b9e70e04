"""The slices of a scan as they were taken: one plane of voxels on the screen, and back from the screen to voxels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.editing.grid import slice_axis, spacing_of
from ui.planes import Floats, Plane


@dataclass(frozen=True, eq=False)
class NativeGrid:
    """How the slices of a grid lie on the screen.

    axis          across the slices; ``right`` and ``above`` are the array axes along the screen
    flip          whether each of the two runs against the screen
    """

    affine: Floats
    shape: tuple[int, int, int]
    axis: int
    right: int
    above: int
    flip: tuple[bool, bool]

    @classmethod
    def of(cls, affine: Floats, shape: tuple[int, ...]) -> "NativeGrid":
        """The grid of a volume: the patient's left on the right, head or front at the top."""
        axis = slice_axis(affine)
        first, second = (a for a in range(3) if a != axis)
        directions = affine[:3, :3] / spacing_of(affine)
        right = first if abs(directions[0, first]) >= abs(directions[0, second]) else second
        above = second if right == first else first
        flip = (directions[0, right] > 0, directions[1, above] + directions[2, above] < 0)
        return cls(affine, (shape[0], shape[1], shape[2]), axis, right, above, flip)

    @property
    def pixel(self) -> tuple[float, float]:
        """mm of a pixel along the screen."""
        spacing = spacing_of(self.affine)
        return float(spacing[self.right]), float(spacing[self.above])

    def plane(self, name: str, half: float, focus: Floats) -> Plane:
        """The plane of the slice nearest to ``focus`` (mm), with ``focus`` in its middle."""
        across, up = (
            self._direction(a, flipped) for a, flipped in zip((self.right, self.above), self.flip, strict=True)
        )
        normal = np.cross(across, up)
        pitch = float(self.affine[:3, self.axis] @ normal)
        first = float((self.affine[:3, 3] - focus) @ normal)
        return Plane(name, focus, across, up, half, pitch, self.shape[self.axis], first).through(focus)

    def index_of(self, point: Floats) -> int:
        """The slice nearest to a place, mm."""
        return int(np.clip(round(float(self.voxel(point)[self.axis])), 0, self.shape[self.axis] - 1))

    def voxel(self, point: Floats) -> Floats:
        """(3,), voxel coordinates of a place, mm."""
        return np.asarray(np.linalg.inv(self.affine)[:3] @ (*np.asarray(point, dtype=float), 1.0))

    def place(self, voxel: Floats) -> Floats:
        """(3,) mm, the place of voxel coordinates."""
        return np.asarray(self.affine[:3, :3] @ np.asarray(voxel) + self.affine[:3, 3])

    def cut(self, volume: NDArray[np.generic], index: int) -> NDArray[np.generic]:
        """(across, up), the pixels of a slice in the order of the screen."""
        here = np.take(volume, index, axis=self.axis)
        return self.on_screen(here)

    def on_screen(self, here: NDArray[np.generic]) -> NDArray[np.generic]:
        """The pixels of a slice (2D, array order) in the order of the screen."""
        turned = here if self.right < self.above else here.T
        return turned[:: -1 if self.flip[0] else 1, :: -1 if self.flip[1] else 1]

    def corner(self, plane: Plane, index: int) -> tuple[float, float, float, float]:
        """Left, bottom, width and height, mm on ``plane``, of the pixels of a slice."""
        ends = np.zeros((2, 3))
        ends[:, self.axis] = index
        ends[1, self.right], ends[1, self.above] = self.shape[self.right] - 1, self.shape[self.above] - 1
        spots = plane.on_screen(np.array([self.place(end) for end in ends]))
        left, bottom = spots.min(axis=0) - np.array(self.pixel) / 2
        width, height = spots.max(axis=0) - spots.min(axis=0) + np.array(self.pixel)
        return float(left), float(bottom), float(width), float(height)

    def curve_on_screen(self, plane: Plane, points: Floats, index: int) -> Floats:
        """(k, 2) mm on ``plane`` of pixel coordinates (k, 2) of a slice, in array order."""
        voxels = np.insert(np.asarray(points, dtype=float), self.axis, index, axis=1)
        return plane.on_screen(voxels @ self.affine[:3, :3].T + self.affine[:3, 3])

    def _direction(self, axis: int, flipped: bool) -> Floats:
        column = self.affine[:3, axis] / np.linalg.norm(self.affine[:3, axis])
        return np.asarray(-column if flipped else column)
