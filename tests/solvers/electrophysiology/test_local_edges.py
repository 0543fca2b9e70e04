from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.meshing.grading import graded
from geometry.progress import Progress, silent
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.local_edges import LocalDiffusion, local_diffusion, local_edges
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import Tuning, diffusion_tensor, tuned_diffusion

EPI = find_cell("tentusscher_panfilov_2006_epi")
LENGTH, MIDDLE, RAMP = 24.0, 12.0, 3.0  # mm; of the strip, of the place where its edges change, over which they do
FINE, COARSE = 0.5, 1.2  # mm asked of the mesher, whose edges are 0.49 and 0.99 mm
FIBER, CROSS = 0.65, 0.4  # mm/ms


def strip(fine: float, coarse: float) -> HeartMesh:
    base = slab((LENGTH, 3.2, 3.2), 0.8)
    share = np.clip((base.points[:, 0] - MIDDLE) / RAMP + 0.5, 0.0, 1.0)
    return graded(base, fine * (coarse / fine) ** share, 0.1)


def tuned(edge: float, progress: Progress) -> Tuning:
    return tuned_diffusion(FIBER, CROSS, edge, 0.05, EPI, progress=progress)


def velocities(mesh: HeartMesh, axis: int, found: LocalDiffusion) -> Sequence[float]:
    """mm/ms of a plane wave along the strip in its first and its second half, with fibres along ``axis``."""
    fiber, x = np.tile(np.eye(3)[axis], (len(mesh.tets), 1)), mesh.points[:, 0]
    run = solve_monodomain(
        replace(mesh, fiber=fiber, sheet=None),
        diffusion_tensor(fiber, found.fiber, found.cross),
        [Stimulus.at(np.flatnonzero(x < 2.5), len(x), strength=60.0)],
        EPI,
        200.0,
        stop_when_activated=True,
    )
    halves = (x > 4.0) & (x < MIDDLE - RAMP / 2), (x > MIDDLE + RAMP / 2) & (x < LENGTH - 5.0)
    return [1.0 / float(np.polyfit(x[half], run.activation[half], 1)[0]) for half in halves]


def test_waves_are_as_fast_where_edges_are_short_as_where_they_are_long() -> None:
    mesh = strip(FINE, COARSE)
    everywhere = np.ones(len(mesh.tets), bool)
    mean, found = local_diffusion(mesh, everywhere, mesh.edge_length(), tuned)
    assert velocities(mesh, 0, found) == pytest.approx([FIBER, FIBER], rel=0.06)
    alike = velocities(mesh, 0, LocalDiffusion.even(mean, mesh))  # a fifth too slow on long edges
    assert alike[1] < 0.85 * FIBER
    assert "0.4 to 1.0 mm" in found.notes[0]
    # across fibres, tetrahedra in rows conduct slower than the block whatever their size: as on even ones of that length
    even = strip(COARSE, COARSE)
    _, same = local_diffusion(even, np.ones(len(even.tets), bool), even.edge_length(), tuned)
    assert velocities(mesh, 1, found)[1] == pytest.approx(velocities(even, 1, same)[1], rel=0.08)


def test_on_even_edges_the_diffusion_is_that_of_the_mean_edge_everywhere() -> None:
    mesh = strip(COARSE, COARSE)
    mean, found = local_diffusion(mesh, np.ones(len(mesh.tets), bool), mesh.edge_length(), tuned)
    assert mean == tuned(mesh.edge_length(), silent)
    assert (found.fiber == mean.fiber).all() and (found.cross == mean.cross).all()
    assert found.notes == ()


def scaled(edge: float, progress: Progress) -> Tuning:
    """As if diffusion were the cube of the edge, and no wave went on where edges are over 0.8 mm."""
    if edge > 0.8:
        raise Refused("too long")
    return Tuning(edge**3, 0.1 * edge**3, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, ())


def test_diffusion_goes_with_the_edges_and_is_told_where_they_are_too_long() -> None:
    mesh = strip(FINE, COARSE)
    edges = local_edges(mesh)
    _, found = local_diffusion(mesh, np.ones(len(edges), bool), mesh.edge_length(), scaled)
    longest = max(edge for edge in edges if edge < 0.8)
    some = edges < 0.7
    np.testing.assert_allclose(found.fiber[some], edges[some] ** 3, rtol=1e-6)
    coupling = found.cross[edges > longest] / edges[edges > longest] ** 2  # kept: waves go on as on the longest that do
    assert np.ptp(coupling) < 1e-12
    assert "too long for the wanted velocities" in found.notes[1]
    with pytest.raises(Refused):
        local_diffusion(mesh, edges > 0.9, 0.95, scaled)
