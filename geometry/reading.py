"""The rule by which readers decide whether a short-axis slice shows the left ventricle.

A slice counts where at least half of its blood is surrounded by myocardium (Schulz-Menger et al. 2020,
doi 10.1186/s12968-020-00610-6). Readers differ in what "its blood" is: what is drawn as ventricle, or all that hangs together
there, atrium and outflow tract too, which is stricter. Here the first decides, but a sliver does not count: a slice that the
stricter reader leaves out and that shows less than half of the area of the last one that counts. The automatic method and the
truth of generated patients are read alike.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmentation import LV, MYOCARDIUM

HALF = 0.5
SLIVER = 0.5  # of the area of the last slice that counts
REACH = 3.5  # mm outside the blood, in which muscle counts as touching it

type Flags = NDArray[np.bool_]
type Areas = NDArray[np.float64]


def closed_share(cavity: Flags, muscle: Flags, elsewhere: Flags, spacing: NDArray[np.float64]) -> float:
    """The share of the blood's outline in one slice (nx, ny) that has muscle outside it; 0 without a cavity.

    ``elsewhere`` is blood of atria and great vessels; what of it touches the cavity is part of the outline. A slice of muscle
    alone (the apex) counts as closed.
    """
    if not cavity.any():
        return float(muscle.any())
    blood = _hanging_together(cavity, elsewhere & ~muscle)
    outline = blood & ~ndimage.binary_erosion(blood, border_value=0)
    around = ndimage.binary_dilation(blood, iterations=2 + int(REACH / spacing[:2].min()))
    box = ndimage.find_objects(around.astype(np.uint8))[0]
    away = ndimage.distance_transform_edt(~muscle[box], sampling=spacing[:2])
    return float(np.mean(away[outline[box]] < REACH + 0.5 * spacing[:2].mean()))


def closed_shares(
    labels: NDArray[np.uint8], spacing: NDArray[np.float64], elsewhere: Flags | None = None
) -> NDArray[np.float64]:
    """(slices, phases), ``closed_share`` of every slice of (nx, ny, slices, phases) labels."""
    other = np.zeros(labels.shape, dtype=bool) if elsewhere is None else elsewhere
    shares = np.empty(labels.shape[2:])
    for k, t in np.ndindex(shares.shape):
        here = labels[:, :, k, t]
        shares[k, t] = closed_share(here == LV, here == MYOCARDIUM, other[:, :, k, t], spacing)
    return shares


def as_read(labels: NDArray[np.uint8], spacing: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(nx, ny, slices, phases) labels without left ventricle and muscle where less than half of the cavity is enclosed."""
    open_slices = closed_shares(labels, spacing) < HALF
    read = labels.copy()
    read[np.isin(labels, (LV, MYOCARDIUM)) & open_slices[None, None]] = 0
    return read


def slivers(area: Areas, opened: Flags) -> Flags:
    """(slices,) what does not count at the base over the beat: slivers at end-diastole that are slivers, or gone, at end-systole.

    ``area`` (slices, 2) of the cavity at these moments, any unit; ``opened`` (slices, 2) less than half of all blood enclosed.
    """
    each = np.stack([_slivers(a, o) for a, o in zip(area.T, opened.T, strict=True)], axis=1)
    return np.asarray(each.any(axis=1) & (each | (area == 0)).all(axis=1))


def read_ends(seen: NDArray[np.uint8], elsewhere: Flags, spacing: NDArray[np.float64]) -> tuple[Areas, Flags]:
    """Area of the cavity in voxels, and where less than half of all blood is enclosed, (slices, 2) each.

    ``seen`` (nx, ny, slices, 2) are labels at end-diastole and end-systole, ``elsewhere`` other blood there.
    """
    area = (seen == LV).sum(axis=(0, 1)).astype(float)
    return area, (area > 0) & (closed_shares(seen, spacing, elsewhere) < HALF)


def without_slivers(
    labels: NDArray[np.uint8], elsewhere: Flags, spacing: NDArray[np.float64], ends: tuple[int, int]
) -> NDArray[np.uint8]:
    """(nx, ny, slices, phases) labels without left ventricle and muscle in slivers; ``elsewhere`` as ``labels``, other blood."""
    area, opened = read_ends(labels[..., list(ends)], elsewhere[..., list(ends)], spacing)
    read = labels.copy()
    read[np.isin(labels, (LV, MYOCARDIUM)) & slivers(area, opened)[:, None]] = 0
    return read


def _slivers(area: Areas, opened: Flags) -> Flags:
    """(slices,) of one moment: from the largest slice both ways, what is open and small beside the last slice that counts."""
    found = np.zeros(area.size, dtype=bool)
    largest = int(area.argmax())
    for way in (range(largest + 1, area.size), range(largest - 1, -1, -1)):
        last, beyond = area[largest], False
        for k in way:
            found[k] = beyond = opened[k] and (beyond or area[k] < SLIVER * last)
            last = last if found[k] or not area[k] else area[k]
    return found


def _hanging_together(cavity: Flags, elsewhere: Flags) -> Flags:
    """The cavity and what else of the blood touches it."""
    pieces, _ = ndimage.label(cavity | elsewhere)
    return np.isin(pieces, np.unique(pieces[cavity]))
