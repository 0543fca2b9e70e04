from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.shapes import slab
from solvers.cells.catalogue import find_cell
from solvers.electrophysiology.execution import Execution
from solvers.electrophysiology.march_state import Checkpoint
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.tissue import diffusion_tensor

MESH = slab((6.0, 3.0, 2.0), 0.5)
FIBER = np.tile([1.0, 0.0, 0.0], (len(MESH.tets), 1))
CORNER = np.flatnonzero((MESH.points <= 1.0).all(axis=1))


def solve(duration: float = 12.0, **options):
    stimuli = [Stimulus.at(CORNER, len(MESH.points))]
    cell = find_cell("tentusscher_panfilov_2006_epi")
    return solve_monodomain(MESH, diffusion_tensor(FIBER, 0.2, 0.1), stimuli, cell, duration, **options)


def test_ranks_give_the_answer_of_one_process_to_solver_tolerance() -> None:
    alike = {"rtol": 1e-9, "precision": "double", "quiet_dt": 0.25}
    one, two = solve(**alike), solve(how=Execution(ranks=2), **alike)
    assert np.isfinite(one.activation).all()
    assert two.activation == pytest.approx(one.activation, abs=1e-5)
    assert two.frames == pytest.approx(one.frames, abs=1e-3)
    assert two.state.y == pytest.approx(one.state.y, rel=1e-5, abs=1e-9)
    assert sorted(two.state.nodes) == sorted(one.state.nodes)
    assert two.times == pytest.approx(one.times)


def test_a_cancelled_run_of_ranks_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "kept.npz")

    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        solve(how=Execution(2, kept), progress=stop)
    assert 2.0 < float(np.load(kept.path)["t"]) < 12.0
    resumed = solve(how=Execution(2, kept, restart=True))
    assert resumed.activation == pytest.approx(solve().activation, abs=1e-2)


def test_without_mpiexec_ranks_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARDIOTWIN_MPIEXEC", "no-such-launcher")
    with pytest.raises(Refused, match="mpiexec"):
        solve(how=Execution(ranks=2))


def test_what_one_rank_refuses_is_what_is_said() -> None:
    with pytest.raises(Refused, match="time step"):
        solve(how=Execution(ranks=2), duration=0.01)
