"""Labels brought from their own grid to that of a scan: as they are where the grids agree, else by majority, never silently."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.label_file import LabelFile

Labels = NDArray[np.uint8]
_LEAST_INSIDE = 0.5  # of the labelled voxels
_FLIPS = {"left and right, front and back": (-1, -1, 1), "left and right": (-1, 1, 1), "front and back": (1, -1, 1),
          "head and feet": (1, 1, -1)}  # fmt: skip
_WAYS = (("left", "right"), ("back", "front"), ("feet", "head"))


def onto_grid(labels: Labels, origin: LabelFile, image: Image) -> tuple[Labels, tuple[str, ...]]:
    """``labels`` (on the grid of ``origin``, one phase) on the grid of ``image``, and notes.

    Raises Refused where they lie elsewhere or their place is not known.
    """
    shape = image.voxels.shape[:3]
    same_place = np.allclose(origin.affine, image.affine, atol=1e-2)
    if not origin.placed and not same_place:
        return _unplaced(labels, shape)
    if labels.shape == shape and same_place:
        return labels, ()
    notes = list(_refuse_elsewhere(labels, origin.affine, image))
    across = np.linalg.inv(origin.affine) @ image.affine
    if same_lattice(across, labels.shape):
        return _nearest(labels, across, shape, ((0.0, 0.0, 0.0),)), tuple(notes)
    fine = np.linalg.norm(origin.affine[:3, :3], axis=0)
    parts = tuple(_offsets(across, axis) for axis in range(3))
    found = _nearest(labels, across, shape, tuple(product(*parts)))
    notes.append(
        f"The labels were on another grid ({_size(labels.shape)} voxels of {_size(fine, 2)} mm): each voxel of the scan took "
        + ("the label most of it holds." if max(map(len, parts)) > 1 else "the nearest label.")
    )
    return found, tuple(notes)


def same_lattice(across: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether voxels fall on voxels: axes may be swapped or turned round, and one grid may be a part of the other."""
    turn, shift = across[:3, :3], across[:3, 3]
    slack = 0.05 / max(shape)
    return bool(
        np.allclose(turn, np.round(turn), atol=slack)
        and np.allclose(np.abs(np.round(turn)).sum(axis=0), 1)
        and np.allclose(shift, np.round(shift), atol=0.05)
    )


def _unplaced(labels: Labels, shape: tuple[int, ...]) -> tuple[Labels, tuple[str, ...]]:
    if labels.shape == shape:
        return labels, (
            "The label map does not say where it lies (voxels of 1 mm at the origin, as when nobody filled them in). It has as "
            "many voxels as the scan, so it was laid onto it voxel by voxel: check that it lies on the heart.",
        )
    raise Refused(
        "The label map does not say where it lies (voxels of 1 mm at the origin, as when nobody filled them in), and it has "
        f"{_size(labels.shape)} voxels where the scan has {_size(shape)}. Export it again with its orientation."
    )


def _refuse_elsewhere(labels: Labels, affine: NDArray[np.float64], image: Image) -> tuple[str, ...]:
    places = np.argwhere(labels) @ affine[:3, :3].T + affine[:3, 3]
    inside = _share_inside(places, image)
    if inside >= _LEAST_INSIDE:
        missing = 100 * (1 - inside)
        return (
            (f"{missing:.0f} % of the labelled voxels lie outside the scan and were cut off.",) if missing >= 1 else ()
        )
    size = np.array(image.voxels.shape[:3])
    away = places.mean(axis=0) - (image.affine[:3, :3] @ ((size - 1) / 2) + image.affine[:3, 3])
    most = int(np.argmax(np.abs(away)))
    hint = next(
        (f" They would lie in it with {name} exchanged: the file is in another convention of axes."
         for name, flip in _FLIPS.items() if _share_inside(places * flip, image) > 0.9),
        " Are they of this scan?",
    )  # fmt: skip
    raise Refused(
        f"The labels do not lie in the scan: their middle is {abs(away[most]):.0f} mm towards the patient's "
        f"{_WAYS[most][int(away[most] > 0)]} from the middle of the scan.{hint}"
    )


def _share_inside(places: NDArray[np.float64], image: Image) -> float:
    back = np.linalg.inv(image.affine)
    index = places @ back[:3, :3].T + back[:3, 3]
    return float(((index >= -0.5) & (index <= np.array(image.voxels.shape[:3]) - 0.5)).all(axis=1).mean())


def _offsets(across: NDArray[np.float64], axis: int) -> tuple[float, ...]:
    """Where to look within a voxel of the scan, along one axis: once, or more often where the labels are finer."""
    step = float(np.abs(across[:3, axis]).max())
    count = min(max(int(np.ceil(step - 0.25)), 1), 7)
    return tuple((k + 0.5) / count - 0.5 for k in range(count))


def _nearest(
    labels: Labels, across: NDArray[np.float64], shape: tuple[int, ...], offsets: tuple[tuple[float, ...], ...]
) -> Labels:
    """The label that most of the looked-at places in each voxel hold; background where it is at least level."""
    kinds = [int(value) for value in np.unique(labels) if value]
    result = np.zeros(shape, np.uint8)
    plane = np.indices(shape[:2]).reshape(2, -1).astype(float)
    last = np.array(labels.shape)[:, None]
    for k in range(shape[2]):
        votes = np.zeros((len(kinds) + 1, plane.shape[1]), np.uint16)
        for di, dj, dk in offsets:
            index = np.stack([plane[0] + di, plane[1] + dj, np.full(plane.shape[1], k + dk)])
            near = np.floor(across[:3, :3] @ index + across[:3, 3:] + 0.5 + 1e-6).astype(int)
            valid = ((near >= 0) & (near < last)).all(axis=0)
            seen = np.zeros(plane.shape[1], np.uint8)
            seen[valid] = labels[tuple(near[:, valid])]
            votes[0] += seen == 0
            for number, kind in enumerate(kinds, 1):
                votes[number] += seen == kind
        result[:, :, k] = np.array([0, *kinds], np.uint8)[np.argmax(votes, axis=0)].reshape(shape[:2])
    return result


def _size(numbers: object, digits: int = 0) -> str:
    return " x ".join(f"{value:.{digits}f}" for value in np.asarray(numbers).ravel())
