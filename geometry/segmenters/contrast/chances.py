"""How sure each label is: where the blood ends, where one part of it passes into the next, how thick the wall is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr

from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT
from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.grid import Floats, Mask, box_around
from geometry.segmenters.contrast.morphology import outside
from geometry.segmenters.contrast.wall import wall_chance

OTHER = 9
SURFACE = 0.7  # mm, doubt of a surface that was closed over papillary muscles or cut off a vein
BAND = 1.2  # mm about the surface in which the brightness decides
THRESHOLD = 0.15  # of the contrast, doubt of the level at which blood ends
TRABECULAE = 0.5  # mm by which ridges and papillary muscles grown together with the wall hide a cavity of 100 ml
CLOSER = 0.35  # mm more of it for each e-fold that a cavity is smaller: there they lie closer together
AROUND, LUNG = (2.0, 4.0), -300.0  # mm outside of a surface where its surroundings are measured; HU left out of them
RING = 7.0  # mm from atrium and aorta, where the rings of the valves and fat lie and no muscle
CUT = 2.0  # mm, doubt of the cuts at valves and junctions, which no contrast shows


@dataclass(frozen=True)
class Parts:
    """Labels of blood on the working grid (OTHER: none of ours), leaflets, and what they were found in."""

    regions: NDArray[np.uint8]
    leaflets: Mask
    values: Floats
    seen: Mask
    levels: Levels
    noise: float
    step: float


def chances(parts: Parts) -> dict[int, Floats]:
    """Chance of each label on the working grid."""
    regions, step = parts.regions, parts.step
    inside = _inside(parts)
    out = {}
    total = np.full(regions.shape, 1e-6, dtype=np.float32)
    for label in (LV, ROOT, AORTA, LEFT_ATRIUM, OTHER):
        out[label] = ndimage.gaussian_filter((regions == label).astype(np.float32), CUT / step)
        total += out[label]
    for label in out:
        out[label] = np.asarray(np.clip(inside * out[label] / total, 0, 1), dtype=np.float32)
    other = sum(out[label] for label in (ROOT, AORTA, LEFT_ATRIUM, OTHER))
    del out[OTHER]
    out[LV] = np.minimum(_moved_out(out[LV], _hidden(out[LV], step), step), 1 - other)
    inside = np.maximum(inside, out[LV] + other)
    blood = (regions > 0) & (regions != LV)
    wall = wall_chance(parts.values, parts.seen, regions == LV, blood, parts.levels, parts.noise, step)
    away = ndimage.distance_transform_edt(~np.isin(regions, (LEFT_ATRIUM, ROOT, AORTA)), sampling=step)
    out[MYOCARDIUM] = np.asarray(np.where(away < RING, 0.0, np.minimum(wall, 1 - inside)), dtype=np.float32)
    return {label: out[label] for label in (LV, MYOCARDIUM, ROOT, AORTA, LEFT_ATRIUM) if (out[label] > 0.5).any()}


def _hidden(chance: Floats, step: float) -> float:
    """mm by which ridges and papillary muscles hide a cavity all around."""
    volume = max(float(chance.sum()) * step**3, 1e3)
    return float(np.clip(TRABECULAE - CLOSER * np.log(volume / 1e5), 0.3, 1.0))


def _moved_out(chance: Floats, by: float, step: float) -> Floats:
    """A chance whose surfaces lie ``by`` mm further out."""
    box = box_around(chance > 0.02, int(np.ceil(6.0 / step)))
    here = chance[box]
    within = here > 0.5
    depth = ndimage.distance_transform_edt(~within, sampling=step) - ndimage.distance_transform_edt(
        within, sampling=step
    )
    slope = np.stack(np.gradient(ndimage.gaussian_filter(depth, 2.0 / step), step))
    slope /= np.maximum(np.linalg.norm(slope, axis=0), 1e-6)
    out = chance.copy()
    out[box] = np.maximum(here, ndimage.map_coordinates(here, np.indices(here.shape) - by / step * slope, order=1))
    return out


def _inside(parts: Parts) -> Floats:
    """Chance of blood: by how bright a voxel of the surface is, when the threshold may be off by a fifth of the contrast.

    The brightness decides within ``BAND`` of the surface of what was taken for blood; further in it is blood for sure
    (papillary muscles are), further out for sure not.
    """
    box = box_around(parts.regions > 0, 4)
    blood, step = parts.regions[box] > 0, parts.step
    depth = -outside(blood, step)
    limit = _limits(parts)[box]
    bright = ndtr((parts.values[box] - limit) / (THRESHOLD * parts.levels.contrast))
    soft = ndtr(depth / SURFACE)
    chance = np.clip(bright, ndtr((depth - BAND) / (0.5 * BAND)), ndtr((depth + BAND) / (0.5 * BAND)))
    ours = (parts.values[box] > parts.levels.threshold) == blood  # elsewhere the shape decided, not the brightness
    chance = np.where(ours, chance, soft)
    if parts.leaflets.any():  # thinner than their doubt: they would turn into blood
        thin = ndimage.distance_transform_edt(~parts.leaflets[box], sampling=step) < 2.0
        sharp = ndimage.gaussian_filter(blood.astype(np.float32), 0.4 / step)
        chance = np.where(thin, sharp, chance)
    out = np.zeros(parts.regions.shape, dtype=np.float32)
    out[box] = chance
    return out


def _limits(parts: Parts) -> Floats:
    """HU at which a voxel is half blood: by muscle about the ventricle, by what lies about them for the other parts."""
    out = np.full(parts.regions.shape, parts.levels.threshold, dtype=np.float32)
    box = box_around(parts.regions > 0, 6)
    regions, values = parts.regions[box], parts.values[box]
    away, nearest = ndimage.distance_transform_edt(regions == 0, sampling=parts.step, return_indices=True)
    label = regions[tuple(nearest)]
    shell = (away > AROUND[0]) & (away < AROUND[1]) & parts.seen[box] & (values > LUNG)
    for part in (ROOT, AORTA, LEFT_ATRIUM):
        about = values[shell & (label == part)]
        if about.size > 200:
            beyond = min(0.5 * (float(np.median(about)) + parts.levels.muscle), parts.levels.muscle)
            out[box][label == part] = 0.5 * (parts.levels.blood + beyond)
    return out
