"""Thickness of a wall by Laplace's equation: the length of the field lines from the inner to the outer surface.

Jones et al. 2000, doi 10.1002/1097-0193(200009)11:1<12::AID-HBM20>3.0.CO;2-K. u = 0 inside, 1 outside, no flux elsewhere.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

Floats = NDArray[np.floating]
LONGEST = 3.0  # times the grid's own way from layer to layer: a field line that runs along the wall is not followed
CORNERS = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])


def laplace_thickness(points: Floats) -> Floats:
    """(rays, rows) mm: length of the field line from each inner node of a grid (rays, rows, layers, 3), closed in rays."""
    return _follow(points, _potential(points))


def _potential(points: Floats) -> Floats:
    """(rays, rows, layers), u at the nodes: trilinear hexahedra, 2 x 2 x 2 Gauss points."""
    shape = points.shape[:3]
    corners = _corners(shape)
    slopes = _slopes()
    place = points.reshape(-1, 3)[corners]  # (elements, 8, 3)
    jacobian = np.einsum("gai,eac->egic", slopes, place, optimize=True)
    cofactor = np.stack([np.cross(jacobian[..., (i + 1) % 3, :], jacobian[..., (i + 2) % 3, :]) for i in range(3)], -2)
    volume = (jacobian[..., 0, :] * cofactor[..., 0, :]).sum(axis=-1)
    gradient = np.einsum("gai,egic->egac", slopes, cofactor, optimize=True)
    scaled = gradient / np.maximum(np.abs(volume), 1e-9)[..., None, None]
    local = np.einsum("egac,egbc->eab", gradient, scaled, optimize=True)
    size = int(np.prod(shape))
    rows, columns = np.repeat(corners, 8, axis=1).ravel(), np.tile(corners, (1, 8)).ravel()
    whole = sparse.csr_array((local.ravel(), (rows, columns)), shape=(size, size))
    fixed = np.zeros(shape, bool)
    fixed[:, :, [0, -1]] = True
    value = np.zeros(shape)
    value[:, :, -1] = 1.0
    free = np.flatnonzero(~fixed.ravel())
    value.ravel()[free] = spsolve(whole[free][:, free].tocsc(), -(whole @ value.ravel())[free])
    return value


@lru_cache(maxsize=4)
def _corners(shape: tuple[int, int, int]) -> NDArray[np.intp]:
    """(elements, 8) node numbers; the first direction is closed."""
    number = np.arange(np.prod(shape)).reshape(shape)
    around = np.concatenate([number, number[:1]])
    cut = [slice(None, -1), slice(1, None)]
    return np.stack([around[cut[a], cut[b], cut[c]].ravel() for a, b, c in CORNERS], axis=1)


@lru_cache(maxsize=1)
def _slopes() -> Floats:
    """(8 Gauss points, 8 corners, 3) derivatives of the shape functions on the unit cube."""
    gauss = 0.5 + (CORNERS - 0.5) / np.sqrt(3.0)
    found = np.empty((8, 8, 3))
    for g, at in enumerate(gauss):
        for a, corner in enumerate(CORNERS):
            part = np.where(corner == 1, at, 1 - at)
            for i in range(3):
                found[g, a, i] = (2 * corner[i] - 1) * np.prod(np.delete(part, i))
    return found


def _follow(points: Floats, value: Floats) -> Floats:
    """Integrate along the gradient from layer to layer (Heun), in the coordinates of the grid."""
    drift, length = _rates(points, value)
    rays, rows, layers = value.shape
    place = np.stack(np.meshgrid(np.arange(rays, dtype=float), np.arange(rows, dtype=float), indexing="ij"))
    total = np.zeros((rays, rows))
    for layer in range(layers - 1):
        first, pace = _at(drift[:, :, layer], place), _at(length[:, :, layer, None], place)
        guess = place + np.moveaxis(first, -1, 0)
        second, later = _at(drift[:, :, layer + 1], guess), _at(length[:, :, layer + 1, None], guess)
        place = place + np.moveaxis((first + second) / 2, -1, 0)
        total += (pace + later)[..., 0] / 2
    return total


def _rates(points: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Per layer: how far a field line drifts in rays and rows (..., 2), and how long it is (...)."""
    along = [_around(points), *np.gradient(points, axis=(1, 2))]
    rise = np.stack([_around(value), *np.gradient(value, axis=(1, 2))], axis=-1)
    tangents = np.stack(along, axis=-2)
    metric = np.einsum("...ic,...jc->...ij", tangents, tangents)
    scale = np.sqrt(np.einsum("...ii->...i", metric))
    small = 1e-3 * scale.max(axis=-1, keepdims=True)
    metric = metric + np.eye(3) * (small**2)[..., None]  # at the tip all rays meet and the first tangent vanishes
    flow = np.linalg.solve(metric, rise[..., None])[..., 0]
    slope = np.sqrt(np.maximum((rise * flow).sum(axis=-1), 1e-12))
    ahead = np.maximum(flow[..., 2], 1e-9)
    drift = np.clip(flow[..., :2] / ahead[..., None], -1.0, 1.0)
    drift[:, -1] = 0.0
    return drift, np.minimum(slope / ahead, LONGEST * scale[..., 2])


def _around(values: Floats) -> Floats:
    """Central difference in the closed first direction."""
    return (np.roll(values, -1, axis=0) - np.roll(values, 1, axis=0)) / 2


def _at(values: Floats, place: Floats) -> Floats:
    """Bilinear look-up of (rays, rows, n) at (2, ...) grid coordinates; rays are closed, rows end."""
    rays, rows = values.shape[:2]
    row = np.clip(place[1], 0.0, rows - 1.0)
    low = np.minimum(row.astype(int), rows - 2)
    left = np.floor(place[0]).astype(int)
    across, down = (place[0] - left)[..., None], (row - low)[..., None]
    a, b = left % rays, (left + 1) % rays
    upper = values[a, low] * (1 - across) + values[b, low] * across
    lower = values[a, low + 1] * (1 - across) + values[b, low + 1] * across
    return np.asarray(upper * (1 - down) + lower * down)
