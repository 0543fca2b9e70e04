"""Signed distances on an even grid: where they lie, the volume inside them, and making them true."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats

STEP = 1.2  # mm of the grid
REACH = 6.0  # mm from a surface within which its distance is measured to a fraction of a millimetre
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Where the numbers lie: ``origin + STEP * index`` in the frame of the stack, mm."""

    origin: Floats
    shape: tuple[int, int, int]

    def axis(self, k: int) -> Floats:
        """(shape[k],) mm, the coordinate along one axis."""
        return np.asarray(self.origin[k] + STEP * np.arange(self.shape[k]))


def one_piece(field: Floats, below: Mask) -> Floats:
    """The field without pockets that do not hang together with the largest one below the base."""
    pieces, count = ndimage.label((field < 0) & below)
    if count < 2:
        return field
    largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    return np.where((pieces > 0) & (pieces != largest), STEP / 2, field)


def share_inside(distance: Floats) -> Floats:
    """0..1, of each grid cell, the share of it that a plane at its distance would cut off."""
    return np.asarray(np.clip(0.5 - distance / STEP, 0.0, 1.0))


def volume_inside(field: Floats, counted: Floats) -> float:
    """Grid cells inside, each by its share, of those that are ``counted`` (0..1)."""
    return float((share_inside(field) * counted).sum())


def true_distance(field: Floats) -> Floats:
    """The same surface, with the distance to it: to where it crosses the grid nearby, from the grid beyond."""
    inside = field < 0
    if not inside.any() or inside.all():
        raise Refused("A surface of the heart vanished while it was smoothed: the label is too small to be meshed.")
    rough = STEP * (ndimage.distance_transform_edt(~inside) + ndimage.distance_transform_edt(inside) - 0.5)
    steep = np.sqrt(sum(slope**2 for slope in np.gradient(field, STEP)))
    touching = rough < 1.2 * STEP
    result = np.where(touching, field / np.clip(steep, 0.3, None), np.where(inside, -rough, rough))
    band = ~touching & (rough < REACH)
    away, _ = cKDTree(_crossings(field) * STEP).query(np.argwhere(band) * STEP, workers=-1)
    result[band] = np.where(inside[band], -away, away)
    return np.asarray(result)


def _crossings(field: Floats) -> Floats:
    """(c, 3) grid coordinates where the field changes sign along grid lines and along one diagonal of each face."""
    found = []
    for step in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1)):
        low = field[tuple(slice(None, -k or None) for k in step)]
        high = field[tuple(slice(k, None) for k in step)]
        at = np.argwhere((low < 0) != (high < 0))
        a, b = low[tuple(at.T)], high[tuple(at.T)]
        found.append(at + (a / (a - b))[:, None] * step)
    return np.concatenate(found)
