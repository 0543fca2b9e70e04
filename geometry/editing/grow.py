"""Grow regions from a few strokes: every pixel joins the stroke that reaches it at least cost.

On a slice the cost of a step is small where the grey value is one of the stroke's own and where there is no edge
(geodesic segmentation after Bai & Sapiro 2007, doi:10.1109/ICCV.2007.4408931). Slices that lie far apart are grown one by
one; those between two drawn ones start from the core of the interpolated shapes. Thin slices are grown as a volume.
"""

import itertools
from collections.abc import MutableMapping
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.graph import MCP_Geometric

from geometry.editing.change import Change, difference
from geometry.editing.distance import signed_distance
from geometry.editing.grid import box_around, in_plane, is_thick, spacing_of
from geometry.editing.rules import Over, writable
from geometry.errors import Refused

OUTSIDE = 255  # the mark of a stroke that belongs to no label
UNKNOWN = 254  # voxels the growing has not looked at
REACH = 45.0  # mm around the strokes that are looked at
CORE = 4.0  # mm inside an interpolated boundary that a slice between starts from
FREE, OWN, EDGE = 0.03, 1.0, 20.0  # cost per mm: of any step, of a foreign grey value, across an edge
BINS, BIN_BLUR = 64, 2.0  # of the histograms of grey values
MOST = 350_000  # voxels; larger volumes are grown on a coarser grid

Grown = NDArray[np.uint8]
Kept = MutableMapping[bytes, Grown]


def grow(
    grey: NDArray[np.generic],
    seeds: NDArray[np.uint8],
    affine: NDArray[np.floating],
    axis: int,
    kept: Kept | None = None,
) -> Grown:
    """Labels of a volume grown from strokes: 0 outside, ``UNKNOWN`` where no stroke reaches.

    grey   (x, y, z); seeds (x, y, z) labels, ``OUTSIDE`` for what is none, 0 where nothing is drawn
    kept   what slices gave before, so that a later stroke only computes the slices it changes
    """
    if grey.shape != seeds.shape:
        raise Refused("The strokes were drawn on another scan; draw them again.")
    if not np.isin(seeds, (0, OUTSIDE), invert=True).any():
        raise Refused("Draw a stroke inside what should grow first.")
    if is_thick(affine, axis):
        return _grow_slices(grey, seeds, affine, axis, {} if kept is None else kept)
    box = box_around(seeds > 0, tuple(int(np.ceil(REACH / step)) for step in spacing_of(affine)))
    found = np.full(seeds.shape, UNKNOWN, dtype=np.uint8)
    found[box] = _grow_volume(np.asarray(grey[box], dtype=np.float32), seeds[box], tuple(spacing_of(affine)))
    return found


def accepted(labels: NDArray[np.uint8], grown: Grown, over: Over = None) -> Change:
    """The change that takes over what has grown: grown labels are written, and what they no longer hold is given up."""
    names = [int(v) for v in np.unique(grown) if v not in (0, UNKNOWN)]
    after = labels.copy()
    after[np.isin(labels, names) & (grown != labels) & (grown != UNKNOWN)] = 0
    take = np.isin(grown, names) & (writable(labels, over) | np.isin(labels, names))
    after[take] = grown[take]
    return difference(labels, after)


def _grow_slices(
    grey: NDArray[np.generic], seeds: NDArray[np.uint8], affine: NDArray[np.floating], axis: int, kept: Kept
) -> Grown:
    spacing = in_plane(affine, axis)
    pictures, marks = np.moveaxis(np.asarray(grey), axis, 0), np.moveaxis(seeds, axis, 0)
    found = np.full(marks.shape, UNKNOWN, dtype=np.uint8)
    drawn = [k for k in range(len(marks)) if np.isin(marks[k], (0, OUTSIDE), invert=True).any()]
    for k in drawn:
        found[k] = _grow_slice(pictures[k], marks[k], spacing, kept)
    for first, last in itertools.pairwise(drawn):
        for k in range(first + 1, last):
            share = (k - first) / (last - first)
            core = _between(found[first], found[last], share, spacing)
            core = np.where(marks[k] > 0, marks[k], core)
            if np.isin(core, (0, OUTSIDE), invert=True).any():
                found[k] = _grow_slice(pictures[k], core, spacing, kept)
    return np.moveaxis(found, 0, axis)


def _grow_slice(
    picture: NDArray[np.generic], marks: NDArray[np.uint8], spacing: tuple[float, float], kept: Kept
) -> Grown:
    box = box_around(marks > 0, tuple(int(np.ceil(REACH / step)) for step in spacing))
    values, seeds = np.ascontiguousarray(picture[box], dtype=np.float32), np.ascontiguousarray(marks[box])
    key = blake2b(values.tobytes() + seeds.tobytes() + repr(box).encode(), digest_size=16).digest()
    if key not in kept:
        whole = np.full(marks.shape, UNKNOWN, dtype=np.uint8)
        whole[box] = _race(values, _framed(seeds), spacing)
        kept[key] = whole
    return kept[key]


def _grow_volume(values: NDArray[np.float32], seeds: NDArray[np.uint8], spacing: tuple[float, ...]) -> Grown:
    stride = int(np.ceil((values.size / MOST) ** (1 / 3)))
    if stride == 1:
        return _race(values, _framed(seeds), spacing)
    coarse_seeds = np.zeros(tuple(-(-n // stride) for n in seeds.shape), dtype=np.uint8)
    places = np.argwhere(seeds)
    coarse_seeds[tuple((places // stride).T)] = seeds[tuple(places.T)]
    coarse = ndimage.uniform_filter(values, stride)[tuple(slice(stride // 2, None, stride) for _ in range(3))]
    coarse = np.pad(coarse, [(0, m - n) for m, n in zip(coarse_seeds.shape, coarse.shape, strict=True)], mode="edge")
    wide = tuple(step * stride for step in spacing)
    found = _race(coarse, _framed(coarse_seeds), wide)
    fine = np.zeros(values.shape, dtype=np.uint8)
    nearest = np.full(values.shape, -np.inf, dtype=np.float32)
    at = np.meshgrid(*[(np.arange(n) - stride // 2) / stride for n in values.shape], indexing="ij", sparse=False)
    for label in np.unique(found):  # boundaries between coarse voxels are placed by their distances
        distance = signed_distance(found == label, wide).astype(np.float32)
        here = ndimage.map_coordinates(distance, at, order=1, mode="nearest")
        fine[here > nearest] = label
        nearest = np.maximum(nearest, here)
    return fine


def _race(values: NDArray[np.float32], seeds: NDArray[np.uint8], spacing: tuple[float, ...]) -> Grown:
    """The label whose strokes reach each voxel at least cost; ``OUTSIDE`` gives 0."""
    blurred = ndimage.gaussian_filter(values, 0.6)
    slope = ndimage.gaussian_gradient_magnitude(values, 0.8)
    slope = slope / max(float(np.percentile(slope, 95)), 1e-6)
    base = FREE + EDGE * slope**2
    names = [int(v) for v in np.unique(seeds) if v]
    best, found = None, np.zeros(values.shape, dtype=np.uint8)
    for name, likely in zip(names, _likelihoods(blurred, seeds, names), strict=True):
        race = MCP_Geometric(base + OWN * (1.0 - likely) ** 2, sampling=spacing)
        cost, _ = race.find_costs(np.argwhere(seeds == name))
        nearer = np.ones(values.shape, dtype=bool) if best is None else cost < best
        best = cost if best is None else np.minimum(best, cost)
        found[nearer] = 0 if name == OUTSIDE else name
    return found


def _likelihoods(values: NDArray[np.float32], seeds: NDArray[np.uint8], names: list[int]) -> list[NDArray[np.float64]]:
    """For each label, the probability that a grey value is its own, from histograms under the strokes."""
    low, high = np.percentile(values, (0.5, 99.5))
    place = np.clip((values - low) / max(high - low, 1e-6) * BINS, 0, BINS - 1).astype(int)
    tables = []
    for name in names:
        counts = np.bincount(place[seeds == name], minlength=BINS).astype(float)
        counts = ndimage.gaussian_filter1d(counts, BIN_BLUR, mode="constant")
        tables.append(counts / max(counts.sum(), 1e-12) + 1e-4)
    total = np.sum(tables, axis=0)
    return [(table / total)[place] for table in tables]


def _framed(seeds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Seeds with the border of the box marked as outside."""
    framed = np.full(seeds.shape, OUTSIDE, dtype=np.uint8)
    core = tuple(slice(1, -1) if n > 4 else slice(None) for n in seeds.shape)
    framed[core] = seeds[core]
    return np.where(seeds > 0, seeds, framed)


def _between(first: Grown, last: Grown, share: float, spacing: tuple[float, float]) -> NDArray[np.uint8]:
    """Strokes for a slice between two grown ones: the cores of the interpolated shapes."""
    names = sorted((set(np.unique(first)) | set(np.unique(last))) - {0, UNKNOWN})
    core, outside = np.zeros(first.shape, dtype=np.uint8), np.ones(first.shape, dtype=bool)
    for name in names:
        ends = [np.clip(signed_distance(f == name, spacing), -REACH, REACH) for f in (first, last)]
        distance = (1 - share) * ends[0] + share * ends[1]
        core[distance > min(CORE, 0.6 * max(float(distance.max()), 0.0))] = name
        outside &= distance < -CORE
    looked = (first != UNKNOWN) & (last != UNKNOWN)
    core[outside & looked] = OUTSIDE
    return core
