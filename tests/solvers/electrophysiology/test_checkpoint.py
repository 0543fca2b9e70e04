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

CELL = find_cell("mitchell_schaeffer_2003")
MESH = slab((6.0, 2.0, 2.0), 0.5)
N = len(MESH.points)
DIFFUSION = diffusion_tensor(np.tile([1.0, 0, 0], (len(MESH.tets), 1)), 0.3, 0.1)
TURNED = diffusion_tensor(np.tile([0, 1.0, 0], (len(MESH.tets), 1)), 0.3, 0.1)
CORNER = [Stimulus.at(np.flatnonzero((MESH.points < 1.1).all(axis=1)), N)]


def cancelled_at(path: Path, fraction: float) -> Checkpoint:
    checkpoint = Checkpoint(path, every=1000.0)

    def progress(done: float, message: str = "") -> None:
        if done > fraction:
            raise Cancelled

    with pytest.raises(Cancelled):
        solve_monodomain(MESH, DIFFUSION, CORNER, CELL, 20.0, how=Execution(checkpoint=checkpoint), progress=progress)
    return checkpoint


def test_a_cancelled_run_goes_on_to_the_same_answer(tmp_path: Path) -> None:
    checkpoint = cancelled_at(tmp_path / "state.npz", 0.4)
    whole = solve_monodomain(MESH, DIFFUSION, CORNER, CELL, 20.0)
    again = solve_monodomain(MESH, DIFFUSION, CORNER, CELL, 20.0, how=Execution(checkpoint=checkpoint, restart=True))
    assert again.times == pytest.approx(whole.times)
    assert again.activation == pytest.approx(whole.activation, abs=1e-4)
    assert np.abs(again.frames - whole.frames).max() < 1e-2  # mV
    assert np.sort(again.state.passages) == pytest.approx(np.sort(whole.activation), abs=1e-3)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    checkpoint = cancelled_at(tmp_path / "state.npz", 0.2)
    for diffusion, stimuli, cell, words in (
        (2 * DIFFUSION, CORNER, CELL, "another set of conductivities"),
        (TURNED, CORNER, CELL, "another set of conductivities"),
        (DIFFUSION, CORNER, CELL.with_parameters(tau_in=0.4), "another cell model"),
        (DIFFUSION, [], CELL, "another pacing protocol"),
    ):
        with pytest.raises(Refused, match=words):
            solve_monodomain(MESH, diffusion, stimuli, cell, 20.0, how=Execution(checkpoint=checkpoint, restart=True))
    with np.load(checkpoint.path) as file:
        kept = dict(file)
    np.savez(checkpoint.path, **{**kept, "format": 0})
    with pytest.raises(Refused, match="another version"):
        checkpoint.load()
    checkpoint.path.write_bytes(b"PK nothing")
    with pytest.raises(Refused, match="damaged"):
        checkpoint.load()
    with pytest.raises(Refused, match="no checkpoint"):
        Checkpoint(tmp_path / "none.npz").load()


def test_a_voltage_that_is_not_finite_is_told_with_its_place_and_the_good_state_stays(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state.npz", every=2.0)
    node = 17
    starts = np.full(N, np.nan)
    starts[node] = 5.2
    bad = [*CORNER, Stimulus(starts, 1.0, 1e300)]
    with pytest.raises(Refused, match=r"after 5\.\d\d ms in node \d+ at \(.*\) mm.*last good state") as told:
        solve_monodomain(MESH, DIFFUSION, bad, CELL, 20.0, how=Execution(checkpoint=checkpoint))
    said = int(str(told.value).split("in node ")[1].split()[0])
    assert np.linalg.norm(MESH.points[said] - MESH.points[node]) < 1.0
    with np.load(checkpoint.path) as kept:
        assert float(kept["t"]) == pytest.approx(4.0)
        assert np.isfinite(kept["y"]).all()


def test_a_step_too_long_for_the_cell_is_refused() -> None:
    with pytest.raises(Refused, match="too long for Mitchell-Schaeffer"):
        solve_monodomain(MESH, DIFFUSION, CORNER, CELL, 20.0, 4.0)
