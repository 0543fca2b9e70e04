"""What the network says of single pictures, made one heart: connected through slices and phases, without islands and holes."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from geometry.segmenters.short_axis.network import CAVITY, MUSCLE, NOTHING, OTHER, RIGHT
from geometry.segmenters.short_axis.window import Floats

Flags = NDArray[np.bool_]
Labels = NDArray[np.uint8]

CORE, RIM = 0.5, 0.02  # chance of what surely belongs, and of what may
LEAST = 40.0  # mm2
ENCLOSED = 0.9  # share of the chance of other classes that moves to the cavity within its hull
MAY_BE = (
    0.3  # least chance of cavity for blood within the hull to be counted in: seen on a real basal slice and on sample A
)


def in_time(chance: Floats, width: float) -> Floats:
    """(slices, phases, 5, rows, columns) smoothed over the beat, which is a circle; ``width`` in phases."""
    if chance.shape[1] < 6 or width <= 0:
        return chance
    return np.asarray(ndimage.gaussian_filter1d(chance, width, axis=1, mode="wrap"), dtype=np.float32)


def one_heart(chance: Floats, inside: tuple[int, int, int]) -> Floats:
    """Chances without what is not connected to the left ventricle at ``inside`` (slice, row, column) in any phase.

    What is taken away goes to "nothing". The left ventricle is one piece in space and time; so is the right one, which
    touches it.
    """
    left = _reached(chance[:, :, CAVITY] + chance[:, :, MUSCLE], _around(inside, chance.shape))
    beside = ndimage.binary_dilation(left.any(axis=1), np.ones((3, 9, 9)))
    right = _reached(chance[:, :, RIGHT], beside)
    kept = chance.copy()
    kept[:, :, CAVITY] *= left
    kept[:, :, MUSCLE] *= left
    kept[:, :, RIGHT] *= right
    kept[:, :, NOTHING] += chance.sum(axis=2) - kept.sum(axis=2)
    return kept


def round_outline(chance: Floats) -> Floats:
    """What lies within the convex hull of the cavity counts as cavity, as contours are drawn.

    Papillary muscles and ridges, and in a basal slice blood near the outflow tract that may be cavity (a chance over MAY_BE).
    Hulls are taken in each picture; most of the chance of the other classes there moves to the cavity.
    """
    best = chance.argmax(axis=2)
    moved = chance.copy()
    for k, t in zip(*np.nonzero((best == CAVITY).any(axis=(2, 3))), strict=True):
        cavity = _largest(best[k, t] == CAVITY)
        if cavity.sum() < 3:
            continue
        inside = convex_hull_image(cavity) & (best[k, t] != RIGHT)
        near = inside & (chance[k, t, CAVITY] > MAY_BE)
        for number, where in ((MUSCLE, inside), (OTHER, near), (NOTHING, near)):
            taken = np.where(where, ENCLOSED, 0.0) * chance[k, t, number]
            moved[k, t, CAVITY] += taken
            moved[k, t, number] -= taken
    return moved


def most_likely(best: Labels, pixel: float) -> Labels:
    """(slices, phases, rows, columns) labels 0..3 from the likeliest classes, with holes filled and strays left out.

    ``pixel`` mm2; a left ventricle of less than LEAST in a slice is a stray.
    """
    labels = np.zeros(best.shape, dtype=np.uint8)
    for k, t in np.ndindex(best.shape[:2]):
        left = np.isin(best[k, t], (CAVITY, MUSCLE))
        if left.sum() * pixel < LEAST:
            continue
        left = ndimage.binary_fill_holes(_largest(left))
        cavity = (best[k, t] == CAVITY) & left
        labels[k, t][left] = MUSCLE
        labels[k, t][ndimage.binary_fill_holes(_largest(cavity))] = CAVITY
    for t in range(best.shape[1]):
        right = _largest((best[:, t] == RIGHT) & (labels[:, t] == NOTHING))
        labels[:, t][right] = RIGHT
    return labels


def _around(inside: tuple[int, int, int], shape: tuple[int, ...]) -> Flags:
    seed = np.zeros((shape[0], *shape[3:]), dtype=bool)
    k, i, j = inside
    seed[k, max(i - 4, 0) : i + 5, max(j - 4, 0) : j + 5] = True
    return seed


def _reached(chance: Floats, start: Flags) -> Flags:
    """Where ``chance`` may belong to the piece that has a sure part in ``start`` (slices, rows, columns) in some phase."""
    core, count = ndimage.label(chance > CORE, _links())
    touched = np.unique(core[np.broadcast_to(start[:, None], core.shape) & (core > 0)])
    if not count or not touched.size:
        return np.zeros(chance.shape, dtype=bool)
    sizes = np.bincount(core.ravel(), minlength=count + 1)
    sure = core == touched[int(np.argmax(sizes[touched]))]
    near = ndimage.binary_dilation(sure, ndimage.iterate_structure(_links(), 1), iterations=4, mask=chance > RIM)
    return np.asarray(near)


def _links() -> Flags:
    """Neighbours in the plane, in the next slice and in the next phase."""
    return np.asarray(ndimage.generate_binary_structure(4, 1))


def _largest(flags: Flags) -> Flags:
    pieces, count = ndimage.label(flags)
    if count < 2:
        return flags
    return np.asarray(pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])))
