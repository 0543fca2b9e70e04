"""From the place of the left ventricle to the chance of each part of the left heart on the working grid."""

import numpy as np
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, ROOT
from geometry.segmenters.contrast.blood import Levels, blood_mask, measured, thin_walls
from geometry.segmenters.contrast.chances import Parts, chances
from geometry.segmenters.contrast.compartments import Compartments, find_compartments
from geometry.segmenters.contrast.grid import Floats, Grid, Mask, box_around, working_grid
from geometry.segmenters.contrast.leaflets import find_leaflets
from geometry.segmenters.contrast.left_heart import LeftHeart, brightness, coats, find_left_heart
from geometry.segmenters.contrast.locate import Found
from geometry.segmenters.contrast.mitral import Ring, divide, find_ring
from geometry.segmenters.contrast.morphology import closed, opened
from geometry.segmenters.contrast.outflow import Valve, along, arch_start, centre_line, find_valve, straight
from geometry.segmenters.contrast.smooth import smoothed

FINEST, COARSEST = 1.0, 1.5  # mm of the working grid
PAPILLARY = 18.0  # mm, half the width of a gap that counts as cavity
BODY, VEIN = 9.5, 6.0  # mm, radius of balls that fit into the body of the atrium, and into an appendage or a wide vein
APPENDAGE, MOUTH = 24.0, 2.5  # mm, how far an appendage may stand out, and what is left of a vein
BESIDE = 2.5  # mm by which a sinus may stand out of the mean radius of a vessel
SPECK, LEAK = 1.8, 2.6  # mm, half of a gap that noise makes, and half the width of a neck that a leak has
SHUT = 5.0  # mm, half of the widest gap that noise opens in a shut valve
LOUD = 0.25  # of the contrast, the noise from which parts of generated patients begin to be mistaken
OTHER = 9  # blood that is none of ours


def find_chances(image: Image, found: Found, progress: Progress) -> tuple[dict[int, Floats], Grid, tuple[str, ...]]:
    """Chances of every label on the working grid, and what is worth telling."""
    step = float(np.clip(np.sort(image.spacing)[1], FINEST, COARSEST))
    grid = working_grid(image.phase(0), image.affine, found.box, step)
    progress(0.1, "Taking the noise away")
    clean = smoothed(grid.values, found.levels, step)
    values = clean.values
    progress(0.3, "Cutting blood at its necks")
    basins = find_compartments(
        blood_mask(values, found.levels), thin_walls(values, found.levels, step, clean.left), step
    )
    progress(0.5, "Looking for the parts of the left heart")
    heart = _parts_of(values, basins, found, grid)
    levels = measured(values, np.isin(basins.labels, heart.ventricle), basins.labels > 0, step, found.levels)
    sharp = grid.values if clean.width == 0.0 else values
    regions, leaflets, notes = _regions(grid, sharp, basins, heart, levels)
    if clean.noise > LOUD * levels.contrast:
        notes = (
            f"Noise is high for the contrast of this CT ({clean.noise:.0f} HU against {levels.contrast:.0f} HU between blood "
            "and muscle): parts may be cut or joined in the wrong place, which no interval tells. Compare them with the scan.",
            *notes,
        )
    progress(0.7, "Measuring the wall")
    parts = Parts(regions, leaflets, values, grid.seen, levels, clean.noise, step)
    return chances(parts), grid, notes


def _parts_of(values: Floats, basins: Compartments, found: Found, grid: Grid) -> LeftHeart:
    """The main basin is the one with a coat of muscle that fills the place where the ventricle was found."""
    coat = coats(values, basins, found.levels)
    centre = np.array(grid.voxel(found.middle))
    ball = np.linalg.norm(np.moveaxis(np.indices(values.shape), 0, -1) - centre, axis=-1) * grid.step < 12.0
    share = np.bincount(basins.labels[ball], minlength=basins.count + 1).astype(float)
    share[0] = 0.0
    best = int((share * coat).argmax())
    if share[best] * coat[best] == 0.0:
        raise Refused(
            "The left ventricle could not be told from the rest of the blood in this CT; place a point in the middle of it."
        )
    return find_left_heart(basins, coat, brightness(values, basins, found.levels), best)


def _regions(
    grid: Grid, sharp: Floats, basins: Compartments, heart: LeftHeart, levels: Levels
) -> tuple[np.ndarray, Mask, tuple[str, ...]]:
    """Labels on the working grid, other blood as OTHER, and where the leaflets of the aortic valve are."""
    step = grid.step
    ventricle, atrium, aorta = (
        _trunk(np.isin(basins.labels, n), basins.labels > 0, step) for n in (heart.ventricle, heart.atrium, heart.aorta)
    )
    others = (basins.labels > 0) & ~ventricle & ~atrium
    notes = list[str]()
    ring = None
    if heart.atrium:
        found = find_ring(ventricle, atrium, others, step)
        if found is not None:
            ring = found[0]
        if found is not None and _opens(basins, heart):  # a shut valve has parted them already
            ventricle, atrium = divide(found[1], ventricle, atrium, aorta, found[0], step)
        atrium = _without_veins(atrium, step)
    else:
        notes.append(
            "No left atrium was found behind the left ventricle: it may lie outside the scan or hold no contrast."
        )
    out = np.where(basins.labels > 0, OTHER, 0).astype(np.uint8)
    out[ventricle], out[atrium] = LV, LEFT_ATRIUM
    leaflets = np.zeros(out.shape, dtype=bool)
    if heart.aorta:
        valve = _split_outflow(out, ventricle, aorta, ring, step)
        leaflets = find_leaflets(sharp, out > 0, valve, grid.spacing, levels)
    else:
        notes.append(
            "No aorta was found above the left ventricle: it may lie outside the scan or be joined to the atrium."
        )
    out[_papillaries(out, step)] = LV
    out[leaflets] = 0
    out[_loose(out)] = OTHER
    return out, leaflets, tuple(notes)


def _opens(basins: Compartments, heart: LeftHeart) -> bool:
    """Whether ventricle and atrium pass into each other through a neck too wide for a shut valve."""
    return bool(basins.neck[np.ix_(heart.ventricle, heart.atrium)].max() > SHUT)


def _trunk(part: Mask, blood: Mask, step: float) -> Mask:
    """A part with specks of noise filled, without what hangs on it by a neck thinner than a leak is."""
    if not part.any():
        return part
    box = box_around(part, 3)
    whole = closed(part[box], SPECK, step) & (part[box] | ~blood[box])
    pieces, count = ndimage.label(opened(whole, LEAK, step))
    if not count:
        return part
    main = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
    out = np.zeros_like(part)
    out[box] = whole & (ndimage.distance_transform_edt(~main, sampling=step) < LEAK)  # recesses between trabeculae
    return out


def _without_veins(atrium: Mask, step: float) -> Mask:
    """The body of the atrium, and of what sticks out of it the appendage whole but of veins, which reach far, the mouths."""
    box = box_around(atrium, 2)
    widest = float(ndimage.distance_transform_edt(atrium[box], sampling=step).max())
    body = opened(atrium[box], max(BODY, 0.7 * widest), step)
    pieces, count = ndimage.label(body)
    if not count:
        return atrium
    body = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
    away = ndimage.distance_transform_edt(~body, sampling=step)
    limbs, count = ndimage.label(atrium[box] & (away > MOUTH))
    reach = np.zeros(count + 1)
    if count:
        reach[1:] = ndimage.maximum(away, limbs, np.arange(1, count + 1))
    thick = opened(atrium[box], VEIN, step) & (reach[limbs] < APPENDAGE)
    out = np.zeros_like(atrium)
    out[box] = body | thick | (atrium[box] & (away <= MOUTH))
    return out


def _loose(out: np.ndarray) -> Mask:
    """Crumbs: pieces of a part smaller than a fifth of its main one (a shut valve may halve the root)."""
    loose = np.zeros(out.shape, dtype=bool)
    for label in (LV, ROOT, AORTA):
        pieces, count = ndimage.label(out == label)
        if count > 1:
            size = np.bincount(pieces.ravel())
            size[0] = 0
            loose |= (pieces > 0) & (size[pieces] < 0.2 * size.max())
    return loose


def _split_outflow(out: np.ndarray, ventricle: Mask, aorta: Mask, ring: Ring | None, step: float) -> Valve:
    """Mark root and ascending aorta, in place, wherever the basins meet; what stands far out of the vessel is not it."""
    line = centre_line(ventricle, aorta, (out > 0) & ~ventricle & ~aorta, step)
    valve = find_valve(line, ring)
    end = arch_start(line, valve.junction)
    if np.isinf(end):
        line = straight(line, valve.junction + 10)
    voxels = np.nonzero(ventricle | aorta)
    number, away = along(line, np.asarray(np.stack(voxels, axis=-1) * step, dtype=float))
    radius = line.radius[np.clip(number.round().astype(int), 0, len(line.radius) - 1)]
    part = np.select([number < valve.start, number < valve.junction, number < end], [LV, ROOT, AORTA], OTHER)
    beside = away < 1.15 * radius + BESIDE
    out[voxels] = np.where(beside, part, np.where(ventricle[voxels], LV, OTHER))
    return valve


def _papillaries(out: np.ndarray, step: float) -> Mask:
    """Gaps in the cavity that papillary muscles leave."""
    box = box_around(out == LV, int((PAPILLARY + 4.0) / step))
    cavity = out[box] == LV
    whole = closed(cavity, PAPILLARY, step)
    others = ndimage.distance_transform_edt((out[box] == 0) | cavity, sampling=step) < 3.0
    found = np.zeros(out.shape, dtype=bool)
    found[box] = (whole | ndimage.binary_fill_holes(cavity)) & ~others & (out[box] == 0)
    return found
