"""From surfaces with a spread to the chance of each tissue in each voxel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from geometry.segmentation import LV, MYOCARDIUM, RV
from geometry.segmenters.short_axis.polar import Floats, Rays

SHOWN = 0.5  # chance from which a frame is marked, so that labels agree with what is most likely
DECIDED = 5.0  # how much more a slice is one or the other than its cover by the mean valve plane says


@dataclass(frozen=True)
class Surface:
    """Mean radius of a surface and its standard deviation, mm, each (slices, phases, angles)."""

    radius: Floats
    spread: Floats


def paint(shape: tuple[int, ...], rays: Rays, surfaces: tuple[Surface, Surface, Surface]) -> dict[int, Floats]:
    """Chance of LV cavity, myocardium and RV cavity in a (nx, ny, slices, phases) grid, where a frame shows them at all.

    ``surfaces`` are endocardium, epicardium and RV free wall.
    """
    chances = {label: np.zeros(shape, dtype=np.float32) for label in (LV, MYOCARDIUM, RV)}
    x = np.arange(shape[0]) * rays.spacing[0]
    y = np.arange(shape[1]) * rays.spacing[1]
    for k in range(shape[2]):
        dx, dy = x[:, None] - rays.centres[k, 0], y[None, :] - rays.centres[k, 1]
        distance = np.hypot(dx, dy)
        near = np.nonzero(distance < max(float(s.radius[k].max() + 4 * s.spread[k].max()) for s in surfaces))
        ray = (np.arctan2(dy, dx)[near] % (2 * np.pi)) * (rays.angles.size / (2 * np.pi))
        endo, epi, free = (_inside(s, k, ray, distance[near]) for s in surfaces)
        chances[LV][near[0], near[1], k] = endo
        chances[MYOCARDIUM][near[0], near[1], k] = np.maximum(epi - endo, 0)
        chances[RV][near[0], near[1], k] = np.maximum(free - epi, 0)
    return chances


def _inside(surface: Surface, k: int, ray: NDArray[np.float64], distance: NDArray[np.float64]) -> Floats:
    """(voxels, phases), chance that voxels lie inside a surface with normally distributed radius."""
    n = surface.radius.shape[-1]
    low = ray.astype(int) % n
    part = (ray - ray.astype(int))[:, None]
    radius, spread = (
        values[k].T[low] * (1 - part) + values[k].T[(low + 1) % n] * part for values in (surface.radius, surface.spread)
    )
    return np.asarray(ndtr((radius - distance[:, None]) / spread), dtype=np.float32)


def decided(sure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chances that a frame shows the ventricles with their log-odds multiplied: slices are read whole or not at all."""
    part = np.clip(sure, 1e-6, 1 - 1e-6) ** DECIDED
    other = (1 - np.clip(sure, 1e-6, 1 - 1e-6)) ** DECIDED
    return np.asarray(part / (part + other))


def most_likely(chances: dict[int, Floats], sure: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The label of greatest chance, background included, in frames that show the ventricles.

    ``sure`` (slices, phases) is the chance that they do.
    """
    labels = np.zeros(next(iter(chances.values())).shape, dtype=np.uint8)
    best = 1 - sum(chances.values())
    for label, chance in chances.items():
        better = (chance > best) & (sure >= SHOWN)
        labels[better] = label
        best = np.where(better, chance, best)
    return labels
