"""Outlines of what was segmented, on a slice: where the boundary is likely, and where it may still be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, RV, Segmentation
from ui.planes import Plane, reslice

COLOURS = {LV: "#ff6b6b", MYOCARDIUM: "#6fd08c", RV: "#6aa8ff", ROOT: "#f5c04e", AORTA: "#d58cf0"}
WORDS = {LV: "LV cavity", MYOCARDIUM: "Myocardium", RV: "RV cavity", ROOT: "Aortic root", AORTA: "Ascending aorta"}
CHANCES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class Outline:
    """Curves of one label at one probability: (k, 2) mm on the slice, NaN rows between separate curves."""

    label: int
    chance: float
    curve: NDArray[np.floating]


def outlines(segmentation: Segmentation, plane: Plane, phase: int, step: float, doubt: bool) -> list[Outline]:
    """The 50 % outline of every label on a slice; with ``doubt`` also the 5 % and 95 % ones where probabilities exist."""
    index = min(phase, segmentation.labels.shape[3] - 1) if segmentation.labels.ndim == 4 else 0
    seen = reslice(segmentation.phase(index), segmentation.affine, plane, step, order=0)
    found = []
    for label in COLOURS:
        if label in segmentation.probability:
            chance = reslice(segmentation.chance(label, index), segmentation.affine, plane, step)
            levels = CHANCES if doubt else (0.5,)
        elif (near := seen == label).any():
            chance, levels = _share(segmentation, index, label, plane, step, near), (0.5,)
        else:
            continue
        for level in levels:
            curve = _curve(chance, level, plane.half, step)
            if len(curve):
                found.append(Outline(label, level, curve))
    return found


def _share(
    segmentation: Segmentation, index: int, label: int, plane: Plane, step: float, near: NDArray[np.bool_]
) -> NDArray[np.floating]:
    """(n, n), 1 inside the label and 0 outside, smooth between; only the voxels about ``near`` (n, n) are looked at."""
    rows, columns = (at * step - plane.half for at in np.nonzero(near))
    places = plane.centre + rows[:, None] * plane.across + columns[:, None] * plane.up
    inverse = np.linalg.inv(segmentation.affine)
    voxels = places @ inverse[:3, :3].T + inverse[:3, 3]
    low = np.maximum(np.floor(voxels.min(axis=0)).astype(int) - 2, 0)
    high = np.ceil(voxels.max(axis=0)).astype(int) + 3
    box = segmentation.phase(index)[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    affine = segmentation.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    return reslice((box == label).astype(np.uint8), affine, plane, step)


def _curve(values: NDArray[np.floating], level: float, half: float, step: float) -> NDArray[np.floating]:
    above = values > level  # False where there is no scan
    rows, columns = np.flatnonzero(above.any(axis=1)), np.flatnonzero(above.any(axis=0))
    if not len(rows):
        return np.empty((0, 2))
    first = np.maximum([rows[0] - 1, columns[0] - 1], 0)
    part = values[first[0] : rows[-1] + 2, first[1] : columns[-1] + 2]
    pieces = []
    for piece in find_contours(np.nan_to_num(part), level):
        if len(piece) > 5:
            pieces += [(piece + first) * step - half, np.full((1, 2), np.nan)]
    return np.concatenate(pieces) if pieces else np.empty((0, 2))
