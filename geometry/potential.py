"""Laplace's equation on tetrahedra with linear elements: what wall coordinates, wall thickness and centrelines stand on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.linalg import cg

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh

RTOL = 1e-8  # of the solves; gradients are then good to 1e-4 everywhere
Fixed = Sequence[tuple[NDArray[np.integer], float | Floats]]


def shape_gradients(mesh: HeartMesh) -> tuple[Floats, Floats]:
    """Gradients (m, 4, 3) of the four P1 shape functions of each tet in 1/mm, and its volume (m,) in mm3."""
    corners = mesh.points[mesh.tets]
    a, b, c = (corners[:, k] - corners[:, 0] for k in (1, 2, 3))
    gradients = np.empty((len(corners), 4, 3))
    for row, (one, other) in enumerate(((b, c), (c, a), (a, b)), start=1):
        gradients[:, row] = np.cross(one, other)
    sixfold = np.einsum("mi,mi->m", a, gradients[:, 1])
    gradients[:, 1:] /= sixfold[:, None, None]
    gradients[:, 0] = -gradients[:, 1:].sum(axis=1)
    return gradients, np.abs(sixfold) / 6


def stiffness(mesh: HeartMesh, gradients: Floats, weights: Floats) -> csr_matrix:
    """(n, n) matrix of the integral of grad N_i . grad N_j; ``weights`` (m,) are the volumes, times a conductivity if any."""
    local = np.einsum("m,mik,mjk->mij", weights, gradients, gradients)
    rows = np.repeat(mesh.tets, 4, axis=1).ravel()
    columns = np.tile(mesh.tets, (1, 4)).ravel()
    n = len(mesh.points)
    return coo_matrix((local.ravel(), (rows, columns)), shape=(n, n)).tocsr()


def solve_laplace(matrix: csr_matrix, fixed: Fixed, rtol: float = RTOL) -> Floats:
    """(n,) solution with fixed values on sets of nodes (a later set wins where they meet), kept within their bounds."""
    values = np.full(matrix.shape[0], np.nan)
    for nodes, value in fixed:
        values[nodes] = value
    free = np.flatnonzero(np.isnan(values))
    held = np.flatnonzero(~np.isnan(values))
    inner = matrix[free][:, free]
    diagonal = inner.diagonal()
    loose = diagonal <= 0  # a node of no tet
    diagonal[loose] = 1.0
    right = -(matrix[free][:, held] @ values[held])
    found, failed = cg(inner, right, rtol=rtol, maxiter=5000, M=diags(1 / diagonal))
    if failed:
        raise Refused(
            "The wall coordinates did not converge; the mesh has broken or extremely flat tetrahedra. Remesh it."
        )
    values[free] = found
    return np.clip(values, values[held].min(), values[held].max())


def slopes(mesh: HeartMesh, gradients: Floats, values: Floats) -> Floats:
    """(m, 3) 1/mm, gradient in each tet of values (n,) at the nodes."""
    return np.asarray(np.einsum("mi,mij->mj", values[mesh.tets], gradients))


def at_nodes(mesh: HeartMesh, volumes: Floats, per_tet: Floats) -> Floats:
    """(n, ...) mean over the tets around each node, weighted by their volumes."""
    total = np.zeros((len(mesh.points), *per_tet.shape[1:]))
    weighted = per_tet * volumes.reshape(-1, *[1] * (per_tet.ndim - 1))
    weight = np.zeros(len(mesh.points))
    for corner in range(4):
        np.add.at(total, mesh.tets[:, corner], weighted)
        np.add.at(weight, mesh.tets[:, corner], volumes)
    return np.asarray(total / np.maximum(weight, 1e-300).reshape(-1, *[1] * (per_tet.ndim - 1)))
