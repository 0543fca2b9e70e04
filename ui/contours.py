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


@dataclass(frozen=True)
class Outline:
    """Curves of one label at one probability: (k, 2) mm on the slice, NaN rows between separate curves."""

    label: int
    chance: float
    curve: NDArray[np.floating]


def outlines(segmentation: Segmentation, plane: Plane, phase: int, step: float, doubt: bool) -> list[Outline]:
    """The 50 % outline of every label on a slice; with ``doubt`` also the 5 % and 95 % ones where probabilities exist."""
    index = min(phase, segmentation.labels.shape[3] - 1) if segmentation.labels.ndim == 4 else 0
    labels = segmentation.phase(index)
    found = []
    for label in COLOURS:
        if label not in segmentation.probability and not (labels == label).any():
            continue
        chance = reslice(segmentation.chance(label, index), segmentation.affine, plane, step)
        levels = CHANCES if doubt and label in segmentation.probability else (0.5,)
        for level in levels:
            curve = _curve(chance, level, plane.half, step)
            if len(curve):
                found.append(Outline(label, level, curve))
    return found


def _curve(values: NDArray[np.floating], level: float, half: float, step: float) -> NDArray[np.floating]:
    pieces = []
    for piece in find_contours(np.nan_to_num(values), level):
        if len(piece) > 5:
            pieces += [piece * step - half, np.full((1, 2), np.nan)]
    return np.concatenate(pieces) if pieces else np.empty((0, 2))
