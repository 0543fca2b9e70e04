"""The outlines of the chambers in every slice and phase of a cine, as distances that can be asked for anywhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.heart_mesh import Floats
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

CHAMBERS = ("lv", "outer", "rv")
ALONE = 0.55  # slices: how far beyond the last outlined slice its outline is believed
FAR = 40.0  # mm; distances are cut there
FEWEST = 4  # pixels of an outline


@dataclass(frozen=True)
class Outlines:
    """In-plane distances to the outlines of the left cavity, of the left ventricle with its wall, and of the right cavity.

    distance    chamber -> (phases, nz, nx, ny) mm, negative inside
    outlined    chamber -> (phases, nz), whether there is an outline
    to_voxel    (4, 4) mm (RAS) to voxels
    spacing     (3,) mm
    """

    distance: dict[str, NDArray[np.float32]]
    outlined: dict[str, NDArray[np.bool_]]
    to_voxel: Floats
    spacing: Floats

    def at(self, chamber: str, phase: int, points: Floats) -> Floats:
        """(n,) mm from the outline; NaN beyond the outlined slices. Linear from slice to slice."""
        places = points @ self.to_voxel[:3, :3].T + self.to_voxel[:3, 3]
        stack, known = self.distance[chamber][phase], self.outlined[chamber][phase]
        last = len(known) - 1
        low = np.clip(np.floor(places[:, 2]).astype(int), 0, max(last - 1, 0))
        high = np.minimum(low + 1, last)
        up = places[:, 2] - low
        below, above = (
            ndimage.map_coordinates(stack, [k, places[:, 0], places[:, 1]], order=1, mode="nearest")
            for k in (low, high)
        )
        both = known[low] & known[high]
        blended = np.where(both, below + (above - below) * np.clip(up, 0.0, 1.0), np.where(known[low], below, above))
        outside = np.maximum(-up, up - 1.0)
        reach = np.where(both, outside, np.where(known[low], np.abs(up), np.where(known[high], np.abs(1 - up), np.inf)))
        return np.where(reach <= np.where(both, ALONE - 0.05, ALONE), blended, np.nan)


def outlines_of(segmentation: Segmentation) -> Outlines:
    """Distances of every phase; a slice of muscle without cavity holds the closed tip of one, a point in its middle."""
    labels = segmentation.labels if segmentation.labels.ndim == 4 else segmentation.labels[..., None]
    spacing = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    nx, ny, nz, phases = labels.shape
    distance = {name: np.full((phases, nz, nx, ny), FAR, np.float32) for name in CHAMBERS}
    outlined = {name: np.zeros((phases, nz), bool) for name in CHAMBERS}
    for phase in range(phases):
        for k in np.flatnonzero(labels[..., phase].any(axis=(0, 1))):
            one = labels[:, :, k, phase]
            disc = ndimage.binary_fill_holes(np.isin(one, (LV, MYOCARDIUM)))
            for name, mask in (("lv", one == LV), ("outer", disc), ("rv", one == RV)):
                if mask.sum() >= FEWEST:
                    distance[name][phase, k], outlined[name][phase, k] = _signed(mask, spacing[:2]), True
                elif name == "lv" and disc.sum() >= FEWEST:
                    distance[name][phase, k], outlined[name][phase, k] = _from_middle(disc, spacing[:2]), True
    return Outlines(distance, outlined, np.linalg.inv(segmentation.affine), spacing)


def _signed(mask: NDArray[np.bool_], pixel: Floats) -> NDArray[np.float32]:
    half = 0.5 * float(pixel.mean())
    inside = ndimage.distance_transform_edt(mask, pixel)
    outside = ndimage.distance_transform_edt(~mask, pixel)
    rough = np.where(mask, half - inside, outside - half)
    return np.asarray(np.clip(ndimage.gaussian_filter(rough, 1.0), -FAR, FAR), np.float32)


def _from_middle(disc: NDArray[np.bool_], pixel: Floats) -> NDArray[np.float32]:
    middle = np.array(ndimage.center_of_mass(disc))
    i, j = np.indices(disc.shape)
    return np.asarray(np.hypot((i - middle[0]) * pixel[0], (j - middle[1]) * pixel[1]), np.float32)


def base_heights(segmentation: Segmentation) -> Floats:
    """(phases,) mm, how far up the left ventricle is outlined, a basal slice counted by its share of the usual area.

    Whole slices tell it to half a slice only; the share of a slice that the valve plane cuts obliquely tells a little more.
    """
    labels = segmentation.labels if segmentation.labels.ndim == 4 else segmentation.labels[..., None]
    gap = float(np.linalg.norm(segmentation.affine[:3, 2]))
    area = np.isin(labels, (LV, MYOCARDIUM)).sum(axis=(0, 1)).astype(float)  # (nz, phases)
    usual = np.array([np.median(one[one > 0]) if (one > 0).any() else 1.0 for one in area.T])
    return np.asarray(gap * np.minimum(area / usual, 1.0).sum(axis=0))
