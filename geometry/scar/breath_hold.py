"""Slices of two scans lie apart because each was taken in its own breath-hold: found slice by slice, shown, and bounded."""

from dataclasses import dataclass

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.scar.wall import Wall

LARGEST = 10.0  # mm; a larger shift is not believed
TURN = 5.0  # degrees, likewise
_GRID = 1.5  # mm between the first tries


@dataclass(frozen=True)
class Shift:
    """How far one slice of the scan lies off the cine: mm along i and j, degrees in the plane, and whether it was believed."""

    i: float
    j: float
    turn: float
    believed: bool


def find_shifts(
    scan: NDArray[np.float32], cine: NDArray[np.float32], wall: Wall, progress: Progress = silent
) -> tuple[Shift, ...]:
    """One shift per slice, by mutual information (Mattes 2003, doi:10.1109/TMI.2003.809072) around the heart.

    scan, cine  (nx, ny, nz) grey values on the grid of ``wall``; NaN of ``cine`` where it has none
    """
    found = []
    for k in range(scan.shape[2]):
        progress(k / scan.shape[2], f"Breath-hold of slice {k + 1}")
        near = wall.epi[..., k] < 9.0
        usable = (wall.epi[..., k] < 0).sum() > 12 and np.isfinite(cine[..., k][near]).all()
        found.append(_find(scan[..., k], cine[..., k], near, wall.spacing) if usable else Shift(0.0, 0.0, 0.0, False))
    return tuple(found)


def on_grid(image: Image, phase: int, wall: Wall) -> NDArray[np.float32]:
    """One phase of ``image`` on the grid of ``wall``, linear; NaN outside."""
    across = np.linalg.inv(image.affine) @ wall.affine
    from scipy import ndimage

    index = np.indices(wall.epi.shape).reshape(3, -1)
    places = across[:3, :3] @ index + across[:3, 3:]
    last = np.array(image.voxels.shape[:3])[:, None] - 1
    outside = ((places < -0.5) | (places > last + 0.5)).any(axis=0)
    grey = np.asarray(image.phase(phase), np.float32)
    values = ndimage.map_coordinates(grey, np.clip(places, 0, last), order=1, mode="nearest")
    return np.asarray(np.where(outside, np.nan, values).reshape(wall.epi.shape), np.float32)


def _find(
    scan: NDArray[np.float32], cine: NDArray[np.float32], near: NDArray[np.bool_], spacing: NDArray[np.float64]
) -> Shift:
    fixed, moving = _picture(scan, spacing), _picture(np.nan_to_num(cine), spacing)
    mask = _picture(near.astype(np.uint8), spacing)
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(24)
    method.SetMetricFixedMask(mask)
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetGlobalDefaultNumberOfThreads(1)
    start = SimpleITK.TranslationTransform(2)
    steps = int(LARGEST / _GRID)
    method.SetOptimizerAsExhaustive([steps, steps])
    method.SetOptimizerScales([1 / _GRID, 1 / _GRID])
    method.SetInitialTransform(start, inPlace=True)
    method.Execute(fixed, moving)
    centre = np.argwhere(near).mean(axis=0) * spacing[:2]
    rigid = SimpleITK.Euler2DTransform(centre.tolist(), 0.0, start.GetOffset())
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 0.02, 60)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(rigid, inPlace=True)
    method.Execute(fixed, moving)
    i, j = (-value for value in rigid.GetTranslation())  # the transform takes the scan's places to the cine's
    turn = -float(np.rad2deg(rigid.GetAngle()))
    if np.hypot(i, j) > LARGEST or abs(turn) > TURN:
        return Shift(float(i), float(j), turn, False)
    return Shift(float(i), float(j), turn, True)


def _picture(values: NDArray[np.generic], spacing: NDArray[np.float64]) -> SimpleITK.Image:
    picture = SimpleITK.GetImageFromArray(np.ascontiguousarray(values.T))
    picture.SetSpacing([float(step) for step in spacing[:2]])
    return picture
