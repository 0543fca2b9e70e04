"""Rays around the axis of the left ventricle: the grid on which its walls are searched."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rays:
    """Sample positions on rays from one centre per slice.

    centres  (slices, 2) mm in the plane (index times spacing)
    spacing  (2,) mm in the plane
    angles   (n_angles,) rad
    radii    (n_radii,) mm, evenly spaced
    """

    centres: NDArray[np.float64]
    spacing: NDArray[np.float64]
    angles: NDArray[np.float64]
    radii: NDArray[np.float64]

    @property
    def step(self) -> float:
        """mm between samples along a ray."""
        return float(self.radii[1] - self.radii[0])


def rays_around(centres: NDArray[np.float64], spacing: NDArray[np.float64], reach: float, step: float, n: int) -> Rays:
    """``n`` rays per slice, sampled every ``step`` mm up to ``reach`` mm."""
    angles = np.asarray(np.arange(n) * (2 * np.pi / n), dtype=float)
    return Rays(
        np.asarray(centres, dtype=float), np.asarray(spacing[:2], dtype=float), angles, np.arange(0, reach, step)
    )


def sample(voxels: NDArray[np.floating], rays: Rays) -> Floats:
    """(slices, phases, angles, radii), bilinear samples of a (nx, ny, slices, phases) cine; the border is repeated."""
    nx, ny, slices, phases = voxels.shape
    out = np.empty((slices, phases, rays.angles.size, rays.radii.size), dtype=np.float32)
    directions = np.stack((np.cos(rays.angles), np.sin(rays.angles)), axis=-1)
    offsets = directions[:, None, :] * rays.radii[None, :, None]
    for k in range(slices):
        at = (rays.centres[k] + offsets) / rays.spacing
        x = np.clip(at[..., 0], 0, nx - 1.001)
        y = np.clip(at[..., 1], 0, ny - 1.001)
        out[k] = np.moveaxis(bilinear(voxels[:, :, k], x, y), -1, 0)
    return out


def bilinear(plane: NDArray[np.floating], x: NDArray[np.float64], y: NDArray[np.float64]) -> Floats:
    """(..., phases), a (nx, ny, phases) plane at fractional indices ``x`` and ``y``, all phases at once."""
    i, j = x.astype(int), y.astype(int)
    u, v = (x - i)[..., None], (y - j)[..., None]
    low = plane[i, j] * (1 - v) + plane[i, j + 1] * v
    high = plane[i + 1, j] * (1 - v) + plane[i + 1, j + 1] * v
    return np.asarray(low * (1 - u) + high * u, dtype=np.float32)
