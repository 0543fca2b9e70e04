"""The rule by which readers decide whether a short-axis slice shows the left ventricle."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmentation import LV, MYOCARDIUM

HALF = 0.5  # of the cavity's outline has muscle outside it: Schulz-Menger et al. 2020, doi 10.1186/s12968-020-00610-6
REACH = 3.5  # mm outside the cavity, in which muscle counts as touching it


def closed_share(labels: NDArray[np.uint8], spacing: NDArray[np.float64]) -> float:
    """The share of the cavity's outline in one slice (nx, ny) that has muscle outside it; 0 without a cavity.

    A slice of muscle alone (the apex) counts as closed.
    """
    cavity, muscle = labels == LV, labels == MYOCARDIUM
    if not cavity.any():
        return float(muscle.any())
    outline = cavity & ~ndimage.binary_erosion(cavity, border_value=0)
    around = ndimage.binary_dilation(cavity, iterations=2 + int(REACH / spacing[:2].min()))
    box = ndimage.find_objects(around.astype(np.uint8))[0]
    away = ndimage.distance_transform_edt(~muscle[box], sampling=spacing[:2])
    return float(np.mean(away[outline[box]] < REACH + 0.5 * spacing[:2].mean()))


def closed_shares(labels: NDArray[np.uint8], spacing: NDArray[np.float64]) -> NDArray[np.float64]:
    """(slices, phases), ``closed_share`` of every slice of (nx, ny, slices, phases) labels."""
    shares = [
        [closed_share(labels[:, :, k, t], spacing) for t in range(labels.shape[3])] for k in range(labels.shape[2])
    ]
    return np.asarray(shares)


def as_read(labels: NDArray[np.uint8], spacing: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(nx, ny, slices, phases) labels without left ventricle and muscle where less than half of the cavity is enclosed."""
    open_slices = closed_shares(labels, spacing) < HALF
    read = labels.copy()
    read[np.isin(labels, (LV, MYOCARDIUM)) & open_slices[None, None]] = 0
    return read
