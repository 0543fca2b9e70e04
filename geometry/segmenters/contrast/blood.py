"""How bright the contrast-filled left heart is, and which voxels are such blood."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.errors import Refused
from geometry.segmenters.contrast.grid import Floats, Grid, Mask, box_around
from geometry.segmenters.contrast.morphology import closed

MUSCLE = 100.0  # HU, enhanced myocardium where it cannot be measured
SEARCHED = (150.0, 1000.0)  # HU
HOLES = 2.5  # mm, half the width of gaps in blood that noise makes
BESIDE = 16.0  # mm about a cavity that hold all that is measured beside it
NOISY = 4.0  # times the noise, by which the darkest of several voxels differs from the brightest around them
LEAST = 3e4  # mm3 of bright blood that a heart has at least


@dataclass(frozen=True)
class Levels:
    """HU of contrast-filled blood and of enhanced myocardium, and the threshold between."""

    blood: float
    muscle: float

    @property
    def contrast(self) -> float:
        """HU between the two."""
        return self.blood - self.muscle

    @property
    def threshold(self) -> float:
        """Halfway: where a voxel holds as much of one as of the other."""
        return 0.5 * (self.blood + self.muscle)


def seed_level(grid: Grid, smooth: Floats, seed: tuple[int, int, int]) -> Levels:
    """The blood about a click: the mode of what is bright within 10 mm, so that a papillary muscle does not spoil it."""
    at = float(np.median(smooth[tuple(slice(max(s - 1, 0), s + 2) for s in seed)]))
    reach = int(np.ceil(10.0 / grid.step))
    near = smooth[tuple(slice(max(s - reach, 0), s + reach + 1) for s in seed)]
    bright = near[(near > SEARCHED[0]) & (near < SEARCHED[1])]
    if bright.size < 0.15 * near.size:
        raise Refused(
            f"The seed point lies in tissue of {at:.0f} HU, which is not contrast-filled blood; "
            "place it in the cavity of the left ventricle, in the left atrium or in the aorta."
        )
    return Levels(_modes(bright)[-1], MUSCLE)


def likely_levels(grid: Grid, smooth: Floats) -> list[Levels]:
    """The modes of bright, thick, even regions: the left heart is one of them, the right heart may be another."""
    size = max(round(6.0 / grid.step), 3)
    thick = ndimage.minimum_filter(smooth, size=size) > SEARCHED[0] * 0.8
    bright = smooth[thick & (smooth > SEARCHED[0]) & (smooth < SEARCHED[1])]
    if bright.size * grid.step**3 < LEAST:
        raise Refused(
            "No contrast-filled blood was found in this CT (less than 30 ml above 150 HU); "
            "a scan with contrast in the left heart is needed."
        )
    return [Levels(mode, MUSCLE) for mode in _modes(bright)]


def _modes(bright: Floats) -> list[float]:
    """HU of the peaks of a histogram, from dark to bright."""
    counts, edges = np.histogram(bright, bins=85, range=SEARCHED)
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 1.5)
    padded = np.pad(smooth, 1)
    peaks = np.nonzero((smooth >= padded[:-2]) & (smooth > padded[2:]) & (smooth > 0.15 * smooth.max()))[0]
    return [float(edges[n] + 0.5 * (edges[1] - edges[0])) for n in peaks]


def measured(values: Floats, cavity: Mask, blood: Mask, step: float, levels: Levels) -> Levels:
    """The levels with blood measured deep in a cavity and myocardium 2.5 to 5.5 mm outside it and all other ``blood``."""
    box = box_around(cavity, int(np.ceil(BESIDE / step)))
    values, cavity, blood = values[box], cavity[box], blood[box]
    inner = values[ndimage.distance_transform_edt(cavity, sampling=step) > 4.0]
    inner = inner[inner > levels.threshold]
    bright = float(np.median(inner)) if inner.size > 50 else levels.blood
    whole = closed(blood | cavity, HOLES, step)
    distance = ndimage.distance_transform_edt(~cavity, sampling=step)
    shell = values[(distance < 5.5) & (ndimage.distance_transform_edt(~whole, sampling=step) > 2.5)]
    shell = shell[(shell > 20.0) & (shell < bright - 0.4 * (bright - levels.muscle))]
    if shell.size < 200:
        return Levels(bright, levels.muscle)
    counts, edges = np.histogram(shell, bins=40)
    peak = int(ndimage.gaussian_filter1d(counts.astype(float), 2.0).argmax())
    return Levels(bright, float(np.clip(0.5 * (edges[peak] + edges[peak + 1]), 40.0, 0.65 * bright)))


def blood_mask(values: Floats, levels: Levels) -> Mask:
    """Voxels of contrast-filled blood; calcium and metal, far brighter, are not."""
    ceiling = levels.blood + max(0.6 * levels.contrast, 150.0)
    return np.asarray((values > levels.threshold) & (values < ceiling))


def thin_walls(values: Floats, levels: Levels, step: float, noise: float = 0.0) -> Mask:
    """Sheets up to 3 mm thick that are darker than the blood on both sides: walls that touch each other, leaflets.

    ``noise`` HU that is left in the values: what it alone makes dark is no wall.
    """
    half = max(round(1.5 / step), 1)
    ball = ndimage.distance_transform_edt(np.pad(np.zeros((1, 1, 1)), half, constant_values=1)) <= half + 0.5
    capped = np.minimum(values, levels.blood)
    least = max(0.28 * levels.contrast, NOISY * noise)
    return np.asarray(ndimage.grey_closing(capped, footprint=ball) - capped > least)
