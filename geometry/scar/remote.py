"""Healthy muscle to compare with: found by itself, or near points that the user gave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.scar.sectors import angles
from geometry.scar.wall import Wall

Mask = NDArray[np.bool_]
Regions = NDArray[np.int16]
AROUND = 12  # pieces around a level
FEWEST, LEAST = 25, 8  # voxels of a piece that can be judged; where the wall is too thin for that
LEVELS = 3
REACH = 8.0  # mm around a point of the user


def candidate_regions(wall: Wall) -> Regions:
    """(nx, ny, nz): the middle of the wall in pieces of 30 degrees on three levels, numbered from 1; 0 elsewhere.

    Voxels near the blood and near the fat outside are left out, where they are not the only ones.
    """
    depth, inside = wall.depth, wall.inside
    spacing = float(wall.spacing[:2].max())
    deep = inside & (wall.endo > 1.25 * spacing) & (wall.epi < -1.25 * spacing)
    middle = deep if deep.sum() > 8 * FEWEST else inside & (np.abs(depth - 0.5) < 0.35)
    has = np.flatnonzero(inside.any(axis=(0, 1)))
    level = np.zeros(inside.shape[2], int)
    level[has] = np.minimum(np.arange(len(has)) * LEVELS // max(len(has), 1), LEVELS - 1)
    around = np.floor((angles(wall) % 360.0) / (360.0 / AROUND)).astype(int)
    return np.where(middle, 1 + around + AROUND * level, 0).astype(np.int16)


def find_remote(grey: NDArray[np.float32], regions: Regions) -> NDArray[np.int16]:
    """The numbers of the regions that are healthy: the darkest, least varying one and all that look like it.

    Taking all of them, not the darkest alone, keeps mean and SD without bias: the darkest of many looks darker than it is.
    A region looks alike when its median lies within 0.75 SD and its 95th percentile below mean + 2.6 SD (1.64 SD in noise).
    """
    counts = np.bincount(regions.ravel())
    enough = FEWEST if (counts[1:] >= FEWEST).sum() >= AROUND else LEAST
    numbers = [number for number in range(1, len(counts)) if counts[number] >= enough]
    if not numbers:
        raise Refused("The wall is too thin or too small on this scan to find healthy muscle in it; check the outline.")
    values = {number: grey[regions == number] for number in numbers}
    calm = {number: float(np.median(v) + 2 * _spread(v)) for number, v in values.items()}
    chosen = [min(calm, key=lambda number: calm[number])]
    for _ in range(3):
        pooled = np.concatenate([values[number] for number in chosen])
        mean, sd = float(pooled.mean()), max(float(pooled.std(ddof=1)), 1e-6)
        chosen = [
            number
            for number, v in values.items()
            if abs(np.median(v) - mean) < 0.75 * sd and np.quantile(v, 0.95) < mean + 2.6 * sd
        ] or chosen
    return np.asarray(sorted(chosen), np.int16)


def remote_near(wall: Wall, points: Sequence[tuple[float, float, float]]) -> Mask:
    """The wall within 8 mm of the points (mm, RAS) that the user gave; raises Refused where there is none."""
    index = np.indices(wall.epi.shape).reshape(3, -1)
    places = (wall.affine[:3, :3] @ index + wall.affine[:3, 3:]).T
    near = np.zeros(len(places), bool)
    half = 0.5 * wall.spacing[2]
    normal = wall.affine[:3, 2] / wall.spacing[2]
    for point in points:
        away = places - np.asarray(point)
        off = away @ normal
        beside = np.linalg.norm(away - off[:, None] * normal, axis=1)
        near |= (np.abs(off) <= half) & (beside < REACH)
    found = near.reshape(wall.epi.shape) & wall.inside
    if found.sum() < 10:
        raise Refused(
            "The point for remote muscle does not lie in the wall of the left ventricle; click in healthy muscle."
        )
    return np.asarray(found)


def _spread(values: NDArray[np.float32]) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
