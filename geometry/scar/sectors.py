"""Which of the 17 segments a voxel of the wall on a late enhancement belongs to, slice by slice."""

import numpy as np
from numpy.typing import NDArray

from geometry.measures.segments import segments_at
from geometry.measures.short_axis import BASEWARD
from geometry.scar.wall import Wall

FRONT = np.array([0.0, 1.0, 0.3])  # where the anterior wall lies, in most people (RAS)


def angles(wall: Wall) -> NDArray[np.float64]:
    """(nx, ny, nz) degrees about the middle of each slice's cavity: 0 at the septum, 90 towards the front, to +-180."""
    along = wall.affine[:3, 2] / np.linalg.norm(wall.affine[:3, 2])
    index = np.indices(wall.epi.shape).reshape(3, -1)
    places = (wall.affine[:3, :3] @ index + wall.affine[:3, 3:]).T.reshape(*wall.epi.shape, 3)
    inside = wall.epi < 0
    middle = places[inside].mean(axis=0)
    right = np.asarray(wall.septum) - middle if wall.septum is not None else np.array([1.0, 0.6, 0.0])
    septal = right - along * (right @ along)
    septal /= np.linalg.norm(septal)
    front = np.cross(along, septal)
    front *= 1.0 if front @ FRONT > 0 else -1.0
    result = np.zeros(wall.epi.shape)
    for k in range(wall.epi.shape[2]):
        here = inside[..., k]
        away = places[:, :, k] - (places[:, :, k][here].mean(axis=0) if here.any() else middle)
        result[..., k] = np.rad2deg(np.arctan2(away @ front, away @ septal))
    return result


def segments(wall: Wall) -> NDArray[np.uint8]:
    """(nx, ny, nz) segment 1 to 17 of every voxel of the wall, 0 elsewhere."""
    return np.where(wall.inside, segments_at(angles(wall), 1.0 - _height(wall)), 0).astype(np.uint8)


def _height(wall: Wall) -> NDArray[np.float64]:
    """(nz,) of each slice: 0 where the cavity begins at the apex to 1 at the base; below 0 where there is only muscle."""
    has = np.flatnonzero(wall.inside.any(axis=(0, 1)))
    hollow = np.flatnonzero(((wall.endo < 0) & (wall.epi < 0)).any(axis=(0, 1)))
    first, last = (int(hollow[0]), int(hollow[-1])) if len(hollow) else (int(has[0]), int(has[-1]))
    share = (np.arange(wall.epi.shape[2]) - first + 0.5) / (last - first + 1)
    upwards = wall.affine[:3, 2] @ BASEWARD > 0
    return np.asarray(share if upwards else 1.0 - share)
