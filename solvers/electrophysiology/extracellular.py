"""The potential between the cells of an insulated heart, from its membrane potential (pseudo-bidomain)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, silent
from solvers.electrophysiology.tissue import diffusion_tensor

RTOL = 1e-8


@dataclass(frozen=True)
class Bidomain:
    """Conductivities in S/m, inside the cells and between them, along and across the fibres (Roberts 1982,
    doi 10.1161/01.RES.50.3.342)."""

    inside_fiber: float = 0.34
    inside_cross: float = 0.06
    outside_fiber: float = 0.12
    outside_cross: float = 0.08


def extracellular_potential(
    mesh: HeartMesh,
    fiber: Floats,
    frames: NDArray[np.floating],
    bidomain: Bidomain | None = None,
    progress: Progress = silent,
) -> NDArray[np.float32]:
    """(t, n) mV from membrane potentials ``frames`` (t, n) mV; its mean over the volume is zero in every frame.

    div((sigma_i + sigma_e) grad phi_e) = -div(sigma_i grad V), no current through the surface (Bishop and Plank 2011,
    doi 10.1109/TBME.2011.2148718), with linear elements, by conjugate gradients with algebraic multigrid (PETSc). A mesh in
    one piece. Refuses when the iterations do not converge.
    """
    from solvers.backend import PETSc  # starts MPI: only when a mesh is really solved
    from solvers.fem import assemble_diffusion

    sigma = bidomain or Bidomain()
    inside = diffusion_tensor(fiber, sigma.inside_fiber, sigma.inside_cross)
    outside = diffusion_tensor(fiber, sigma.outside_fiber, sigma.outside_cross)
    mass, both = assemble_diffusion(mesh, inside + outside)
    _, source = assemble_diffusion(mesh, inside)
    both.sort_indices()
    n = len(mesh.points)
    matrix = PETSc.Mat().createAIJ((n, n), csr=(both.indptr, both.indices, both.data), comm=PETSc.COMM_SELF)
    constant = PETSc.NullSpace().create(constant=True, comm=PETSc.COMM_SELF)
    matrix.setNullSpace(constant)
    matrix.setNearNullSpace(constant)
    solver = PETSc.KSP().create(PETSc.COMM_SELF)
    solver.setOperators(matrix)
    solver.setType("cg")
    solver.getPC().setType("gamg")
    solver.setTolerances(rtol=RTOL, max_it=500)
    solver.setInitialGuessNonzero(True)
    weights = np.asarray(mass.sum(axis=1)).ravel()
    weights /= weights.sum()
    found, x, b = np.empty(frames.shape, np.float32), matrix.createVecRight(), matrix.createVecLeft()
    for row, frame in enumerate(frames):
        progress(row / len(frames), "Potential between the cells")
        right = -(source @ frame.astype(np.float64))
        b.setArray(right - right.mean())  # compatible to rounding
        solver.solve(b, x)
        if solver.is_diverged:
            raise Refused(
                "The potential between the cells could not be computed: the linear solver did not converge. "
                "Look at the mesh for flat tetrahedra, or leave this field out."
            )
        values = x.getArray()
        found[row] = values - weights @ values
    for used in (solver, matrix, constant, x, b):
        used.destroy()
    return found
