"""Labels as hands and programs spoil them: thin walls, holes, islands, chambers that touch, bridges of one voxel."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmentation import LV, MYOCARDIUM, RV

Labels = NDArray[np.uint8]
Random = np.random.Generator
Spoil = Callable[[Labels, Random], None]


def whole(labels: Labels, random: Random) -> None:
    """Nothing is spoilt."""


def thin_wall(labels: Labels, random: Random) -> None:
    """The wall is one voxel thick over a third of the slices, on one side."""
    for k in _some_slices(labels, random, 1 / 3):
        plane = labels[..., k]
        cavity = plane == LV
        side = _side(cavity, random) & (plane == MYOCARDIUM)
        plane[side & ~ndimage.binary_dilation(cavity, np.ones((3, 3)))] = 0


def hole(labels: Labels, random: Random) -> None:
    """The wall has a gap of some voxels in one to three slices."""
    for k in _some_slices(labels, random, 0.2):
        plane = labels[..., k]
        spots = np.argwhere(plane == MYOCARDIUM)
        if len(spots):
            at = spots[random.integers(len(spots))]
            near = np.hypot(*(np.indices(plane.shape) - at[:, None, None])) < random.uniform(2.0, 6.0)
            plane[near & (plane == MYOCARDIUM)] = 0


def islands(labels: Labels, random: Random) -> None:
    """Specks of every label lie about."""
    for label in (LV, MYOCARDIUM, RV):
        for _ in range(4):
            i, j, k = (int(random.integers(2, n - 4)) for n in labels.shape)
            spot = labels[i : i + 2, j : j + 2, k : k + 1]
            spot[spot == 0] = label


def touching_chambers(labels: Labels, random: Random) -> None:
    """The right cavity grows through the septum up to the left one in some slices."""
    for k in _some_slices(labels, random, 0.3):
        plane = labels[..., k]
        right = plane == RV
        if right.any() and (plane == LV).any():
            reach = int(np.ceil(ndimage.distance_transform_edt(~right)[plane == LV].min()))
            grown = ndimage.binary_dilation(right, iterations=max(reach, 1))
            plane[grown & (plane == MYOCARDIUM) & (random.random(plane.shape) < 0.9)] = RV


def bridge(labels: Labels, random: Random) -> None:
    """A thread of muscle one voxel wide crosses the left cavity, one of right blood leads away from the right one."""
    for k in _some_slices(labels, random, 0.3):
        plane = labels[..., k]
        for label, becomes in ((LV, MYOCARDIUM), (RV, RV)):
            spots = np.argwhere(plane == label)
            if len(spots):
                row = int(spots[random.integers(len(spots)), 0])
                line = plane[row, spots[:, 1].min() - 3 : spots[:, 1].max() + 12]
                line[(line == label) | (line == 0)] = becomes


DEFECTS: Mapping[str, Spoil] = {
    each.__name__.replace("_", " "): each for each in (whole, thin_wall, hole, islands, touching_chambers, bridge)
}


def _some_slices(labels: Labels, random: Random, share: float) -> NDArray[np.integer]:
    inside = np.flatnonzero((labels == LV).any(axis=(0, 1)))
    return random.choice(inside, max(1, round(share * len(inside))), replace=False)


def _side(cavity: NDArray[np.bool_], random: Random) -> NDArray[np.bool_]:
    middle = ndimage.center_of_mass(cavity)
    i, j = np.indices(cavity.shape)
    angle = np.arctan2(j - middle[1], i - middle[0])
    return np.asarray(np.cos(angle - random.uniform(0, 2 * np.pi)) > 0.3)
