"""A slab of tissue on a regular grid, each cube cut into six tetrahedra along one diagonal (Kuhn)."""

from itertools import permutations

import numpy as np

from geometry.heart_mesh import HeartMesh


def slab_mesh(size: tuple[float, float, float], edge: float) -> HeartMesh:
    """A box (0,0,0)-``size`` mm of cubes with that ``edge`` (rounded to fit), fibres along x, sheets along y."""
    counts = [max(1, round(length / edge)) for length in size]
    shape = tuple(count + 1 for count in counts)
    axes = [np.linspace(0.0, length, count + 1) for length, count in zip(size, counts, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    corner = np.stack(np.meshgrid(*(np.arange(count) for count in counts), indexing="ij"), axis=-1).reshape(-1, 3)
    tets = []
    for order in permutations(range(3)):
        path = [corner]
        for axis in order:
            path.append(path[-1] + np.eye(3, dtype=int)[axis])
        odd = np.linalg.det(np.eye(3)[list(order)]) < 0
        nodes = [np.ravel_multi_index(tuple(step.T), shape) for step in path]
        tets.append(np.stack([nodes[0], nodes[2], nodes[1], nodes[3]] if odd else nodes, axis=1))
    all_tets = np.concatenate(tets).astype(np.int32)
    m = len(all_tets)
    return HeartMesh(
        points=points,
        tets=all_tets,
        region=np.ones(m, np.int32),
        region_names={1: "slab"},
        facets=np.zeros((0, 3), np.int32),
        facet_tag=np.zeros(0, np.int32),
        facet_names={},
        kind="ventricles",
        fiber=np.tile([1.0, 0.0, 0.0], (m, 1)),
        sheet=np.tile([0.0, 1.0, 0.0], (m, 1)),
    )
