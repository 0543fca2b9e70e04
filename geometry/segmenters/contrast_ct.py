"""Left ventricle, aortic root and ascending aorta in a contrast CT, without a trained network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, Segmentation
from geometry.segmenters.contrast.blood import Levels, blood_mask, find_levels, muscle_level
from geometry.segmenters.contrast.compartments import Compartments, find_compartments
from geometry.segmenters.contrast.grid import Floats, Grid, box_around, working_grid
from geometry.segmenters.contrast.leaflets import find_leaflets
from geometry.segmenters.contrast.left_heart import find_aorta, find_ventricle
from geometry.segmenters.contrast.outflow import Valve, arch_start, find_valve, follow, junction, way_along

NAME = "contrast_ct"
TITLE = "Contrast CT: left ventricle, root and ascending aorta"
MODALITY = "CT"
MODEL_CARD = """
How it works: no trained network. Contrast-filled blood is what lies above halfway between the blood's own brightness (the
brightest mode of thick even regions, or the seed's) and muscle; calcium, far brighter, is not blood. A watershed on the
distance to the wall cuts it at its necks. The left ventricle is the chamber with a thick coat of muscle, the aorta what
rises from it highest. The root begins at the annulus below the throat of the valve and ends at the waist above the sinuses
(else one annulus diameter up); the ascending aorta ends where the centre line leans 32 degrees into the arch. Papillary
muscles count as cavity. Leaflets, thinner than two voxels, are what is darker than the blood on both sides of it, and
calcium, with the seams between closed. Doubt: the outer surface by about a voxel, cuts between parts by about 2.5 mm.
Tuned and tested on: synthetic patients with aortic stenosis (three seeds at 1 mm: Dice LV 0.94-0.95, wall 0.91-0.93,
root 0.84-0.88, aorta 0.90-0.93; LV volume -5 to -6 %, root -6 to +1 %, aorta -2 to +2 %; area of the open valve 92, 96 and
100 mm2 where 100, 103 and 103 are true). It has not been tested on a real CT, whose calcium blooms more.
Limits: an open mitral valve can join atrium and ventricle, and an atrium that touches the root can join the aorta; the
right heart must be darker than the left or parted from it by the septum; metal and beam hardening are not handled; the wall
is guessed where it touches tissue as bright. Review before use.
"""

OTHER = 9  # blood that is none of ours
PAPILLARY = 8.0  # mm, half the width of a gap that counts as cavity
THICKEST = 18.0  # mm of myocardium


def segment(
    image: Image, seeds: Sequence[tuple[float, float, float]] = (), progress: Progress = silent
) -> Segmentation:
    """LV cavity and wall, aortic root and ascending aorta; an optional seed (RAS mm) lies in the aorta or the LV."""
    if min(image.voxels.shape[:3]) < 24:
        raise Refused(f"The CT is too small to hold a heart ({image.voxels.shape}); choose the contrast series.")
    grid = working_grid(image)
    seed = _seed(image, grid, seeds)
    progress(0.1, "Looking for contrast")
    smooth = ndimage.gaussian_filter(grid.values, 0.6 / grid.spacing)
    levels = find_levels(smooth, grid.spacing, seed)
    progress(0.2, "Cutting blood at its necks")
    parts = find_compartments(blood_mask(smooth, levels), grid.spacing)
    progress(0.6, "Looking for the left ventricle and the aorta")
    ventricle = find_ventricle(smooth, parts, grid.spacing, levels)
    aorta = find_aorta(parts, ventricle, int(parts.labels[seed]) if seed else 0)
    levels = muscle_level(smooth, np.isin(parts.labels, ventricle), grid.spacing, levels)
    regions, leaflets, notes = _regions(grid, smooth, parts, ventricle, aorta, levels)
    progress(0.85, "Marking voxels")
    chances = {label: grid.back(p) for label, p in _chances(regions, leaflets, grid.spacing).items()}
    progress(1.0, "Segmented")
    return Segmentation(
        labels=_labels(chances),
        affine=image.affine,
        probability=chances,
        method=NAME,
        seeds=tuple(seeds),
        notes=notes,
    )


def _seed(image: Image, grid: Grid, seeds: Sequence[tuple[float, float, float]]) -> tuple[int, int, int] | None:
    if not seeds:
        return None
    voxel = (np.linalg.inv(image.affine) @ (*seeds[0], 1.0))[:3]
    shape = image.voxels.shape[:3]
    if np.any(voxel < -0.5) or np.any(voxel > np.array(shape) - 0.5):
        raise Refused("The seed point lies outside the scan; place it in the aorta or in the left ventricle.")
    return grid.index(voxel, shape)


def _regions(
    grid: Grid, values: Floats, parts: Compartments, ventricle: list[int], aorta: list[int], levels: Levels
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], tuple[str, ...]]:
    """Labels on the working grid, other blood as OTHER, and where the leaflets of the valve are; ``values`` are smoothed."""
    spacing = grid.spacing
    out = np.where(parts.labels > 0, OTHER, 0).astype(np.uint8)
    cavity = np.isin(parts.labels, ventricle)
    out[cavity] = LV
    leaflets = np.zeros(out.shape, dtype=bool)
    notes: tuple[str, ...] = ()
    if aorta:
        valve = _split_outflow(out, cavity, np.isin(parts.labels, aorta), spacing)
        leaflets = find_leaflets(grid.values, parts.labels > 0, valve, spacing, levels)
    else:
        notes = (
            "No aorta was found above the left ventricle: it may lie outside the scan or be joined to the atrium.",
        )
    out[_papillaries(out, spacing)] = LV
    out[_muscle(values, out, spacing, levels)] = MYOCARDIUM
    out[leaflets] = 0
    out[_loose(out)] = 0
    return out, leaflets, notes


def _loose(out: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Blood of ours that is not in one piece with the rest."""
    ours = np.isin(out, (LV, ROOT, AORTA))
    pieces, _ = ndimage.label(ours)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(ours & (pieces != int(sizes.argmax())))


def _split_outflow(
    out: NDArray[np.uint8], cavity: NDArray[np.bool_], vessel: NDArray[np.bool_], spacing: NDArray[np.float64]
) -> Valve:
    """Mark root and ascending aorta, in place, and return the valve; the root may begin below the throat."""
    valve = find_valve(cavity, vessel, spacing)
    line = follow(vessel, cavity, spacing)
    stj = junction(line, valve)
    end = arch_start(line, stj)
    voxels = np.nonzero(vessel)
    way = way_along(line, np.stack(voxels, axis=-1) * spacing)
    out[voxels] = np.select([way < stj, way < end], [ROOT, AORTA], OTHER)
    out[_below_the_throat(cavity, valve, spacing)] = ROOT
    return valve


def _below_the_throat(cavity: NDArray[np.bool_], valve: Valve, spacing: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Blood of the ventricle's basin that lies between the leaflets: past the annulus, near the axis."""
    voxels = np.nonzero(cavity)
    away = np.stack(voxels, axis=-1) * spacing - valve.annulus
    along = away @ valve.direction
    beside = np.linalg.norm(away - along[:, None] * valve.direction, axis=1)
    within = (along > 0) & (along < 20.0) & (beside < valve.radius + 3.0)
    out = np.zeros(cavity.shape, dtype=bool)
    out[tuple(v[within] for v in voxels)] = True
    return out


def _papillaries(out: NDArray[np.uint8], spacing: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Gaps in the cavity that papillary muscles leave."""
    box = box_around(out == LV, 12)
    cavity = out[box] == LV
    grown = ndimage.distance_transform_edt(~cavity, sampling=spacing) <= PAPILLARY
    closed = ndimage.distance_transform_edt(grown, sampling=spacing) > PAPILLARY
    others = ndimage.distance_transform_edt((out[box] == 0) | cavity, sampling=spacing) < 3.0
    found = np.zeros(out.shape, dtype=bool)
    found[box] = (closed | ndimage.binary_fill_holes(cavity)) & ~others & (out[box] == 0)
    return found


def _muscle(values: Floats, out: NDArray[np.uint8], spacing: NDArray[np.float64], levels: Levels) -> NDArray[np.bool_]:
    """Tissue about the cavity as bright as muscle, in one piece, smooth, nearer to the cavity than to other left blood."""
    box = box_around(out == LV, 22)
    near, part = values[box], out[box]
    distance = ndimage.distance_transform_edt(part != LV, sampling=spacing)
    away = ndimage.distance_transform_edt(~np.isin(part, (ROOT, AORTA, OTHER)), sampling=spacing)
    spread = max(45.0, 0.35 * (levels.threshold - levels.muscle))
    tissue = (np.abs(near - levels.muscle) < spread) & (part == 0) & (distance < THICKEST) & (distance < away + 8.0)
    tissue |= (part == 0) & (distance < 2.0) & (away > 2.0)
    opened = ndimage.binary_opening(tissue, iterations=2) | (tissue & (distance < 2.5))
    pieces, count = ndimage.label(opened)
    found = np.zeros(out.shape, dtype=bool)
    if count:
        found[box] = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
    return found


def _chances(
    regions: NDArray[np.uint8], leaflets: NDArray[np.bool_], spacing: NDArray[np.float64]
) -> dict[int, Floats]:
    """Chance of each label: how deep a voxel lies inside the blood, shared out among what lies about it.

    The outer surface is known to about a voxel (0.7 mm); the cuts at valves and junctions, which no contrast shows,
    to about 2.5 mm.
    """
    blood = np.isin(regions, (LV, ROOT, AORTA, OTHER))
    inside = ndimage.gaussian_filter(blood.astype(np.float32), 0.7 / spacing)
    if leaflets.any():  # thinner than that: smoothed so, they would turn into blood
        box = box_around(leaflets, 6)
        thin = ndimage.distance_transform_edt(~leaflets[box], sampling=spacing) < 2.0
        sharp = ndimage.gaussian_filter(blood[box].astype(np.float32), 0.4 / spacing)
        inside[box] = np.where(thin, sharp, inside[box])
    sharing = {
        label: ndimage.gaussian_filter((regions == label).astype(np.float32), 2.5 / spacing)
        for label in (LV, ROOT, AORTA, OTHER)
    }
    total = np.maximum(sum(sharing.values()), 1e-6)
    chances = {label: np.asarray(inside * sharing[label] / total, dtype=np.float32) for label in (LV, ROOT, AORTA)}
    wall = ndimage.gaussian_filter((regions == MYOCARDIUM).astype(np.float32), 1.2 / spacing)
    chances[MYOCARDIUM] = np.asarray(np.minimum(wall, 1 - inside), dtype=np.float32)
    return {label: np.clip(chances[label], 0, 1) for label in (LV, MYOCARDIUM, ROOT, AORTA)}


def _labels(chances: dict[int, Floats]) -> NDArray[np.uint8]:
    labels = np.zeros(next(iter(chances.values())).shape, dtype=np.uint8)
    best = 1 - sum(chances.values())
    for label, chance in chances.items():
        better = chance > best
        labels[better] = label
        best = np.where(better, chance, best)
    return labels
