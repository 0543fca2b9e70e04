"""Brush and eraser: a disc on one slice or a ball, drawn along a path."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geometry.editing.change import Change, boxed
from geometry.editing.rules import Over, checked_label, writable
from geometry.errors import Refused

Path = NDArray[np.floating]  # (k, 3) voxel coordinates


def brush(
    labels: NDArray[np.uint8],
    affine: NDArray[np.floating],
    path: Path,
    radius: float,
    label: int,
    *,
    over: Over = None,
    axis: int | None = None,
) -> Change:
    """Paint ``label`` (0 erases) within ``radius`` mm of a path; with ``axis`` only on the slice where the path begins."""
    checked_label(label, background=True)
    box, near = reach(labels.shape, affine, path, radius, axis)
    return painted(labels, box, near, label, over)


def painted(
    labels: NDArray[np.uint8], box: tuple[slice, ...], near: NDArray[np.bool_], label: int, over: Over
) -> Change:
    """The change that gives ``label`` to the voxels of a mask in a box, where the rule allows it."""
    inside = labels[box]
    decided = near & (writable(inside, over) | (inside == label))
    return boxed(labels, box, np.where(decided, np.uint8(label), inside), decided)


def reach(
    shape: tuple[int, ...], affine: NDArray[np.floating], path: Path, radius: float, axis: int | None = None
) -> tuple[tuple[slice, ...], NDArray[np.bool_]]:
    """The box around a path, and which of its voxels have their centre within ``radius`` mm (the one touched at least)."""
    path = np.atleast_2d(np.asarray(path, dtype=float))
    if not radius > 0:
        raise Refused(f"A brush of radius {radius:g} mm paints nothing; choose a radius above 0.")
    if path.shape[1] != 3 or not np.isfinite(path).all():
        raise Refused("The stroke has no place in the scan; draw it on a slice.")
    matrix = np.asarray(affine[:3, :3], dtype=float)
    if axis is not None:
        path = path.copy()
        path[:, axis] = np.round(path[0, axis])
    margin = radius * np.linalg.norm(np.linalg.inv(matrix), axis=1)
    margin = np.where(np.arange(3) == axis, 0.0, margin)
    low = np.clip(np.floor(path.min(axis=0) - margin), 0, shape[:3]).astype(int)
    high = np.clip(np.ceil(path.max(axis=0) + margin) + 1, 0, shape[:3]).astype(int)
    box = tuple(slice(a, max(a, b)) for a, b in zip(low, high, strict=True))
    near = np.zeros(np.maximum(high - low, 0), dtype=bool)
    pieces = pairwise(path) if len(path) > 1 else [(path[0], path[0])]
    for start, stop in pieces:
        _mark(near, low, matrix, start, stop, margin, radius)
    touched = np.round(path).astype(int) - low
    touched = touched[((touched >= 0) & (touched < near.shape)).all(axis=1)]
    near[tuple(touched.T)] = True
    return box, near


def _mark(
    near: NDArray[np.bool_],
    corner: NDArray[np.integer],
    matrix: NDArray[np.float64],
    start: NDArray[np.float64],
    stop: NDArray[np.float64],
    margin: NDArray[np.float64],
    radius: float,
) -> None:
    """Mark the voxels within ``radius`` of the piece from start to stop."""
    low = np.clip(np.floor(np.minimum(start, stop) - margin) - corner, 0, near.shape).astype(int)
    high = np.clip(np.ceil(np.maximum(start, stop) + margin) + 1 - corner, 0, near.shape).astype(int)
    if (high <= low).any():
        return
    grids = np.meshgrid(*[np.arange(a, b) for a, b in zip(low, high, strict=True)], indexing="ij", sparse=False)
    away = (np.stack(grids, axis=-1) + corner - start) @ matrix.T
    along = matrix @ (stop - start)
    length = float(along @ along)
    share = np.clip(away @ along / length, 0.0, 1.0) if length > 0 else np.zeros(away.shape[:3])
    distance = np.linalg.norm(away - share[..., None] * along, axis=-1)
    near[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] |= distance <= radius
