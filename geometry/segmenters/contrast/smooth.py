"""Noise taken away, blurring no more than it needs: a Gaussian as wide as the noise asks, then diffusion along surfaces."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.grid import Floats

WIDTHS = (0.0, 0.5, 0.7, 0.9, 1.1, 1.4, 1.7, 2.0)  # voxels
WANTED = 0.20  # of the contrast: noise that diffusion can take away
STEPS = 5
RATE = 1.0 / 7.0  # stable with six neighbours


@dataclass(frozen=True)
class Smoothed:
    """HU with little noise; noise (HU) that there was and that is left; width (mm) of the Gaussian that was needed."""

    values: Floats
    noise: float
    left: float
    width: float


def smoothed(values: Floats, levels: Levels, step: float) -> Smoothed:
    """HU with so little noise that blood and muscle of these levels can be told apart voxel by voxel."""
    noise = [noise_in(values, levels, step)]
    current, width = values, 0.0
    for width in WIDTHS:
        current = ndimage.gaussian_filter(values, width) if width else values
        noise.append(noise_in(current, levels, step))
        if noise[-1] < WANTED * levels.contrast:
            break
    values = _diffused(current, noise[-1], levels.contrast)
    return Smoothed(values, noise[0], noise_in(values, levels, step), width * step)


def noise_in(values: Floats, levels: Levels, step: float) -> float:
    """HU, deviation from the surroundings deep in thick blood."""
    soft = ndimage.gaussian_filter(values, 2.5 / step)
    deep = ndimage.binary_erosion(soft > levels.threshold, iterations=max(round(4.0 / step), 1))
    rest = np.abs((values - soft)[deep])
    return float(np.median(rest) / 0.6745) if rest.size > 200 else 20.0


def _diffused(values: Floats, noise: float, contrast: float) -> Floats:
    """Perona and Malik's diffusion (1990, doi:10.1109/34.56205), with K between noise and contrast (HU)."""
    limit = np.float32(min(max(2.0 * noise, 12.0), 0.4 * contrast))
    out = values.copy()
    for _ in range(STEPS):
        change = np.zeros_like(out)
        for axis in range(3):
            step = np.diff(out, axis=axis)
            flow = step * np.exp(-((step / limit) ** 2)) * np.float32(RATE)
            low, high = [slice(None)] * 3, [slice(None)] * 3
            low[axis], high[axis] = slice(0, -1), slice(1, None)
            change[tuple(low)] += flow
            change[tuple(high)] -= flow
        out += change
    return out
