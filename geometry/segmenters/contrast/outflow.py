"""The aortic valve plane, the sinotubular junction and the end of the ascending aorta along the outflow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.graph import MCP_Geometric

from geometry.segmenters.contrast.grid import box_around

Points = NDArray[np.float64]
BIN = 2.0  # mm along the outflow
WIDEST_THROAT = 8.5  # mm, radius below which leaflets narrow the outflow
LEAN = 0.80  # upward part of a direction that still ascends (37 degrees)


@dataclass(frozen=True)
class Valve:
    """Where the left ventricle ends: throat (narrowest place) and annulus (leaflet roots), mm; direction of flow."""

    throat: Points
    annulus: Points
    direction: Points
    radius: float


@dataclass(frozen=True)
class Line:
    """Centre line of the aorta from the throat on: points (n, 3) mm, area (n,) mm2, distance (n,) mm."""

    points: Points
    area: Points
    distance: Points


def find_valve(ventricle: NDArray[np.bool_], aorta: NDArray[np.bool_], spacing: NDArray[np.float64]) -> Valve:
    """The valve between two touching regions, in mm of the working grid."""
    throat = _throat(ventricle, aorta, spacing)
    near_v = _within(ventricle, throat, 16.0, spacing)
    near_a = _within(aorta, throat, 16.0, spacing)
    direction = near_a.mean(axis=0) - near_v.mean(axis=0)
    direction /= np.linalg.norm(direction)
    heights = np.arange(0.0, 15.0)
    area = np.array([_section(ventricle, throat - h * direction, direction, spacing) for h in heights])
    area = ndimage.gaussian_filter1d(area, 1.0)
    narrow = (
        _section(ventricle | aorta, throat, direction, spacing) < np.pi * WIDEST_THROAT**2
    )  # else the throat is the annulus itself
    settled = [n for n in range(1, 12) if area[n + 2] < 1.12 * area[n] and area[n] > 150.0]
    # Further down than where the tract gets wider than the root is, it is ventricle.
    root = _inscribed(aorta, throat, spacing)
    wide = np.nonzero(area > np.pi * root**2)[0]
    settled += [int(wide[0])] if wide.size else []
    depth = heights[min(settled)] if settled and narrow else 0.0
    radius = float(np.clip(np.sqrt(area[int(depth)] / np.pi), 8.0, max(root, 8.0)))
    return Valve(throat, throat - depth * direction, direction, radius)


def _throat(ventricle: NDArray[np.bool_], aorta: NDArray[np.bool_], spacing: NDArray[np.float64]) -> Points:
    """Middle (mm) of where the two meet, or come as near to each other as a shut valve lets them."""
    box = box_around(ventricle, 12)
    gap = ndimage.distance_transform_edt(~ventricle[box], sampling=spacing)
    gap[~aorta[box]] = np.inf
    near = gap <= max(float(gap.min()), float(spacing.max())) + 1.0
    return np.asarray((np.argwhere(near).mean(axis=0) + [s.start for s in box]) * spacing)


def follow(aorta: NDArray[np.bool_], start: Points, spacing: NDArray[np.float64]) -> Line:
    """The centre line: centroids of shells of equal way from the valve at ``start`` (mm)."""
    box = box_around(aorta, 1)
    inside = aorta[box]
    places = np.argwhere(inside)
    away = np.linalg.norm((places + [s.start for s in box]) * spacing - start, axis=1)
    starts = places[away < away.min() + 4.0]
    way, _ = MCP_Geometric(np.where(inside, 1.0, np.inf), sampling=tuple(spacing)).find_costs(starts)
    voxels = np.argwhere(np.isfinite(way))
    place = (voxels + [s.start for s in box]) * spacing
    shell = (way[tuple(voxels.T)] / BIN).astype(int)
    count = np.bincount(shell)
    points = np.stack([np.bincount(shell, place[:, a]) for a in range(3)], axis=-1) / np.maximum(count, 1)[:, None]
    keep = count > 5
    area = count * float(np.prod(spacing)) / BIN
    points = ndimage.gaussian_filter1d(points[keep], 2.0, axis=0, mode="nearest")
    return Line(
        points, ndimage.gaussian_filter1d(area[keep], 1.0), np.asarray(np.arange(keep.size)[keep] * BIN, dtype=float)
    )


def junction(line: Line, valve: Valve) -> float:
    """mm along the line of the sinotubular junction: the waist above the sinuses, else one annulus diameter up."""
    below = float(np.linalg.norm(valve.throat - valve.annulus))
    usual = 2 * valve.radius - below
    near = np.nonzero((line.distance > usual - 9) & (line.distance < usual + 9))[0]
    waists = [n for n in near[1:-1] if line.area[n] < line.area[n - 1] and line.area[n] <= line.area[n + 1]]
    deep = [n for n in waists if line.area[n] < 0.85 * line.area[max(n - 8, 2) : n].max(initial=0.0)]
    return float(line.distance[deep[0]]) if deep else usual


def arch_start(line: Line, after: float) -> float:
    """mm along the line where the ascending aorta leans into the arch, or the line's end."""
    tangent = np.gradient(line.points, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    leaning = np.nonzero((tangent[:, 2] < LEAN) & (line.distance > after + 26.0))[0]
    return float(line.distance[leaning[0]]) if leaning.size else float(line.distance[-1])


def way_along(line: Line, places: Points) -> Points:
    """(n,) mm along the line of the nearest point of the line to each place."""
    _, nearest = cKDTree(line.points).query(places)
    tangent = np.gradient(line.points, line.distance, axis=0)
    ahead = np.einsum("ij,ij->i", places - line.points[nearest], tangent[nearest])
    return np.asarray(line.distance[nearest] + np.clip(ahead, -BIN, BIN))


def _inscribed(vessel: NDArray[np.bool_], near: Points, spacing: NDArray[np.float64]) -> float:
    """mm, radius of the largest ball in a vessel within 25 mm of a place."""
    low = np.maximum(((near - 30.0) / spacing).astype(int), 0)
    high = ((near + 30.0) / spacing).astype(int) + 2
    part = vessel[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    return float(ndimage.distance_transform_edt(part, sampling=spacing).max())


def _within(region: NDArray[np.bool_], centre: Points, reach: float, spacing: NDArray[np.float64]) -> Points:
    low = np.maximum(((centre - reach) / spacing).astype(int), 0)
    high = ((centre + reach) / spacing).astype(int) + 2
    places = (np.argwhere(region[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]) + low) * spacing
    return np.asarray(places[np.linalg.norm(places - centre, axis=1) < reach])


def _section(region: NDArray[np.bool_], centre: Points, normal: Points, spacing: NDArray[np.float64]) -> float:
    """mm2 of a region in a plane, within 18 mm of its centre (a disc a millimetre and a half thick)."""
    places = _within(region, centre, 18.0, spacing) - centre
    return float(np.sum(np.abs(places @ normal) < 0.75) * np.prod(spacing) / 1.5)
