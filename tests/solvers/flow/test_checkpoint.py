"""A flow run that was cut goes on to the same answer, and only on the mesh and scenario it was begun with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.shapes import tube
from solvers.flow.beat import Beat
from solvers.flow.beats import run_beats
from solvers.flow.execution import Checkpoint, Execution, fingerprint, made_for
from solvers.flow.inflow import Ejection, blunt_profile
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.scenario import Ensemble, Flow

PIPE = tube(10.0, 20.0, 5.0)
EJECTION = Ejection(60_000.0, 300.0, 800.0)


def beats(how: Execution, most: int = 2, stop: float = 2.0) -> Beat:
    def progress(done: float, message: str = "") -> None:
        if done > stop:
            raise Cancelled

    outlet = Outlet(0.0067, 0.1333, 5000.0, 0.67)
    flow = NavierStokes(PIPE, Fluid(1.06, 0.0035), outlet, blunt_profile(PIPE, 2.0))
    return run_beats(flow, EJECTION, np.array([2.0]), 50.0, most, progress, how)


@pytest.fixture(scope="module")
def whole() -> Beat:
    return beats(Execution())


@pytest.mark.parametrize("stop", [0.3, 0.7])  # in the first beat, and in the second
def test_a_cancelled_run_goes_on_to_the_same_answer(whole: Beat, tmp_path: Path, stop: float) -> None:
    kept = Checkpoint(tmp_path / "state.npz", every=1e9, made_for="a b")
    with pytest.raises(Cancelled):
        beats(Execution(kept), stop=stop)
    again = beats(Execution(kept, restart=True))
    assert again.number == whole.number == 2
    assert again.times == pytest.approx(whole.times)
    assert again.distance == pytest.approx(whole.distance, abs=1e-4)
    assert np.abs(again.velocity - whole.velocity).max() < 1e-3 * np.abs(whole.velocity).max()
    assert np.abs(again.pressure - whole.pressure).max() < 1e-3 * np.ptp(whole.pressure)
    assert again.over_time.time_average() == pytest.approx(whole.over_time.time_average(), rel=1e-2)
    assert again.shear == pytest.approx(whole.shear, abs=1e-3 * np.abs(whole.shear).max())


def test_the_state_is_kept_on_the_way_and_after_each_beat(whole: Beat, tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "state.npz", every=200.0, made_for="a b")
    beats(Execution(kept), most=1)
    assert int(kept.load()["done"]) == len(whole.moments) - 1
    more = beats(Execution(kept, restart=True))  # a second beat after the first one
    assert more.number == 2
    assert more.moments[-1].outlet_pressure == pytest.approx(whole.moments[-1].outlet_pressure, rel=1e-3)


def test_a_checkpoint_of_another_mesh_scenario_or_version_is_refused_and_a_fresh_start_removes_it(
    tmp_path: Path,
) -> None:
    scenario, path = Flow(), tmp_path / "state.npz"
    own = made_for(Execution(Checkpoint(path)), fingerprint(PIPE, scenario))
    assert own.checkpoint is not None
    own.checkpoint.save({"done": 3})
    again = Execution(Checkpoint(path), restart=True)

    def load(mesh_of: float = 20.0, flow: Flow = scenario) -> None:
        words = fingerprint(tube(10.0, mesh_of, 5.0), flow)
        found = made_for(again, words).checkpoint
        assert found is not None
        found.load()

    load()
    load(flow=Flow(title="Other words", ensemble=Ensemble(members=0)))  # changes nothing in a beat
    with pytest.raises(Refused, match="another mesh"):
        load(mesh_of=25.0)
    with pytest.raises(Refused, match="another scenario"):
        load(flow=Flow(viscosity=4.0))
    with np.load(path) as file:
        np.savez(path, **{**dict(file), "format": 0})
    with pytest.raises(Refused, match="another version"):
        load()
    made_for(replace(again, restart=False), fingerprint(PIPE, scenario))
    with pytest.raises(Refused, match="no checkpoint"):
        load()
