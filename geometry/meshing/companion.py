"""A coarser mesh of the same heart, for answers while the user drags, and how its values are carried back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.grading import graded
from geometry.progress import Progress, silent

NODES = 15_000
MORE = 1.5  # times the nodes that mmg makes for edges of that mean length, as seen
NEAR = 0.15  # share of an edge that the coarse surface may lie off the fine one
TRIED = 12  # tetrahedra of the coarse mesh that are tried for each place


def companion_of(mesh: HeartMesh, nodes: int = NODES, progress: Progress = silent) -> HeartMesh:
    """The same shape and names with about ``nodes`` nodes, without directions; raises GradingError where that fails."""
    edge = mesh.edge_length() * (MORE * len(mesh.points) / nodes) ** (1 / 3)
    plain = HeartMesh(
        mesh.points, mesh.tets, np.zeros_like(mesh.region), {0: "wall"}, mesh.facets, mesh.facet_tag, mesh.facet_names,
        mesh.kind, landmarks=mesh.landmarks,
    )  # fmt: skip
    return graded(plain, np.full(len(mesh.points), edge), NEAR * edge, progress)


def with_regions_of(mesh: HeartMesh, coarse: HeartMesh) -> HeartMesh:
    """The coarse mesh with the region of the fine tetrahedron nearest to each of its own: scar, border zone, ventricles."""
    near = cKDTree(mesh.points[mesh.tets].mean(axis=1)).query(coarse.points[coarse.tets].mean(axis=1))[1]
    return replace(coarse, region=mesh.region[near], region_names=mesh.region_names)


def weights_between(coarse: HeartMesh, points: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Nodes (n, 4) of the coarse mesh and their weights (n, 4) for values at ``points`` (n, 3).

    Linear in the tetrahedron around the point; of the ``TRIED`` with the nearest middles the one that holds it best, with
    weights below 0 set to 0 for points a little outside.
    """
    corners = coarse.points[coarse.tets]
    inverse = np.linalg.inv(np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2))
    near = cKDTree(corners.mean(axis=1)).query(points, k=min(TRIED, len(corners)))[1].reshape(len(points), -1)
    best, least = np.zeros((len(points), 4)), np.full(len(points), -np.inf)
    owner = near[:, 0].copy()
    for column in near.T:
        local = np.einsum("nij,nj->ni", inverse[column], points - corners[column, 0])
        found = np.column_stack([1.0 - local.sum(axis=1), local])
        better = found.min(axis=1) > least
        best[better], least[better], owner[better] = found[better], found[better].min(axis=1), column[better]
    best = best.clip(0.0, None)
    return coarse.tets[owner], best / best.sum(axis=1, keepdims=True)
