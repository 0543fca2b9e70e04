"""How far a segmented edge may lie aside, place by place: the distance over which its probability falls."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.sparse import coo_array, csr_array
from scipy.stats import norm

from geometry.heart_mesh import Floats
from geometry.segmentation import Segmentation
from geometry.wobble import Wobble

REACH, STEP = 8.0, 0.125  # mm looked at to either side of the edge, and between two looks
LEAST_CHANCE = 0.5 / 255  # probabilities are kept in steps of 1/255
FARTHEST = 4.0  # mm, SD at most: beyond it the probabilities tell of something else than this edge
QUANTUM = 12.0**-0.5  # of a voxel: SD of a place that is rounded to whole voxels


def edge_doubt(
    segmentation: Segmentation,
    labels: Sequence[int],
    phase: int,
    wobble: Wobble,
    places: Floats,
    normals: Floats,
) -> Floats:
    """(k,) mm, SD of where the edge around ``labels`` together lies near ``places`` (k, 3) mm along ``normals`` (k, 3).

    The latent variable of ``geometry.volume_draws``, Phi^-1(p) + w z, is zero w / |d Phi^-1(p) / dn| further out for each SD
    of z; the slope is taken between p = 0.16 and p = 0.84. Only what all slices share is told (parts a and b of z, and what is
    left of c and d in the mean over the slices): what each slice has of its own cancels over a heart.
    """
    chance = np.clip(sum(segmentation.chance(label, phase) for label in labels), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    latent = norm.ppf(np.asarray(chance, np.float64))
    at = np.arange(-REACH, REACH + STEP / 2, STEP)
    inverse = np.linalg.inv(segmentation.affine)
    along = (places[:, None] + at[None, :, None] * normals[:, None]) @ inverse[:3, :3].T + inverse[:3, 3]
    seen = map_coordinates(latent, along.reshape(-1, 3).T, order=1, mode="nearest").reshape(along.shape[:2])
    half_width = STEP * (np.abs(seen) < 1.0).sum(axis=1) / 2.0
    voxel = np.sort(np.linalg.norm(segmentation.affine[:3, :3], axis=0))[1]  # in the plane of a slice
    occupied = np.isin(segmentation.phase(phase), labels).any(axis=(0, 1))
    shared = wobble.width * share_of_all(wobble, max(int(occupied.sum()), 1))
    return np.asarray(np.clip(shared * half_width, QUANTUM * voxel, FARTHEST))


def share_of_all(wobble: Wobble, slices: int) -> float:
    """SD of the mean of ``z`` over that many slices."""
    scan, phase, over_beat, own = wobble.shares
    return float(np.sqrt(scan + phase + (over_beat + own) / slices))


def smoothed_on(triangles: NDArray[np.integer], values: Floats, rounds: int) -> Floats:
    """(k, ...) values at the nodes of a surface (by their numbers), made ``rounds`` times the mean with their neighbours'."""
    nodes, compact = np.unique(triangles, return_inverse=True)
    ends = compact.reshape(-1, 3)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    ends = np.concatenate([ends, ends[:, ::-1], np.repeat(np.arange(len(nodes)), 2).reshape(-1, 2)])
    links = csr_array(coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes))))
    links.data[:] = 1.0
    count = np.asarray(links.sum(axis=1)).ravel()
    for _ in range(rounds):
        values = (links @ values) / (count if values.ndim == 1 else count[:, None])
    return values
