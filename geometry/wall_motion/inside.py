"""The inside of a wall follows its surface, and no tetrahedron turns over on the way."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.potential import shape_gradients, solve_laplace, stiffness
from geometry.progress import Progress
from geometry.wall_motion.motion import harmonics

FLATTEST = 0.1  # of its own volume that a tetrahedron must keep in every phase
RTOL = 1e-4  # of the way inside: some micrometres
ROUNDS = 60  # of smoothing where one does not
BETWEEN = 2  # times looked at for each phase


def lifted(mesh: HeartMesh, nodes: NDArray[np.integer], series: Floats, progress: Progress) -> Floats:
    """(c, n, 3) mm: the coefficients (c, s, 3) of the surface ``nodes``, carried inside; small tetrahedra are stiffer.

    Carrying is linear, so that the coefficients of a series are carried instead of every moment of it.
    """
    gradients, volumes = shape_gradients(mesh)
    matrix = stiffness(mesh, gradients, np.full_like(volumes, volumes.mean()))
    whole = np.zeros((len(series), len(mesh.points), 3))
    for row, values in enumerate(series):
        progress(row / len(series), "Carrying the motion into the wall")
        for axis in range(3):
            whole[row, :, axis] = solve_laplace(matrix, [(nodes, values[:, axis])], rtol=RTOL)
    return whole


def untangled(mesh: HeartMesh, series: Floats, phases: int) -> Floats:
    """The series (c, n, 3), smoothed around each tet that would lose more than nine tenths of its volume at some moment.

    Neighbours that move alike carry a tet along as it is. Raises Refused where even that does not help.
    """
    before = mesh.tet_volumes()
    share = np.arange(BETWEEN * phases) / (BETWEEN * phases)
    at = harmonics(share, (len(series) - 1) // 2)
    near = neighbours(mesh)
    found = series.copy()
    for _ in range(ROUNDS):
        flat = np.zeros(len(mesh.tets), bool)
        for moment in at:
            moved = mesh.with_points(mesh.points + np.tensordot(moment, found, axes=1))
            flat |= moved.tet_volumes() < FLATTEST * before
        if not flat.any():
            return found
        touched = np.unique(mesh.tets[flat])
        touched = np.unique(near[touched].indices)  # and those around
        rows = near[touched]
        for coefficient in found:
            coefficient[touched] = rows @ coefficient
    raise Refused(
        f"{int(flat.sum())} tetrahedra turn over while the wall follows the cine; mesh it with longer edges, or look at the "
        "labels for a cavity that vanishes."
    )


def neighbours(mesh: HeartMesh) -> csr_array:
    """(n, n) mean over a node and those that an edge joins it to."""
    ends = mesh.tets[:, [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3]].reshape(-1, 2)
    count = len(mesh.points)
    rows = np.concatenate([ends[:, 0], ends[:, 1], np.arange(count)])
    columns = np.concatenate([ends[:, 1], ends[:, 0], np.arange(count)])
    links = csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count)))
    links.data[:] = 1.0
    scale = 1.0 / np.asarray(links.sum(axis=1)).ravel()
    return csr_array(links.multiply(scale[:, None]))
