"""The wall of the left ventricle by its thickness: along rays from the cavity, agreed upon among neighbours.

Each ray asks of every thickness how well muscle fills the way up to it and something else begins beyond. The answers of
neighbouring rays are averaged, and where fat, lung or brighter blood show no border the usual thickness of this heart,
measured where they do, decides. What is left of the answers is the chance of every thickness.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.grid import Floats, Mask, Points, box_around
from geometry.segmenters.contrast.morphology import closed, outside

THICKNESS = np.arange(2.0, 24.0, 0.5)  # mm, asked for
STEP = 0.5
BEYOND = 3.0  # mm looked at outside a border
REACH = np.arange(STEP, THICKNESS[-1] + BEYOND + STEP, STEP)  # mm along a ray
FAT = -100.0  # HU, the least that is taken for what lies on the wall: lung does not touch it
SMOOTH = 4.0  # mm, half the distance over which neighbours agree
NEIGHBOURS = 40
LEAST_BAND = 25.0  # HU by which muscle differs from place to place
SHOWN = 40.0  # HU by which what lies beyond a border differs from muscle at least
PULL, PULL_UNSEEN = 1.0, 3.0  # cost of one SPREAD away from the usual thickness, and where no border is seen
SOFT = 0.8  # cost that halves and more the chance of a thickness
SPREAD = 0.25  # of the usual thickness, how much a wall varies


def wall_chance(
    values: Floats, seen: Mask, cavity: Mask, blood: Mask, levels: Levels, noise: float, step: float
) -> Floats:
    """Chance of myocardium on every voxel; ``blood`` is all other blood, whose voxels are no wall."""
    out = np.zeros(cavity.shape, dtype=np.float32)
    box = box_around(cavity, int(np.ceil(27.0 / step)))
    inner = closed(cavity[box], 4.0, step) & ~blood[box]
    field = np.asarray(ndimage.gaussian_filter(outside(inner, step), 1.0 / step), dtype=np.float32)
    starts, ways = _rays(field, step)
    hu = _along_rays(ndimage.gaussian_filter(values[box], 0.6), starts, ways, step, "nearest")
    cost = _costs(hu, seen[box], blood[box], starts, ways, levels, noise, step)
    tree = cKDTree(starts)
    near = _neighbours(starts, ways, tree)
    hu, agreed = near.mean(hu), near.mean(cost)
    agreed = _pulled(agreed, np.abs(_past(hu, agreed, levels)) > SHOWN)
    chance = _posterior(agreed)
    late = _late(hu, agreed, levels)
    reach = np.argwhere((field > -0.5 * step) & (field < THICKNESS[-1]) & ~inner)
    depth = field[tuple(reach.T)]
    _, nearest = tree.query(reach * step)
    thicker = 1.0 - np.cumsum(chance, axis=1) + 0.5 * chance  # the chance that the wall is, than each thickness
    beyond = np.maximum(thicker, 0.0)
    level = np.clip((depth - late[nearest] - THICKNESS[0]) / STEP, 0, THICKNESS.size - 1.001)
    low = level.astype(int)
    share = level - low
    found = (1 - share) * beyond[nearest, low] + share * beyond[nearest, low + 1]
    part = out[box]
    part[tuple(reach.T)] = found * (blood[box][tuple(reach.T)] == 0)
    out[box] = part
    return out


def _rays(field: Floats, step: float) -> tuple[Points, Points]:
    """Starts (n, 3) mm on the surface and unit ways out of it (n, 3)."""
    at = np.argwhere(np.abs(field) < 0.6 * step)
    soft = ndimage.gaussian_filter(field, 2.0 / step)
    slope = np.stack([each[tuple(at.T)] for each in np.gradient(soft)], axis=1)
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6)
    return at * step - field[tuple(at.T)][:, None] * slope, slope


def _along_rays(field: Floats, starts: Points, ways: Points, step: float, mode: str) -> Points:
    """(n, REACH) of a field at every STEP along the rays."""
    at = (starts[:, None] + REACH[None, :, None] * ways[:, None]) / step
    return np.asarray(ndimage.map_coordinates(field, np.moveaxis(at, -1, 0), order=1, mode=mode), dtype=float)


def _costs(
    hu: Points, seen: Mask, blood: Mask, starts: Points, ways: Points, levels: Levels, noise: float, step: float
) -> Points:
    """(n, thicknesses): how badly each thickness fits each ray."""
    shown, other = (
        _along_rays(mask.astype(np.float32), starts, ways, step, "constant") > 0.5 for mask in (seen, blood)
    )
    band = max(0.6 * noise, LEAST_BAND)
    strange = np.clip(np.abs(hu - levels.muscle) / band - 0.6, 0.0, 2.0) / 2.0  # 0 like muscle, 1 unlike it
    strange = np.where(other, 1.0, strange)
    strange = np.where(shown, strange, 0.35)
    strange[:, REACH < 1.5] = 0.0  # the first voxels are mixed with the blood of the cavity
    plain = float(strange[:, (REACH >= 1.5) & (REACH < 4.0)].mean())  # what a step through muscle costs by noise alone
    into = np.cumsum(strange, axis=1)
    width = round(BEYOND / STEP)
    index = np.round(THICKNESS / STEP).astype(int) - 1
    beyond = (into[:, index + width] - into[:, index]) / width
    # Muscle that goes on beyond a border costs as much as half of it would within; strange tissue within costs in full.
    return np.asarray(into[:, index] - plain * index + (1.0 - beyond) * width)


@dataclass(frozen=True)
class _Near:
    """Neighbours of each ray: number (n, k) and weight (n, k), which sums to 1."""

    index: NDArray[np.int_]
    weight: Points

    def mean(self, of: Points) -> Points:
        """(n, m) over the neighbours."""
        return np.asarray(np.einsum("nk,nkt->nt", self.weight, of[self.index]))


def _neighbours(starts: Points, ways: Points, tree: cKDTree) -> _Near:
    """Rays that start close by and go the same way."""
    _, index = tree.query(starts, k=min(NEIGHBOURS, len(starts)), distance_upper_bound=2 * SMOOTH)
    weight = (index < len(starts)).astype(float)
    index = np.minimum(index, len(starts) - 1)
    weight = weight * np.clip(np.einsum("nki,ni->nk", ways[index], ways), 0.0, 1.0)
    return _Near(index, weight / weight.sum(axis=1, keepdims=True))


def _pulled(agreed: Points, shown: NDArray[np.bool_]) -> Points:
    """Costs (n, thicknesses) with the pull of the usual thickness: that of the rays (n,) on which a border is ``shown``."""
    thickness = THICKNESS[agreed.argmin(axis=1)]
    usual = float(np.median(thickness[shown] if shown.mean() > 0.1 else thickness))
    odd = np.abs(THICKNESS - usual) / (SPREAD * usual)
    pull = np.where(shown, PULL, PULL_UNSEEN)[:, None]
    return np.asarray(agreed + pull * np.where(odd < 1.0, odd**2, 2.0 * odd - 1.0))


def _first(agreed: Points) -> NDArray[np.int_]:
    """(n,) number of the place along each ray where the likeliest border lies."""
    return np.asarray(np.round(THICKNESS[agreed.argmin(axis=1)] / STEP).astype(int) - 1)


def _past(hu: Points, agreed: Points, levels: Levels) -> Points:
    """(n,) HU over those of muscle, of what lies BEYOND the likeliest border."""
    at = _first(agreed) + round(BEYOND / STEP)
    return np.asarray(np.maximum(hu[np.arange(len(hu)), at], FAT) - levels.muscle)


def _late(hu: Points, agreed: Points, levels: Levels) -> Points:
    """(n,) mm from where tissue begins to look strange to halfway between muscle and what lies beyond.

    A border is blurred by the scanner, the voxels and what took the noise away, and shows before it is reached.
    """
    rows = np.arange(len(hu))
    past = _past(hu, agreed, levels)
    known = np.abs(past) > LEAST_BAND
    window = hu[rows[:, None], _first(agreed)[:, None] + np.arange(round(BEYOND / STEP) + 1)] - levels.muscle
    share = window / np.where(known, past, np.inf)[:, None]
    over = share > 0.5
    after = np.maximum(over.argmax(axis=1), 1)
    before = share[rows, after - 1]
    found = (after - 1 + np.clip((0.5 - before) / np.maximum(share[rows, after] - before, 1e-6), 0.0, 1.0)) * STEP
    known &= over.any(axis=1)
    return np.where(known, found, np.median(found[known]) if known.any() else 0.0)


def _posterior(agreed: Points) -> Points:
    """(n, thicknesses), the chance of each thickness."""
    weight = np.exp(-(agreed - agreed.min(axis=1, keepdims=True)) / SOFT)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
