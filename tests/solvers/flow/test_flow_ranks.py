"""Several processes that share a flow out: the answer of one, also where a valve decides and where a run was cut off."""

from pathlib import Path

import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.errors import Cancelled
from geometry.progress import Progress, silent
from geometry.shapes import tube
from solvers.flow.beat import Beat
from solvers.flow.execution import Checkpoint, Execution
from solvers.flow.scenario_beats import scenario_beats
from solvers.flow_records import VentriclePressure
from solvers.scenario import Ensemble, Flow

PIPE = tube(12.0, 60.0, 5.0, narrowing=0.5)
GIVEN = Flow(time_step=20, heart_rate=100, ejection_time=200, ensemble=Ensemble(members=0))
PRESSURE = {"ventricle_pressure": VentriclePressure(peak=125, filling=8, duration=250)}
VALVED = GIVEN.model_copy(update={"inlet": "ventricle pressure", "valve": "leaflets", **PRESSURE})


def beat(scenario: Flow, how: Execution, progress: Progress = silent) -> Beat:
    return scenario_beats(PIPE, centerline(PIPE), scenario, None, progress, how)


def apart(two: Beat, one: Beat, name: str) -> float:
    mine, other = getattr(two, name), getattr(one, name)
    return float(np.abs(mine - other).max() / np.abs(other).max())


def test_two_ranks_give_the_beat_of_one() -> None:
    one, two = beat(GIVEN, Execution()), beat(GIVEN, Execution(ranks=2))
    assert two.times == one.times
    # a step ends with 1e-5 of its first residual, which leaves 2e-6 of the velocity; 8e-6 was seen over the beat
    for name in ("velocity", "pressure", "outflows"):
        assert apart(two, one, name) < 2e-5, name
    assert apart(two, one, "shear") < 3e-4


def test_a_beat_through_a_valve_begun_on_two_ranks_and_cut_off_goes_on_alike_on_one(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "kept.npz", made_for="mesh scenario")

    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        beat(VALVED, Execution(kept, ranks=2), stop)
    assert 100 < float(np.load(kept.path)["state.time"]) < 600
    whole = beat(VALVED, Execution())
    assert whole.outflows.max() > 50
    resumed = beat(VALVED, Execution(kept, restart=True))
    assert resumed.times == whole.times
    # a valve between two pressures is stiff: 3e-4 of the outflow lay between tolerances of 1e-6 and 1e-9 on one rank
    assert apart(resumed, whole, "outflows") < 1e-3
    assert apart(resumed, whole, "pressure") < 1e-3
