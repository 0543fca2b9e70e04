"""The inner and outer border of the left wall on rays around each short-axis slice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.measures.short_axis import ShortAxis
from geometry.segmentation import LV, MYOCARDIUM, RV

Floats = NDArray[np.floating]
RAYS = 36
STEP = 0.5  # pixels along a ray
BLUR = 0.6  # pixels, takes the stairs off a border
THINNEST = 0.8  # pixels: what is thinner is no wall
BESIDE = 7.0  # mm outside the wall in which the right ventricle counts as its neighbour


@dataclass(frozen=True)
class Borders:
    """Borders of one phase, base first.

    centre       (slices, 2) mm in the plane
    endo, epi    (slices, rays) mm; NaN in slices without cavity (endo) or without anything of the ventricle (epi)
    wall         (slices, rays) whether there is a wall on the ray
    beside       (slices, rays) whether the right ventricle lies outside of it
    """

    centre: Floats
    endo: Floats
    epi: Floats
    wall: NDArray[np.bool_]
    beside: NDArray[np.bool_]


def ray_angles() -> Floats:
    """(rays,) rad from the first towards the second axis of the plane."""
    return np.arange(RAYS) * 2 * np.pi / RAYS


def find_borders(stack: ShortAxis, phase: int) -> Borders:
    """Borders where the (slightly smoothed) labels change, to a fraction of a pixel."""
    labels = stack.labels[..., phase]
    pixel = stack.spacing[:2]
    cavity, heart = labels == LV, np.isin(labels, (LV, MYOCARDIUM))
    shown = np.flatnonzero(heart.any(axis=(0, 1)))
    count = labels.shape[2]
    centre = np.full((count, 2), np.nan)
    endo, epi = np.full((count, RAYS), np.nan), np.full((count, RAYS), np.nan)
    wall, beside = np.zeros((count, RAYS), bool), np.zeros((count, RAYS), bool)
    reach = float(np.hypot(*(np.array(labels.shape[:2]) * pixel)))
    radii = np.arange(0.0, reach, STEP * float(pixel.mean()))
    for k in shown[::-1]:  # from the apex: an open slice is seen from the middle of the closed one below it
        middle = cavity[..., k] if cavity[..., k].any() else heart[..., k]
        centre[k] = np.argwhere(middle).mean(axis=0) * pixel
        for _ in range(2):
            at = _places(centre[k], radii, pixel)
            if cavity[..., k].any():
                endo[k] = np.nan_to_num(_last_crossing(_sampled(cavity[..., k], at), radii))
            epi[k] = np.nan_to_num(_last_crossing(_sampled(heart[..., k], at), radii))
            wall[k] = epi[k] - np.nan_to_num(endo[k]) >= THINNEST * pixel.mean()
            if wall[k].all() or k + 1 >= count or np.isnan(centre[k + 1]).any():
                break
            centre[k] = centre[k + 1]
        right = ndimage.map_coordinates((labels[..., k] == RV).astype(np.float32), at, order=0)
        beside[k] = (right * ((radii > epi[k][:, None]) & (radii < epi[k][:, None] + BESIDE))).any(axis=1)
    return Borders(centre, endo, epi, wall, beside)


def _places(centre: Floats, radii: Floats, pixel: Floats) -> Floats:
    """(2, rays, radii) voxel coordinates."""
    turn = ray_angles()
    way = np.stack([np.cos(turn), np.sin(turn)])
    return np.asarray((centre[:, None, None] + way[..., None] * radii) / pixel[:, None, None])


def _sampled(mask: NDArray[np.bool_], at: Floats) -> Floats:
    soft = ndimage.gaussian_filter(mask.astype(np.float32), BLUR)
    return np.asarray(ndimage.map_coordinates(soft, at, order=1, mode="constant"))


def _last_crossing(values: Floats, radii: Floats) -> Floats:
    """(rays,) mm where a profile falls below a half for the last time; NaN where it never is above."""
    above = values >= 0.5
    last = values.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    last = np.minimum(last, values.shape[1] - 2)
    row = np.arange(len(values))
    high, low = values[row, last], values[row, last + 1]
    at = radii[last] + (radii[1] - radii[0]) * np.clip((high - 0.5) / np.maximum(high - low, 1e-6), 0, 1)
    return np.where(above.any(axis=1), at, np.nan)
