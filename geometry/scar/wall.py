"""The wall of the left ventricle, outlined on a cine, carried to the grid of another scan of the same heart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

Floats = NDArray[np.float32]
FAR = 12.0  # mm; distances are cut there, so that an outline ends half-way to a slice that has none
MARGIN = 14.0  # mm kept around the heart


@dataclass(frozen=True)
class Wall:
    """Where the wall lies on a grid.

    endo, epi  (nx, ny, nz) mm in the plane to the endocardium and the epicardium, negative inside
    affine     (4, 4), voxel index -> mm, RAS+
    septum     (3,) mm, the middle of the right ventricle at mid-height; None where it is not labelled
    """

    endo: Floats
    epi: Floats
    affine: NDArray[np.float64]
    septum: tuple[float, float, float] | None = None

    @property
    def inside(self) -> NDArray[np.bool_]:
        """The voxels of the wall."""
        return np.asarray((self.epi < 0) & (self.endo >= 0))

    @property
    def cavity(self) -> NDArray[np.bool_]:
        """The voxels of the cavity."""
        return np.asarray(self.endo < 0)

    @property
    def depth(self) -> Floats:
        """(nx, ny, nz) 0 at the endocardium to 1 at the epicardium; only meaningful in the wall."""
        thick = np.maximum(self.endo - self.epi, 1e-3)
        return np.asarray(np.clip(self.endo / thick, 0, 1), np.float32)

    @property
    def spacing(self) -> NDArray[np.float64]:
        """(3,) mm between voxel centres."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    def moved(self, shifts: NDArray[np.float64], wider: tuple[float, float] = (0.0, 0.0)) -> "Wall":
        """Each slice shifted by ``shifts`` (nz, 2) mm along i and j, endo- and epicardium moved outwards by ``wider`` mm."""
        endo, epi = np.empty_like(self.endo), np.empty_like(self.epi)
        for k, shift in enumerate(shifts / self.spacing[:2]):
            for source, target in ((self.endo, endo), (self.epi, epi)):
                target[..., k] = ndimage.shift(source[..., k], shift, order=1, mode="nearest")
        return Wall(endo - np.float32(wider[0]), epi - np.float32(wider[1]), self.affine, self.septum)


def nearest_phase(cine: Image, segmentation: Segmentation, scan: Image) -> tuple[int, str]:
    """The phase of the cine in which the heart looks as in ``scan``, and why: by trigger time where both know it, else ED."""
    if segmentation.labels.ndim == 3:
        return 0, "The segmentation has one phase."
    if len(scan.times) == 1 and len(cine.times) == segmentation.labels.shape[3] and cine.cycle:
        share = (scan.times[0] / (scan.cycle or cine.cycle)) % 1.0
        away = np.abs((np.asarray(cine.times) / cine.cycle - share + 0.5) % 1.0 - 0.5)
        labelled = [(segmentation.phase(k) == MYOCARDIUM).any() for k in range(len(away))]
        phase = int(np.argmin(np.where(labelled, away, np.inf)))
        return phase, f"Outlined on phase {phase + 1} of the cine, the one nearest to the trigger time of the scan."
    return segmentation.ed, "The trigger time of the scan is not known; the end-diastolic outline of the cine was used."


def wall_on(scan: Image, segmentation: Segmentation, phase: int) -> tuple[Wall, tuple[slice, slice, slice]]:
    """The wall of one phase on the part of the grid of ``scan`` around it, and which part that is.

    Between slices the outlines are blended by their distances (Raya & Udupa 1990, doi:10.1109/42.52981).
    Raises Refused where there is no wall or it does not lie in the scan.
    """
    labels = segmentation.phase(phase)
    if not (labels == MYOCARDIUM).any() or not (labels == LV).any():
        raise Refused(
            "Scar lies in the wall, but the segmentation has no cavity or no myocardium; segment the cine first."
        )
    cavity, all_in = labels == LV, np.isin(labels, (LV, MYOCARDIUM))
    spacing = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    places = _voxels_of(scan, segmentation)
    endo, epi = (_blend(_distance(mask, spacing), places) for mask in (cavity, all_in))
    beyond = (places[2] < -0.5) | (places[2] > labels.shape[2] - 0.5)
    endo[beyond], epi[beyond] = FAR, FAR
    if (epi < 0).sum() < 50:
        raise Refused(
            "The heart outlined on the cine does not lie within the enhancement scan; "
            "check that both are of the same patient and visit."
        )
    box = _box(epi < 0, scan.spacing)
    affine = scan.affine.copy()
    affine[:3, 3] = scan.affine[:3, :3] @ [part.start for part in box] + scan.affine[:3, 3]
    return Wall(endo[box], epi[box], affine, _middle(labels == RV, segmentation.affine)), box


def _distance(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> Floats:
    result = np.full(mask.shape, FAR, np.float32)
    for k in np.flatnonzero(mask.any(axis=(0, 1))):
        one = np.pad(mask[..., k], 1)  # an outline at the side of the picture still has an outside
        out = ndimage.distance_transform_edt(~one, sampling=spacing[:2])
        into = ndimage.distance_transform_edt(one, sampling=spacing[:2])
        half = 0.5 * float(spacing[:2].mean())
        result[..., k] = np.clip(np.where(one, half - into, out - half)[1:-1, 1:-1], -FAR, FAR)
    return result


def _voxels_of(scan: Image, segmentation: Segmentation) -> NDArray[np.float64]:
    """(3, nx, ny, nz): where the voxels of the scan lie on the grid of the segmentation."""
    across = np.linalg.inv(segmentation.affine) @ scan.affine
    index = np.indices(scan.voxels.shape[:3]).reshape(3, -1)
    return np.asarray(across[:3, :3] @ index + across[:3, 3:]).reshape(3, *scan.voxels.shape[:3])


def _blend(distance: Floats, places: NDArray[np.float64]) -> Floats:
    inside = places.copy()
    inside[2] = np.clip(inside[2], 0, distance.shape[2] - 1)
    return np.asarray(ndimage.map_coordinates(distance, inside, order=1, mode="constant", cval=FAR), np.float32)


def _box(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> tuple[slice, slice, slice]:
    parts = []
    for axis, step in enumerate(spacing):
        used = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        grow = round(MARGIN / step) if axis < 2 else 0
        parts.append(slice(max(int(used[0]) - grow, 0), min(int(used[-1]) + 1 + grow, mask.shape[axis])))
    return parts[0], parts[1], parts[2]


def _middle(mask: NDArray[np.bool_], affine: NDArray[np.float64]) -> tuple[float, float, float] | None:
    found = np.argwhere(mask)
    if len(found) < 20:
        return None
    x, y, z = affine[:3, :3] @ found.mean(axis=0) + affine[:3, 3]
    return float(x), float(y), float(z)
