"""The left ventricle as short-axis slices, base first, with the directions of its septum, front and base."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmentation import LV, MYOCARDIUM, Segmentation

Floats = NDArray[np.floating]
BASEWARD = np.array([0.5, -0.45, 0.74])  # where the base lies, seen from the apex, in most people (RAS)
SEPTALWARD = np.array([0.75, 0.45, -0.48])  # where the septum lies, seen from the left ventricle, in most people (RAS)
THICK = 2.0  # slices this many times thicker than pixels are taken as they are; finer grids are cut anew
FINE = (1.0, 5.0)  # mm, pixel and slice distance of a grid cut anew


@dataclass(frozen=True)
class ShortAxis:
    """Slices across the long axis.

    labels      (nx, ny, slices, phases) uint8, the first slice at the base
    affine      (4, 4), voxel -> mm, RAS
    ed          the phase that the directions were found in
    """

    labels: NDArray[np.uint8]
    affine: Floats
    ed: int

    @property
    def spacing(self) -> Floats:
        """(3,) mm between voxel centres."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def base(self) -> Floats:
        """(3,), unit vector from apex to base."""
        return np.asarray(-self.affine[:3, 2] / self.spacing[2])


def short_axis(segmentation: Segmentation) -> ShortAxis | None:
    """The stack turned base first; a grid that is no short-axis stack is cut across the long axis. None without a wall."""
    labels = segmentation.labels if segmentation.labels.ndim == 4 else segmentation.labels[..., None]
    ed = min(segmentation.ed, labels.shape[3] - 1)
    spacing = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    if not ((labels[..., ed] == LV).any() and (labels[..., ed] == MYOCARDIUM).any()):
        return None
    if spacing[2] >= THICK * spacing[:2].mean():
        return _based_first(ShortAxis(*_around_heart(labels, segmentation.affine), ed))
    return _cut_anew(*_around_heart(labels, segmentation.affine), ed)


def _around_heart(labels: NDArray[np.uint8], affine: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """The part of the plane that holds the left ventricle, with a margin for the right one beside the septum."""
    there = np.isin(labels, (LV, MYOCARDIUM)).any(axis=(2, 3))
    low, high = [], []
    for axis in (0, 1):
        rows = np.flatnonzero(there.any(axis=1 - axis))
        low.append(max(int(rows[0]) - 10, 0))
        high.append(int(rows[-1]) + 11)
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :2] @ np.array(low)
    return labels[low[0] : high[0], low[1] : high[1]], moved


def _based_first(stack: ShortAxis) -> ShortAxis:
    """Turn the stack so that the open end of the cavity comes first."""
    opening = _opening(stack.labels[..., stack.ed] == LV, stack.labels[..., stack.ed] == MYOCARDIUM, stack.affine)
    towards = opening if opening is not None else BASEWARD
    if float(np.dot(towards, stack.base)) >= 0:
        return stack
    turned = stack.affine.copy()
    turned[:3, 3] += turned[:3, 2] * (stack.labels.shape[2] - 1)
    turned[:3, 2] *= -1
    return ShortAxis(stack.labels[:, :, ::-1], turned, stack.ed)


def _opening(cavity: NDArray[np.bool_], wall: NDArray[np.bool_], affine: Floats) -> Floats | None:
    """(3,) mm from the middle of the cavity to where it is open, i.e. borders on what is neither cavity nor wall."""
    outside = ~(cavity | wall)
    push = np.zeros(3)
    for axis in range(3):
        area = abs(np.linalg.det(affine[:3, :3])) / np.linalg.norm(affine[:3, axis]) ** 2
        for shift in (1, -1):
            neighbour = np.roll(outside, -shift, axis=axis)
            ends = [slice(None)] * 3
            ends[axis] = slice(-1, None) if shift == 1 else slice(0, 1)
            neighbour[tuple(ends)] = True
            push += shift * affine[:3, axis] * area * (cavity & neighbour).sum()
    whole = cavity.sum() * abs(np.linalg.det(affine[:3, :3]))
    return push if np.linalg.norm(push) > 0.1 * whole ** (2 / 3) else None


def _cut_anew(labels: NDArray[np.uint8], affine: Floats, ed: int) -> ShortAxis:
    """Resample (nearest voxel) on planes across the long axis of the cavity."""
    cavity, wall = labels[..., ed] == LV, labels[..., ed] == MYOCARDIUM
    axis = _long_axis(cavity, wall, affine)
    places = np.argwhere(np.isin(labels, (LV, MYOCARDIUM)).any(axis=3)) @ affine[:3, :3].T + affine[:3, 3]
    across = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    across /= np.linalg.norm(across)
    frame = np.stack([across, np.cross(-axis, across), -axis], axis=1)
    inside = places @ frame
    step = np.array([FINE[0], FINE[0], FINE[1]])
    low = inside.min(axis=0) - step * (8, 8, 2)
    count = np.ceil((inside.max(axis=0) - low) / step + (8, 8, 2)).astype(int)
    made = np.eye(4)
    made[:3, :3], made[:3, 3] = frame * step, frame @ low
    way = np.linalg.inv(affine) @ made
    matrix, offset, size = way[:3, :3], way[:3, 3], tuple(count)
    cut = [ndimage.affine_transform(labels[..., t], matrix, offset, size, order=0) for t in range(labels.shape[3])]
    return ShortAxis(np.stack(cut, axis=-1), made, ed)


def _long_axis(cavity: NDArray[np.bool_], wall: NDArray[np.bool_], affine: Floats) -> Floats:
    """(3,), unit vector to the base: the longest axis of the cavity, or where it is open when it is round."""
    places = np.argwhere(cavity) @ affine[:3, :3].T
    spread, axes = np.linalg.eigh(np.cov(places.T))
    opening = _opening(cavity, wall, affine)
    towards = opening if opening is not None else BASEWARD
    axis = axes[:, 2] if spread[2] > 1.7 * spread[1] or opening is None else towards / np.linalg.norm(towards)
    return np.asarray(axis if np.dot(axis, towards) >= 0 else -axis)
