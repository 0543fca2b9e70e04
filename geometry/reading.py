"""The rule by which readers decide whether a short-axis slice shows the left ventricle.

A slice counts where at least half of its blood is surrounded by myocardium (Schulz-Menger et al. 2020,
doi 10.1186/s12968-020-00610-6). Readers differ in what "its blood" is: what is drawn as ventricle (the truth of generated
patients is read so), or all that hangs together there, atrium and outflow tract too, which is stricter.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmentation import LV, MYOCARDIUM

HALF = 0.5
REACH = 3.5  # mm outside the blood, in which muscle counts as touching it

type Flags = NDArray[np.bool_]


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


def _hanging_together(cavity: Flags, elsewhere: Flags) -> Flags:
    """The cavity and what else of the blood touches it."""
    pieces, _ = ndimage.label(cavity | elsewhere)
    return np.isin(pieces, np.unique(pieces[cavity]))
