"""Outlines of what was segmented, on a slice: where the boundary is likely, and where it may still be."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath
from skimage.measure import find_contours

from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT, RV, Segmentation
from ui.planes import Plane, moved, part_over, reslice, voxels_near

COLOURS = {
    LV: "#ff6b6b",
    MYOCARDIUM: "#6fd08c",
    RV: "#6aa8ff",
    ROOT: "#f5c04e",
    AORTA: "#d58cf0",
    LEFT_ATRIUM: "#5fd3d0",
}
WORDS = {
    LV: "LV cavity",
    MYOCARDIUM: "Myocardium",
    RV: "RV cavity",
    ROOT: "Aortic root",
    AORTA: "Ascending aorta",
    LEFT_ATRIUM: "Left atrium",
}
CHANCES = (0.05, 0.5, 0.95)
LEAST = 0.02  # a chance below which nothing is drawn
MARGIN = 2  # voxels about what is drawn, so that every curve is closed


@dataclass(frozen=True, eq=False)
class Outline:
    """Curves of one label at one probability: (k, 2) mm on the slice, NaN rows between separate curves."""

    label: int
    chance: float
    curve: NDArray[np.floating]

    @cached_property
    def path(self) -> QPainterPath:
        """The curves as they are drawn."""
        drawn: QPainterPath = pg.arrayToQPath(self.curve[:, 0], self.curve[:, 1], connect="finite")
        return drawn


def outlines(segmentation: Segmentation, plane: Plane, phase: int, step: float, doubt: bool) -> list[Outline]:
    """The 50 % outline of every label on a slice; with ``doubt`` also the 5 % and 95 % ones where probabilities exist.

    The doubt of the wall is drawn at its outer border; the inner one is the cavity's. Cavities come last, to lie on top.
    """
    index = min(phase, segmentation.labels.shape[3] - 1) if segmentation.labels.ndim == 4 else 0
    near = voxels_near(segmentation.affine, segmentation.labels.shape[:3], plane)
    cavity: NDArray[np.floating] = np.empty((0, 2))
    found: list[Outline] = []
    for label in COLOURS if near else ():
        chance = segmentation.chance(label, index, near)
        if label == MYOCARDIUM:
            chance = chance + segmentation.chance(LV, index, near)
        values, first = _cut(chance, near, segmentation.affine, plane, step)
        for level in CHANCES if doubt and label in segmentation.probability else (0.5,):
            curve = _curve(values, level, first, plane.half, step)
            if label == LV and level == 0.5:
                cavity = curve
            if label == MYOCARDIUM and level == 0.5:
                curve = np.concatenate([curve, cavity])
            if len(curve):
                found.append(Outline(label, level, curve))
    return found[::-1]


def _cut(
    chance: NDArray[np.floating], near: tuple[slice, ...], affine: NDArray[np.floating], plane: Plane, step: float
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """What of a slice lies over the voxels ``near`` it that have a chance, and where on the slice that begins."""
    box = _box(chance > LEAST)
    part = part_over(box, moved(affine, near), plane, step) if box else None
    if part is None:
        return np.empty((0, 0)), np.zeros(2, dtype=int)
    there = moved(moved(affine, near), box)
    values = reslice(np.asarray(chance[box], dtype=np.float32), there, plane, step, part=part)
    return values, np.array([part[0].start, part[1].start])


def _box(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    """The box about what is set, with ``MARGIN`` voxels around it; empty where nothing is."""
    sides = []
    for axis, size in enumerate(mask.shape):
        there = np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        if not len(there):
            return ()
        sides.append(slice(max(int(there[0]) - MARGIN, 0), min(int(there[-1]) + 1 + MARGIN, size)))
    return tuple(sides)


def _curve(
    values: NDArray[np.floating], level: float, begin: NDArray[np.integer], half: float, step: float
) -> NDArray[np.floating]:
    """The curves at a level of values on the part of the slice that begins at ``begin``."""
    above = values > level  # False where there is no scan
    rows, columns = np.flatnonzero(above.any(axis=1)), np.flatnonzero(above.any(axis=0))
    if not len(rows):
        return np.empty((0, 2))
    first = np.maximum([rows[0] - 1, columns[0] - 1], 0)
    part = values[first[0] : rows[-1] + 2, first[1] : columns[-1] + 2]
    pieces = []
    for piece in find_contours(np.nan_to_num(part), level):
        if len(piece) > 5:
            pieces += [(piece + first + begin) * step - half, np.full((1, 2), np.nan)]
    return np.concatenate(pieces) if pieces else np.empty((0, 2))
