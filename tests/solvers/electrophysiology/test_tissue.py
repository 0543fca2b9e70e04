from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import Delaunay

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.conduction import check_conduction
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import block_velocities, diffusion_tensor, tuned_diffusion
from solvers.electrophysiology.tissue_block import tissue_block

EPI = find_cell("tentusscher_panfilov_2006_epi")
V_FIBER, V_CROSS = 0.65, 0.25


def irregular_slab(size: tuple[float, float, float], edge: float) -> HeartMesh:
    """An irregular mesh made in another way than the block: random points pushed apart, with flat faces."""
    rng = np.random.default_rng(7)
    low, high = np.zeros(3), np.array(size)
    points = rng.uniform(low, high, (round(1.55 * np.prod(size) / edge**3), 3))
    for _ in range(60):
        gap = points[:, None] - points[None]
        distance = np.linalg.norm(gap, axis=2) + np.eye(len(points)) * 9 * edge
        push = np.maximum(1.0 - distance / (1.1 * edge), 0.0) / distance
        points = np.clip(points + 0.3 * edge * (push[..., None] * gap).sum(axis=1), low, high)
    tets = Delaunay(points).simplices.astype(np.int32)
    mesh = replace(slab((1, 1, 1), 1.0), points=points, tets=tets)
    flipped = np.where(mesh.tet_volumes()[:, None] < 0, tets[:, [1, 0, 2, 3]], tets)
    flipped = flipped[np.abs(mesh.tet_volumes()) > 0.01 * edge**3]  # slivers, as a mesher takes them out
    fiber = np.tile([1.0, 0.0, 0.0], (len(flipped), 1))
    return replace(mesh, tets=flipped, fiber=fiber, sheet=None, region=np.ones(len(flipped), np.int32))


def measured(mesh: HeartMesh, axis: int, length: float) -> float:
    tuning = tuned_diffusion(V_FIBER, V_CROSS, mesh.edge_length(), 0.05, EPI)
    fiber = np.tile(np.eye(3)[axis], (len(mesh.tets), 1))
    x = mesh.points[:, 0]
    run = solve_monodomain(
        replace(mesh, fiber=fiber),
        diffusion_tensor(fiber, tuning.fiber, tuning.cross),
        [Stimulus.at(np.flatnonzero(x < 3.0), len(x), strength=60.0)],
        EPI,
        length / 0.08,
        stop_when_activated=True,
        consistent=tuning.consistent,
    )
    steady = (x > 0.3 * length) & (x < 0.85 * length)
    return 1.0 / float(np.polyfit(x[steady], run.activation[steady], 1)[0])


def test_an_irregular_mesh_conducts_at_the_wanted_velocities() -> None:
    edge = 1.3
    size = (18 * edge, 5 * edge, 5 * edge)
    mesh = irregular_slab(size, edge)
    assert measured(mesh, 0, size[0]) == pytest.approx(V_FIBER, rel=0.12)
    assert measured(mesh, 1, size[0]) == pytest.approx(V_CROSS, rel=0.2)


def test_tuning_reaches_the_velocities_on_its_own_block_for_either_mass() -> None:
    for consistent in (0.0, 1.0):
        tuning = tuned_diffusion(V_FIBER, V_CROSS, 1.2, 0.05, EPI, consistent)
        again = block_velocities(tissue_block(), (tuning.fiber / 1.44, tuning.cross / 1.44), 0.2, 0.05, EPI, consistent)
        assert 1.2 * again[0] == pytest.approx(V_FIBER, rel=0.012)
        assert 1.2 * again[1] == pytest.approx(V_CROSS, rel=0.012)
    assert "too coarse" in tuning.notes[0]


def test_on_a_fine_mesh_the_tuned_diffusion_is_the_textbook_one() -> None:
    # converged TP06: 0.61 m/s with 0.0953 mm2/ms along, 0.222 with 0.0126 across; lumped mass is 4 % slow at this edge
    tuning = tuned_diffusion(0.61, 0.222, 0.15, 0.05, EPI)
    assert tuning.fiber == pytest.approx(0.0953, rel=0.25)
    assert tuning.cross == pytest.approx(0.0126, rel=0.6)
    assert tuning.notes == ()


def test_velocities_that_the_mesh_cannot_sustain_are_refused() -> None:
    with pytest.raises(Refused, match="eikonal"):
        tuned_diffusion(0.65, 0.02, 3.0, 0.05, EPI)
    with pytest.raises(Refused, match="above zero"):
        tuned_diffusion(0.65, 0.0, 1.0, 0.05, EPI)


def test_the_block_integrates_linear_functions_exactly() -> None:
    block = tissue_block()
    mass, stiffness = block.matrices(np.diag([0.3, 0.1, 0.1]))
    assert np.abs(stiffness.sum(axis=1)).max() < 1e-12
    assert block.x @ (stiffness @ block.x) == pytest.approx(0.3 * mass.sum())


def fibrous_slab() -> HeartMesh:
    mesh = slab((10, 4, 4), 1.0)
    return replace(mesh, fiber=np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1)))


def test_conduction_at_the_wanted_velocity_raises_no_doubt() -> None:
    mesh = fibrous_slab()
    activation = mesh.points[:, 0] / V_FIBER
    found = check_conduction(mesh, activation, 100.0, V_FIBER, V_CROSS)
    assert found.ratio == pytest.approx(1.0)
    assert (found.never, found.stalled, found.notes) == (0.0, False, ())


def test_block_slowness_and_too_short_a_run_are_told_apart() -> None:
    mesh = fibrous_slab()
    activation = mesh.points[:, 1] / V_CROSS
    half = np.where(mesh.points[:, 1] > 2.0, np.nan, activation)
    assert "never activated" in check_conduction(mesh, half, 100.0, V_FIBER, V_CROSS).notes[0]
    assert "longer time" in check_conduction(mesh, half, 10.0, V_FIBER, V_CROSS).notes[0]
    slow = check_conduction(mesh, 2.0 * activation, 100.0, V_FIBER, V_CROSS)
    assert slow.ratio == pytest.approx(0.5)
    assert "50 % of the wanted" in slow.notes[0]
