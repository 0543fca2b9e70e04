"""Where the slices of a synthetic MR scan lie in the heart."""

from dataclasses import dataclass, field

import numpy as np

from sample_scans.anatomy_frame import Frame
from sample_scans.anatomy_surfaces import Array


@dataclass(frozen=True)
class Stack:
    """The grid of the scan in the heart frame: columns and rows, slices from below the apex upward, mm.

    turn    (3, 3), its rows are where columns, rows and slices point; identity: true short axis
    shifts  (slices, 2) mm, where the breath-hold put each slice
    """

    columns: int
    rows: int
    slices: int
    spacing: float
    thickness: float
    gap: float
    corner: tuple[float, float, float]
    shifts: Array
    turn: Array = field(default_factory=lambda: np.eye(3))
    samples: int = 4

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along columns, rows, slices."""
        return self.columns, self.rows, self.slices

    def points(self) -> Array:
        """(columns * rows * slices * samples, 3) mm heart frame; each slice lies where its breath-hold put it."""
        x = self.corner[0] + self.spacing * np.arange(self.columns)
        y = self.corner[1] + self.spacing * np.arange(self.rows)
        within = (np.arange(self.samples) + 0.5) / self.samples - 0.5
        z = self.corner[2] + (self.thickness + self.gap) * np.arange(self.slices)[:, None] + self.thickness * within
        grid = np.empty((*self.shape, self.samples, 3), np.float32)
        grid[..., 0] = x[:, None, None, None] - self.shifts[None, None, :, 0, None]
        grid[..., 1] = y[None, :, None, None] - self.shifts[None, None, :, 1, None]
        grid[..., 2] = z
        return np.asarray(grid.reshape(-1, 3) @ self.turn.astype(np.float32))

    def affine(self, frame: Frame) -> Array:
        """(4, 4) voxel to RAS mm."""
        result = np.eye(4)
        steps = (self.spacing, self.spacing, self.thickness + self.gap)
        result[:3, :3] = (self.turn @ frame.axes).T * np.array(steps)
        result[:3, 3] = frame.to_patient(np.asarray(self.corner) @ self.turn)
        return result
