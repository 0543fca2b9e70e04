"""How bright the contrast-filled left heart is, and which voxels are such blood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.segmenters.contrast.grid import Floats

MUSCLE = 100.0  # HU, enhanced myocardium where it cannot be measured
SEARCHED = (160.0, 800.0)  # HU


@dataclass(frozen=True)
class Levels:
    """HU of contrast-filled blood and of enhanced myocardium, and the threshold between."""

    blood: float
    muscle: float

    @property
    def threshold(self) -> float:
        """Halfway: where a voxel holds as much of one as of the other."""
        return 0.5 * (self.blood + self.muscle)


def find_levels(values: Floats, spacing: NDArray[np.float64], seed: tuple[int, int, int] | None) -> Levels:
    """The mode of bright, thick, even regions (or the median about a seed), and of what surrounds them."""
    if seed is not None:
        box = tuple(slice(max(s - 3, 0), s + 4) for s in seed)
        blood = float(np.median(values[box]))
        if blood < SEARCHED[0]:
            raise Refused(
                f"The seed point lies in tissue of {blood:.0f} HU, which is not contrast-filled blood; "
                "place it in the aorta or in the cavity of the left ventricle."
            )
        return Levels(blood, MUSCLE)
    size = np.maximum(np.round(5.0 / spacing), 3).astype(int)
    thick = ndimage.minimum_filter(values, size=tuple(size)) > SEARCHED[0] * 0.75
    bright = values[thick & (values > SEARCHED[0]) & (values < SEARCHED[1])]
    if bright.size * float(np.prod(spacing)) < 3e4:
        raise Refused(
            "No contrast-filled blood was found in this CT (less than 30 ml above 160 HU); "
            "a scan with contrast in the left heart is needed."
        )
    counts, edges = np.histogram(bright, bins=128, range=SEARCHED)
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 2.0)
    peaks = np.nonzero((smooth >= np.roll(smooth, 1)) & (smooth >= np.roll(smooth, -1)) & (smooth > 0))[0]
    peaks = peaks[smooth[peaks] > 0.25 * smooth.max()]
    return Levels(float(edges[peaks[-1]] + 0.5 * (edges[1] - edges[0])), MUSCLE)


def muscle_level(values: Floats, cavity: NDArray[np.bool_], spacing: NDArray[np.float64], levels: Levels) -> Levels:
    """The levels with the myocardium measured 3 to 6 mm outside the cavity."""
    distance = ndimage.distance_transform_edt(~cavity, sampling=spacing)
    shell = values[(distance > 3.0) & (distance < 6.0)]
    shell = shell[(shell > 20.0) & (shell < 0.8 * levels.blood)]
    return Levels(levels.blood, float(np.median(shell)) if shell.size > 500 else levels.muscle)


def blood_mask(values: Floats, levels: Levels) -> NDArray[np.bool_]:
    """Voxels of contrast-filled blood; calcium and metal, far brighter, are not."""
    ceiling = levels.blood + max(0.6 * (levels.blood - levels.muscle), 120.0)
    return np.asarray((values > levels.threshold) & (values < ceiling))
