import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab
from solvers.electrophysiology.diffusion import Diffusion, blend_mass
from solvers.electrophysiology.tissue import diffusion_tensor
from solvers.fem import assemble_diffusion


@pytest.fixture(scope="module")
def matrices():
    mesh = slab((7.0, 6.0, 5.0), 0.5)  # 2145 nodes: enough for the threaded path
    return mesh, *assemble_diffusion(mesh, diffusion_tensor(np.tile([1.0, 0, 0], (len(mesh.tets), 1)), 0.2, 0.05))


def test_a_step_agrees_with_petsc(matrices) -> None:
    from solvers.backend import PETSc

    mesh, mass, stiffness = matrices
    dt, V = 0.1, 20.0 * np.sin(mesh.points @ [0.3, 0.5, 0.7])
    system = (mass + 0.5 * dt * stiffness).tocsr()
    A = PETSc.Mat().createAIJ(system.shape, csr=(system.indptr.astype("i4"), system.indices.astype("i4"), system.data))
    solver = PETSc.KSP().create(A.comm)
    solver.setOperators(A)
    solver.setType("cg")
    solver.getPC().setType("jacobi")
    solver.setTolerances(rtol=1e-12)
    b, x = A.createVecLeft(), A.createVecRight()
    b.array[:] = -dt * (stiffness @ V)
    solver.solve(b, x)
    expected = V + x.array
    Diffusion(mass, stiffness, dt, threads=2, rtol=1e-10).advance(V)
    assert pytest.approx(expected, abs=1e-7) == V


def test_uniform_voltage_stays_exactly_and_the_mean_is_kept(matrices) -> None:
    mesh, mass, stiffness = matrices
    step = Diffusion(mass, stiffness, 0.1, rtol=1e-10)
    V = np.full(len(mesh.points), -85.23)
    step.advance(V)
    assert (V == -85.23).all()
    V[:50] = 20.0
    before = float((mass @ V).sum())
    for _ in range(20):
        step.advance(V)
    assert float((mass @ V).sum()) == pytest.approx(before, rel=1e-8)


def test_threads_give_the_same_answer(matrices) -> None:
    mesh, mass, stiffness = matrices
    ends = []
    for threads in (1, 2, 2):
        V = np.where(mesh.points[:, 0] < 1.0, 20.0, -85.0)
        step = Diffusion(mass, stiffness, 0.05, threads=threads, rtol=1e-9)
        for _ in range(10):
            step.advance(V)
        ends.append(V)
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)
    assert np.array_equal(ends[1], ends[2])


def test_lumping_keeps_the_volume(matrices) -> None:
    _, mass, _ = matrices
    lumped = blend_mass(mass, 0.0)
    assert lumped.sum() == pytest.approx(mass.sum())
    assert lumped.diagonal() == pytest.approx(np.asarray(mass.sum(axis=1)).ravel())


def test_a_voltage_that_is_not_a_number_is_refused(matrices) -> None:
    mesh, mass, stiffness = matrices
    V = np.full(len(mesh.points), np.nan)
    with pytest.raises(Refused, match="time step"):
        Diffusion(mass, stiffness, 0.1).advance(V)
