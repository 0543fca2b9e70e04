"""The channel of the DFG benchmark with its cylinder, as a slice one element thick between two planes of symmetry.

A slice and not a plane mesh: so the forms, the solver and the forces that are verified are those of the product.
Quadrilaterals cut in two: rings from the cylinder out to a square, then columns down the channel, closest together on the
cylinder and across the middle of its wake.
"""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.shapes_layers import stacked
from geometry.surface import boundary_facets, oriented

HEIGHT, LENGTH, RADIUS, CENTER = 0.41, 2.2, 0.05, (0.2, 0.2)  # Schaefer and Turek 1996
NAMES = {1: "inlet", 2: "outlet", 3: "wall", 4: "symmetry"}
MIDDLE, TOWARDS = (
    1.2,
    1.25,
)  # how much closer together nodes are in the middle of the wake, and towards it above and below


@dataclass(frozen=True)
class Fineness:
    """How many intervals there are, and the thickness of the first ring and of the slice.

    behind, beside, before   along the side of the square behind the cylinder, those above and below it, the one before it
    rings    from the cylinder to the square;  columns  down the channel
    """

    behind: int = 40
    beside: int = 40
    before: int = 24
    rings: int = 34
    columns: int = 40
    first: float = 0.0012
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
    square, across = _square(fine)
    ray = square - CENTER
    circle = CENTER + RADIUS * ray / np.linalg.norm(ray, axis=1, keepdims=True)
    share = _grown(fine.rings, fine.first / (HEIGHT / 2 - RADIUS))
    rings = (1 - share)[:, None, None] * circle + share[:, None, None] * square
    x = HEIGHT + (LENGTH - HEIGHT) * _grown(fine.columns, HEIGHT / fine.behind / (LENGTH - HEIGHT))[1:]
    tail = np.stack(np.meshgrid(x, across, indexing="ij"), axis=-1)
    around = np.arange(rings.size // 2, dtype=np.int32).reshape(fine.rings + 1, len(square))
    around = np.column_stack([around, around[:, 0]])
    first = around[-1, : fine.behind + 1]  # the right side of the square
    beyond = np.arange(tail.size // 2, dtype=np.int32).reshape(fine.columns, len(across))
    down = np.vstack([first, around.max() + 1 + beyond])
    triangles = np.concatenate([_cut(around), _cut(down)])
    return np.concatenate([rings.reshape(-1, 2), tail.reshape(-1, 2)]), triangles


def _square(fine: Fineness) -> tuple[Floats, Floats]:
    """The square's nodes, its right side upwards first and then around, and the heights (behind + 1,) of that side."""
    off = np.sinh(np.linspace(-MIDDLE, MIDDLE, fine.behind + 1)) / np.sinh(MIDDLE)
    across = CENTER[1] + off * np.where(off < 0, CENTER[1], HEIGHT - CENTER[1])
    along = HEIGHT * (1 - np.linspace(0.0, 1.0, fine.beside + 1) ** TOWARDS)
    front = np.linspace(0.0, HEIGHT, fine.before + 1)
    sides = [
        (np.full(fine.behind, HEIGHT), across[:-1]), (along[:-1], np.full(fine.beside, HEIGHT)),
        (np.zeros(fine.before), front[:0:-1]), (along[:0:-1], np.zeros(fine.beside)),
    ]  # fmt: skip
    return np.concatenate([np.column_stack(side) for side in sides]), across


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
