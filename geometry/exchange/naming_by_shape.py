"""Endocardium, epicardium and base of a wall without names, from its shape.

Cut off the base, and the rest falls into pieces: the one with the largest hull is the epicardium, the others are cavities.
The base is the small surfaces of a file that has numbers without names, else what lies in one plane at an end of the heart.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, cKDTree

from geometry.exchange.raw_mesh import Array
from geometry.heart_mesh import Floats
from geometry.surface import area_vectors

ONE_WAY = np.cos(np.deg2rad(12.0))  # normals of a flat base differ by less
LEAST_BASE, MOST_BASE = 0.005, 0.25  # share of the surface
LEAST_CAVITY = 0.05  # share of the surface
ALIKE = 1.15  # ratio of wall thickness below which left and right cannot be told
DIRECTIONS = 200
FOLDED = 1.1  # of its hull: a surface with more area has an inside in it


def names_by_shape(points: Floats, facets: Array, tags: Array) -> Array | None:
    """(f,) names endo_lv, endo_rv, epi or base of boundary facets with outward normals; None where the shape does not tell."""
    vectors = area_vectors(points, facets)
    area = np.linalg.norm(vectors, axis=1)
    normals = vectors / np.maximum(area, 1e-300)[:, None]
    for base in (*_small_parts(tags, area), *_flat_parts(points, facets, normals, area)):
        for grown in (base, _grown(facets, base)):
            names = _named(points, facets, area, base, grown)
            if names is not None:
                return names
    return None


def _grown(facets: Array, base: Array) -> Array:
    """(f,) bool: the base and what touches it, for the rims of a thin wall may be bevelled until nothing is left between."""
    touched = np.unique(facets[base])
    return np.asarray(np.isin(facets, touched).any(axis=1))


def _small_parts(tags: Array, area: Floats) -> list[Array]:
    """(f,) bool: the facets of all small surfaces together."""
    _, which = np.unique(tags, return_inverse=True)
    share = np.bincount(which.ravel(), area) / area.sum()
    small = (share < MOST_BASE / 2)[which.ravel()]
    return [small] if LEAST_BASE < area[small].sum() / area.sum() < MOST_BASE else []


def _flat_parts(points: Floats, facets: Array, normals: Floats, area: Floats) -> list[Array]:
    """(f,) bool: the facets in one plane at an end of the heart, most area first."""
    middle = points[facets].mean(axis=1)
    edge = float(np.sqrt(area.mean() * 4 / np.sqrt(3)))
    found = []
    for direction in _directions():
        for _ in range(3):  # towards the mean normal of what is found
            facing = normals @ direction > ONE_WAY
            if not facing.any():
                break
            height = middle @ direction
            level = _level(height[facing], area[facing], edge)
            flat = facing & (np.abs(height - level) < 0.5 * edge)
            turned = (normals[flat] * area[flat, None]).sum(axis=0)
            direction = turned / max(float(np.linalg.norm(turned)), 1e-300)
        if facing.any():
            share = area[flat].sum() / area.sum()
            if LEAST_BASE < share < MOST_BASE:
                found.append((share, flat))
    found.sort(key=lambda pair: -pair[0])
    return [flat for _, flat in found[:5]]


def _directions() -> Floats:
    """Spread evenly over the sphere (Fibonacci)."""
    k = np.arange(DIRECTIONS) + 0.5
    z, turn = 1 - 2 * k / DIRECTIONS, np.pi * (1 + np.sqrt(5)) * k
    r = np.sqrt(1 - z**2)
    return np.column_stack([r * np.cos(turn), r * np.sin(turn), z])


def _level(height: Floats, area: Floats, edge: float) -> float:
    """The height at which most area lies."""
    low = float(height.min())
    bins = np.bincount(((height - low) / (0.5 * edge)).astype(int), area)
    best = int(np.argmax(bins))
    inside = np.abs(height - low - (best + 0.5) * 0.5 * edge) <= 0.25 * edge + 1e-9
    return float(np.average(height[inside], weights=area[inside]))


def _named(points: Floats, facets: Array, area: Floats, base: Array, grown: Array) -> Array | None:
    """Names if what is not ``grown`` falls into an epicardium and one or two cavities, else None."""
    if grown.all():
        return None
    piece = _pieces(facets, ~grown)
    sums = np.bincount(piece[~grown], area[~grown])
    large = np.flatnonzero(sums > LEAST_CAVITY * area.sum())
    if len(large) not in (2, 3):
        return None
    hulls = [_hull_area(points, facets[~grown & (piece == k)]) for k in large]
    epi = int(large[int(np.argmax(hulls))])
    if sums[epi] > FOLDED * max(hulls):
        return None
    cavities = [int(k) for k in large if k != epi]
    far = [_thickness(points, facets, ~grown & (piece == k), ~grown & (piece == epi)) for k in cavities]
    thick, thin = int(np.argmax(far)), int(np.argmin(far))
    if thick != thin and far[thick] < ALIKE * far[thin]:
        return None
    names = np.full(len(facets), "", dtype="<U8")
    for name, k in (("epi", epi), ("endo_rv", cavities[thin]), ("endo_lv", cavities[thick])):
        names[~grown & (piece == k)] = name
    names[base | (~grown & (names == ""))] = "base"  # with scraps between the large pieces
    ring, middle = names == "", points[facets].mean(axis=1)
    walls = ~ring & (names != "base")
    names[ring] = names[walls][cKDTree(middle[walls]).query(middle[ring])[1]]
    return names


def _pieces(facets: Array, stay: Array) -> Array:
    """(f,) the piece of each facet, where pieces hang together by edges between facets that stay."""
    ends = np.sort(facets[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    owner = np.repeat(np.arange(len(facets)), 3)
    keep = stay[owner]
    _, edge = np.unique(ends[keep], axis=0, return_inverse=True)
    links = coo_array(
        (np.ones(keep.sum(), np.int8), (owner[keep], edge.ravel())), shape=(len(facets), int(edge.max()) + 1)
    )
    links = links.tocsr()
    return np.asarray(connected_components(links @ links.T, directed=False)[1])


def _hull_area(points: Floats, facets: Array) -> float:
    """mm2 of the hull around a piece: the epicardium's is the largest, and larger than the epicardium itself."""
    return float(ConvexHull(points[np.unique(facets)]).area)


def _thickness(points: Floats, facets: Array, cavity: Array, epi: Array) -> float:
    """mm from a cavity to the outside where its wall is thin: the septum is no free wall of the right ventricle."""
    outside = cKDTree(points[np.unique(facets[epi])])
    return float(np.percentile(outside.query(points[np.unique(facets[cavity])])[0], 25))
