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
    alike, usual = V.copy(), V.copy()
    Diffusion(mass, stiffness, dt, threads=2, rtol=1e-10, precision="double").advance(alike)
    assert alike == pytest.approx(expected, abs=1e-7)
    Diffusion(mass, stiffness, dt, threads=2, rtol=1e-6).advance(usual)
    assert usual == pytest.approx(expected, abs=1e-5 * np.abs(x.array).max())


def test_uniform_voltage_stays_exactly_and_the_mean_is_kept(matrices) -> None:
    mesh, mass, stiffness = matrices
    step = Diffusion(mass, stiffness, 0.1, rtol=1e-10, precision="double")
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
        step = Diffusion(mass, stiffness, 0.05, threads=threads, rtol=1e-9, precision="double")
        for _ in range(10):
            step.advance(V)
        ends.append(V)
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)
    assert np.array_equal(ends[1], ends[2])


def test_passages_are_found_in_order_with_their_times(matrices) -> None:
    _, mass, stiffness = matrices
    step = Diffusion(mass, stiffness, 0.1, threads=2)
    before, seen = np.full(mass.shape[0], -10.0), np.full(mass.shape[0], -10.0)
    after = before.copy()
    after[[1500, 3, 700]] = 40.0, 30.0, 12.0  # half way: 15, 10 and 1 mV, up from -10 mV in 0.1 ms
    nodes, times = step.observe(before, after, seen, 2.0)
    assert nodes.tolist() == [3, 700, 1500]
    assert times == pytest.approx([1.95, 2.0 - 0.1 / 11.0, 1.94])
    assert seen[[3, 4]].tolist() == [10.0, -10.0]
    assert len(step.observe(after, after, seen, 2.1)[0]) == 0


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
