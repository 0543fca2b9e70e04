"""Where the blood is cut: flat ends square to the way of the blood."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import make_smoothing_spline
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.meshing.blood_pool_labels import Mask


@dataclass(frozen=True)
class Plane:
    """A flat end of the pool: centre and unit normal pointing out of it, mm; it acts within ``reach`` of the centre."""

    center: Floats
    normal: Floats
    reach: float = np.inf

    def height(self, points: Floats) -> Floats:
        """(n,) mm above the plane; far below where the plane does not act."""
        away = points - self.center
        return np.where(np.linalg.norm(away, axis=1) < self.reach, away @ self.normal, -1e3)


def border(
    labels: NDArray[np.uint8], below: tuple[int, ...], above: tuple[int, ...], affine: Floats
) -> tuple[Floats, Floats]:
    """Middle and unit normal (from below to above) of the border between two labels, mm in the patient."""
    low, high = np.isin(labels, below), np.isin(labels, above)
    touching = low & ndimage.binary_dilation(high)
    if touching.sum() < 8:
        raise Refused(
            f"Labels {below[0]} and {above[0]} do not touch: the way of the blood is broken at the aortic valve."
        )
    spots = np.argwhere(touching) @ affine[:3, :3].T + affine[:3, 3]
    center = spots.mean(axis=0)
    normal = np.linalg.svd(spots - center, full_matrices=False)[2][2]
    beyond = np.argwhere(high) @ affine[:3, :3].T + affine[:3, 3]
    near = beyond[np.linalg.norm(beyond - center, axis=1) < 25.0]
    return center, np.asarray(normal * np.sign((near.mean(axis=0) - center) @ normal or 1.0))


def far_end(vessel: Mask, annulus: Floats, affine: Floats) -> Plane:
    """A plane across the far end of the aorta, where its whole cross-section is still labelled."""
    inner = vessel & ndimage.binary_erosion(vessel)
    spots = np.argwhere(inner) @ affine[:3, :3].T + affine[:3, 3]
    way = _way_along(inner, np.linalg.norm(affine[:3, :3], axis=0), spots, annulus)
    usable = np.isfinite(way)
    spots, way = spots[usable], way[usable]
    if len(spots) < 100 or way.max() < 20.0:
        raise Refused("The ascending aorta reaches less than 20 mm beyond the valve; label more of it.")
    bins = np.round(way / 2.0).astype(int)
    known = [b for b in np.unique(bins) if (bins == b).sum() >= 5]
    middle = np.array([spots[bins == b].mean(axis=0) for b in known])
    count = max(len(known) - 1, 1)
    s = np.array(known, dtype=float) * 2.0
    line = [make_smoothing_spline(s, middle[:, k], lam=50.0) for k in range(3)] if count >= 5 else None
    if line is None:
        raise Refused("The ascending aorta is too short to find its direction; label more of it.")
    area_all = np.argwhere(vessel) @ affine[:3, :3].T + affine[:3, 3]
    voxel = abs(np.linalg.det(affine[:3, :3]))
    sections = []
    for at in np.arange(s[-1], max(s[-1] - 30.0, s[0]), -1.0):
        center = np.array([f(at) for f in line])
        # The last voxels end obliquely, which bends the line: its direction is taken further in.
        ahead = np.array([f.derivative()(min(at, s[-1] - 10.0)) for f in line])
        ahead = ahead / np.linalg.norm(ahead)
        away = area_all - center
        slab = (np.abs(away @ ahead) < 1.0) & (np.linalg.norm(away, axis=1) < 30.0)
        sections.append((slab.sum() * voxel / 2.0, center, ahead))
    usual = np.median([area for area, _, _ in sections[len(sections) // 3 :]])
    whole = next(k for k, (area, _, _) in enumerate(sections) if area > 0.95 * usual)
    area, center, ahead = sections[min(whole + 3, len(sections) - 1)]
    return Plane(center, ahead, reach=2.2 * float(np.sqrt(area / np.pi)))


def _way_along(inside: Mask, spacing: Floats, spots: Floats, start: Floats) -> Floats:
    """mm from ``start`` through the mask to each of its voxels (shortest way over 26 neighbours); inf where cut off."""
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    rows, columns, lengths = [], [], []
    for step in [(i, j, k) for i in (0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) > (0, 0, 0)]:
        here = tuple(slice(max(-d, 0), n - max(d, 0)) for d, n in zip(step, inside.shape, strict=True))
        there = tuple(slice(max(d, 0), n + min(d, 0)) for d, n in zip(step, inside.shape, strict=True))
        both = inside[here] & inside[there]
        rows.append(number[here][both])
        columns.append(number[there][both])
        lengths.append(np.full(both.sum(), float(np.linalg.norm(np.array(step) * spacing))))
    size = int(inside.sum())
    links = coo_array((np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape=(size, size))
    first = int(np.linalg.norm(spots - start, axis=1).argmin())
    return np.asarray(dijkstra(links.tocsr(), directed=False, indices=first))
