"""Outlines drawn on long-axis planes: how far the ventricles reach at apex and base, and where they lie between slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import find_contours

from geometry.errors import Refused
from geometry.exchange_labels import read_label_file
from geometry.heart_mesh import Floats
from geometry.label_maps import read_as, to_ours
from geometry.segmentation import LV, MYOCARDIUM, RV

CHAMBERS = {"lv": (LV,), "lv_outer": (LV, MYOCARDIUM), "rv": (RV,)}
SOFT = 1.0  # pixels, standard deviation of the Gaussian that takes their stairs off outlines
BESIDE = 4.0  # mm: blood farther than this from its wall ends at a valve, muscle this near to its blood too
ALONG = 0.5  # cosine between a plane's normal and the axis of the stack: below it the plane shows the long axis
FEWEST = 40  # pixels of cavity


@dataclass(frozen=True)
class LongAxisPlane:
    """One labelled plane: labels (nx, ny) of ``geometry.segmentation``, affine (4, 4) pixel index -> mm in the patient."""

    labels: NDArray[np.uint8]
    affine: Floats


@dataclass(frozen=True)
class Outline:
    """Points (n, 3) mm on the surface of a chamber in one plane; ``open`` (n,) those where it ends at a valve."""

    points: Floats
    open: NDArray[np.bool_]

    @property
    def walls(self) -> Floats:
        """(m, 3) mm, the points on the wall."""
        return np.asarray(self.points[~self.open])


def read_planes(paths: Sequence[Path]) -> tuple[LongAxisPlane, ...]:
    """The planes of label maps (NIfTI, NRRD, DICOM SEG; one plane or several a file), by their names or as ours."""
    planes = []
    for path in paths:
        held = read_label_file(path)
        if not held.placed:
            raise Refused("A long-axis label map does not say where it lies; save it with its position in the patient.")
        values = held.values if held.values.ndim == 3 else held.values[..., 0]
        thin = int(np.argmin(values.shape))
        meaning, _ = read_as(values, held.names, None if held.names else "cardiotwin")
        ours, _ = to_ours(np.moveaxis(values, thin, 2), meaning)
        axes = [*(k for k in range(3) if k != thin), thin]
        for k in range(ours.shape[2]):
            affine = np.eye(4)
            affine[:3, :3] = held.affine[:3, axes]
            affine[:3, 3] = held.affine[:3, 3] + k * affine[:3, 2]
            if (ours[..., k] == LV).sum() >= FEWEST:
                planes.append(LongAxisPlane(ours[..., k], affine))
    if not planes:
        raise Refused("No plane of the long-axis label maps shows the cavity of the left ventricle; draw it.")
    return tuple(planes)


def outlines_of(plane: LongAxisPlane, to_patient: Floats) -> dict[str, Outline]:
    """The outline of each chamber in the frame of the stack, (x, y, z) mm with z from apex to base.

    Raises Refused for a plane that does not lie along the axis of the stack.
    """
    to_stack = np.linalg.inv(to_patient) @ plane.affine
    axes = to_stack[:3, :2] / np.linalg.norm(to_stack[:3, :2], axis=0)
    if abs(np.cross(axes[:, 0], axes[:, 1])[2]) > ALONG:
        raise Refused("A plane given as long-axis lies across the ventricle, not along it; give it as a label map.")
    pixel = np.linalg.norm(plane.affine[:3, :2], axis=0)
    found = {}
    for name, members in CHAMBERS.items():
        mask = np.isin(plane.labels, members)
        if mask.sum() < FEWEST:
            continue
        at = _outline(mask)
        points = at @ to_stack[:3, :2].T + to_stack[:3, 3]
        found[name] = Outline(points, _is_open(name, at, points, plane.labels, pixel))
    return found


def _outline(mask: NDArray[np.bool_]) -> Floats:
    """(n, 2) pixel indices along the largest outline, which keeps its place where it is straight."""
    padded = np.pad(mask, 4).astype(float)
    lines = find_contours(ndimage.gaussian_filter(padded, SOFT), 0.5)
    return np.asarray(max(lines, key=len)[:-1] - 4)


def _is_open(name: str, at: Floats, points: Floats, labels: NDArray[np.uint8], pixel: Floats) -> NDArray[np.bool_]:
    """(n,) where the outline ends at a valve: the left blood away from muscle, muscle beside blood, the right one on top."""
    low, high = float(points[:, 2].min()), float(points[:, 2].max())
    upper = points[:, 2] > (low + high) / 2
    if name == "rv":
        way = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
        flat = np.abs(way[:, 2]) < 0.6 * np.linalg.norm(way, axis=1)
        return upper & (flat | (points[:, 2] > high - BESIDE))
    other = labels == (MYOCARDIUM if name == "lv" else LV)
    away = ndimage.map_coordinates(ndimage.distance_transform_edt(~other, pixel), at.T, order=1, mode="nearest")
    if name == "lv":
        return np.asarray(upper & (away > BESIDE))
    return np.asarray(upper & ((away < BESIDE) | (points[:, 2] > high - 2 * BESIDE)))
