"""The channel of the DFG benchmark with its cylinder, as a slice one element thick between two planes of symmetry.

A slice and not a plane mesh: so the forms, the solver and the forces that are verified are those of the product.
Quadrilaterals cut in two: rings from the cylinder out to a square, then columns down the channel.
"""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.shapes_layers import stacked
from geometry.surface import boundary_facets, oriented

HEIGHT, LENGTH, RADIUS, CENTER = 0.41, 2.2, 0.05, (0.2, 0.2)  # Schaefer and Turek 1996
NAMES = {1: "inlet", 2: "outlet", 3: "wall", 4: "symmetry"}


@dataclass(frozen=True)
class Fineness:
    """Intervals along each side of the square, from the cylinder to it, and down the channel; the first ring's thickness."""

    side: int = 32
    rings: int = 24
    columns: int = 50
    first: float = 0.0025
    thickness: float = 0.01


def channel_slice(fine: Fineness) -> HeartMesh:
    """The slice, flow along x, planes of symmetry at z = 0 and z = ``thickness``; facets: inlet, outlet, wall, symmetry."""
    flat, triangles = _plane(fine)
    points = np.concatenate([np.column_stack([flat, np.full(len(flat), z)]) for z in (0.0, fine.thickness)])
    tets = oriented(points, stacked(triangles, len(flat), 1))
    facets, _ = boundary_facets(tets)
    corners = points[facets]
    tag = np.full(len(facets), 3, dtype=np.int32)
    for number, axis, at in ((1, 0, 0.0), (2, 0, LENGTH), (4, 2, 0.0), (4, 2, fine.thickness)):
        tag[(np.abs(corners[:, :, axis] - at) < 1e-9).all(axis=1)] = number
    region = np.ones(len(tets), dtype=np.int32)
    return HeartMesh(points, tets, region, {1: "blood"}, facets, tag, NAMES, "blood_pool")


def cylinder_nodes(mesh: HeartMesh) -> Ints:
    """The nodes on the cylinder."""
    away = np.hypot(*(mesh.points[:, :2] - CENTER).T)
    return np.flatnonzero(away < RADIUS * (1 + 1e-9)).astype(np.int32)


def _plane(fine: Fineness) -> tuple[Floats, Ints]:
    n, side = fine.side, np.linspace(0.0, HEIGHT, fine.side + 1)
    low, high = np.zeros(n), np.full(n, HEIGHT)
    square = np.concatenate([  # right side upwards first, then around
        np.column_stack([high, side[:-1]]), np.column_stack([side[:0:-1], high]),
        np.column_stack([low, side[:0:-1]]), np.column_stack([side[:-1], low]),
    ])  # fmt: skip
    ray = square - CENTER
    circle = CENTER + RADIUS * ray / np.linalg.norm(ray, axis=1, keepdims=True)
    share = _grown(fine.rings, fine.first / (HEIGHT / 2 - RADIUS))
    rings = (1 - share)[:, None, None] * circle + share[:, None, None] * square
    step = side[1] / (LENGTH - HEIGHT)
    x = HEIGHT + (LENGTH - HEIGHT) * _grown(fine.columns, step)[1:]
    tail = np.stack(np.meshgrid(x, side, indexing="ij"), axis=-1)
    around = np.arange(rings.size // 2).reshape(fine.rings + 1, 4 * n)
    around = np.column_stack([around, around[:, 0]])
    first = around[-1, : n + 1]  # the right side of the square
    down = np.vstack([first, around.max() + 1 + np.arange(tail.size // 2).reshape(fine.columns, n + 1)])
    triangles = np.concatenate([_cut(around), _cut(down)])
    return np.concatenate([rings.reshape(-1, 2), tail.reshape(-1, 2)]), triangles


def _grown(count: int, first: float) -> Floats:
    """(count + 1,) from 0 to 1, the first interval ``first``, each the same factor longer than the one before."""
    low, high = 0.5, 2.0
    for _ in range(80):
        factor = (low + high) / 2
        low, high = (factor, high) if first * np.sum(factor ** np.arange(count)) < 1 else (low, factor)
    sums = np.concatenate([[0.0], np.cumsum(low ** np.arange(count))])
    return np.asarray(sums / sums[-1])


def _cut(grid: Ints) -> Ints:
    """(t, 3), the quadrilaterals of a grid of node numbers cut along alternating diagonals."""
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    i, j = np.indices(a.shape)
    even = (i + j) % 2 == 0
    one = np.where(even[..., None], np.stack([a, b, c], axis=-1), np.stack([a, b, d], axis=-1))
    two = np.where(even[..., None], np.stack([a, c, d], axis=-1), np.stack([b, c, d], axis=-1))
    return np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)]).astype(np.int32)
