"""Which labels an edit may overwrite, and what a label leaves behind where it is taken away."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.segmentation import LV, MYOCARDIUM, NAMES

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
BACKGROUND = 0
Over = Collection[int] | None  # labels that may be painted over; None for all


def checked_label(label: int, background: bool = False) -> int:
    """The label; refuses one that does not exist."""
    if label not in NAMES and not (background and label == BACKGROUND):
        known = ", ".join(f"{number} {name.replace('_', ' ')}" for number, name in NAMES.items())
        raise Refused(f"There is no label {label}; there are: {known}.")
    return label


def writable(labels: Labels, over: Over) -> Mask:
    """Where an edit may write."""
    return np.ones(labels.shape, dtype=bool) if over is None else np.isin(labels, tuple(over))


def solid(labels: Labels, label: int) -> Mask:
    """The region inside a label's outer boundary: for the myocardium that is wall and LV cavity together."""
    return np.isin(labels, (LV, MYOCARDIUM)) if label == MYOCARDIUM else np.asarray(labels == label)


def reshaped(labels: Labels, label: int, shape: Mask, over: Over = None) -> Labels:
    """Labels (one slice, or a volume whose pieces may touch across slices) after a label's region has become ``shape``.

    The cavity keeps its place when the wall's outer boundary moves. Cavity that is given up becomes wall where wall and
    cavity surround it, and background where it had leaked out.
    """
    after = labels.copy()
    if label == MYOCARDIUM:
        after[(labels == MYOCARDIUM) & ~shape] = BACKGROUND
        shape = shape & (labels != LV)
    else:
        lost = (labels == label) & ~shape
        after[lost] = BACKGROUND
        if label == LV:
            after[lost & enclosed(labels, lost, (LV, MYOCARDIUM))] = MYOCARDIUM
    after[shape & (writable(labels, over) | (labels == label))] = label
    return after


def enclosed(labels: Labels, mask: Mask, among: tuple[int, ...]) -> Mask:
    """The connected pieces of ``mask`` whose neighbours all carry one of the labels ``among``."""
    pieces, count = ndimage.label(mask, structure=np.ones((3,) * mask.ndim))
    if count == 0 or not (labels == MYOCARDIUM).any():
        return np.zeros_like(mask)
    outside = ~np.isin(labels, among)
    near_outside = ndimage.binary_dilation(outside, structure=ndimage.generate_binary_structure(mask.ndim, 1))
    open_pieces = np.unique(pieces[near_outside & mask])
    return mask & ~np.isin(pieces, open_pieces)
