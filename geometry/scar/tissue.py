"""What every rule judges: grey values in the wall, with blood and fat at its faces left out and the remote muscle known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.measure import MYOCARDIAL_DENSITY

Mask = NDArray[np.bool_]
EIGHT = np.zeros((3, 3, 3), bool)  # neighbours in the slice: slices lie too far apart to be neighbours
EIGHT[:, :, 1] = True


@dataclass(frozen=True)
class Tissue:
    """Grey values of an enhancement scan around the left ventricle, all arrays (nx, ny, nz) on the grid of ``affine``.

    grey      float32
    wall      the myocardium, the ``rim`` included
    cavity    the blood of the left ventricle
    rim       voxels of the wall that are bright only because blood or fat reaches into them: never scar
    remote    healthy muscle, by which the others are judged
    depth     0 at the endocardium to 1 at the epicardium
    sector    AHA segment 1 to 17, 0 outside the wall
    """

    grey: NDArray[np.float32]
    affine: NDArray[np.float64]
    wall: Mask
    cavity: Mask
    rim: Mask
    remote: Mask
    depth: NDArray[np.float32]
    sector: NDArray[np.uint8]

    @property
    def voxel_mass(self) -> float:
        """Grams of muscle in one voxel (gaps between slices counted in), at 1.05 g/ml."""
        return float(abs(np.linalg.det(self.affine[:3, :3]))) * 1e-3 * MYOCARDIAL_DENSITY

    @property
    def wall_mass(self) -> float:
        """Grams of the whole wall."""
        return float(self.wall.sum()) * self.voxel_mass

    @cached_property
    def remote_mean(self) -> float:
        """Mean grey value of healthy muscle."""
        return float(self.grey[self.remote].mean())

    @cached_property
    def remote_sd(self) -> float:
        """Its standard deviation."""
        return float(self.grey[self.remote].std(ddof=1))

    @cached_property
    def remote_peak(self) -> float:
        """Its largest value."""
        return float(self.grey[self.remote].max())

    @cached_property
    def brightest(self) -> float | None:
        """The largest grey value of enhanced muscle; None where nothing is enhanced.

        Looked for in patches of at least four voxels more than 5 SD above remote muscle, away from the blood.
        """
        away = self.wall & ~beside(self.cavity)
        bright = away & (self.grey > self.remote_mean + 5.0 * self.remote_sd)
        patches, count = ndimage.label(bright, structure=EIGHT)
        if count == 0:
            return None
        large = np.flatnonzero(np.bincount(patches.ravel())[1:] >= 4) + 1
        return float(self.grey[np.isin(patches, large)].max()) if len(large) else None


def beside(mask: Mask) -> Mask:
    """``mask`` and the voxels that touch it in the slice."""
    return np.asarray(ndimage.binary_dilation(mask, structure=EIGHT))


def bright_rim(grey: NDArray[np.float32], wall: Mask, cavity: Mask, remote: Mask) -> Mask:
    """Voxels along the two faces of the wall that are bright while what lies behind them is not: blood or fat, not scar.

    Bright: a quarter of the way from healthy muscle to blood, and at least 4 SD, so that noise in muscle is not touched.
    """
    if not cavity.any():
        return np.zeros_like(wall)
    dark, noise = float(grey[remote].mean()), float(grey[remote].std())
    bright = wall & (grey > dark + max(0.25 * (float(np.median(grey[cavity])) - dark), 4.0 * noise))
    face = wall & beside(~wall)
    return np.asarray(face & bright & ~beside(bright & ~face))
