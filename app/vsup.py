"""Value-suppressing uncertainty palette: the less sure a value, the fewer colours it can have.

A tree of 4 layers: 8 colours where the doubt is least, then 4, 2 and 1 (Correll, Moritz, Heer 2018, doi 10.1145/3173574.3174216).
"""

import numpy as np
from numpy.typing import NDArray
from skimage.color import lab2rgb, rgb2lab

from app.palettes import Bytes, Palette

LEAVES = 8
LAYERS = 4
GREY = np.array([178, 180, 184], dtype=np.uint8)  # what full doubt fades to


def vsup_texture(palette: Palette) -> Bytes:
    """(LAYERS, LEAVES, 3), colour of each (doubt layer, value leaf); row 0 is the surest."""
    rows = []
    for layer in range(LAYERS):
        count = LEAVES >> layer
        colours = np.repeat(palette.bands(count), LEAVES // count, axis=0)
        rows.append(_fade(colours, layer / (LAYERS - 1)))
    return np.stack(rows)


def vsup_cell(value: NDArray[np.floating], doubt: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The (layer, leaf) of values and doubts, both scaled to 0..1 (clipped)."""
    layer = np.clip(np.floor(np.asarray(doubt) * LAYERS), 0, LAYERS - 1).astype(np.int64)
    leaf = np.clip(np.floor(np.asarray(value) * LEAVES), 0, LEAVES - 1).astype(np.int64)
    return layer, leaf


def vsup(palette: Palette, value: NDArray[np.floating], doubt: NDArray[np.floating]) -> Bytes:
    """(n, 3), colours of values with doubts, both scaled to 0..1."""
    layer, leaf = vsup_cell(value, doubt)
    return np.asarray(vsup_texture(palette)[layer, leaf])


def _fade(colours: Bytes, share: float) -> Bytes:
    lab = rgb2lab(colours[None] / 255.0)
    grey = rgb2lab(GREY[None, None] / 255.0)
    weight = 0.8 * share
    mixed = (1 - weight) * lab + weight * grey
    return np.asarray(np.round(np.clip(lab2rgb(mixed)[0], 0, 1) * 255).astype(np.uint8))
