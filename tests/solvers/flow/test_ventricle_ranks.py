"""Two processes that share out a ventricle whose wall moves: the beat of one, also where it was cut off."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geometry.errors import Cancelled
from geometry.progress import Progress, silent
from geometry.shapes import tube
from geometry.wall_motion.motion import WallMotion
from solvers.flow.execution import Checkpoint, Execution
from solvers.flow.ventricle import run_ventricle
from solvers.result import Result
from solvers.scenario import Ensemble, Flow

SCENARIO = Flow(heart_rate=75, time_step=20, beats=1, ensemble=Ensemble(members=0))
PIPE = tube(10.0, 40.0, 5.0)
# A step ends with 1e-5 of its first residual. On one rank that leaves 5e-5 of the velocity, 3e-5 of the flow and 7e-6 of the
# pressure of this beat, against steps that end with 1e-9; twice that is allowed between two beats, and 3e-5 was seen.
LEFT = 1e-4


def pulsing() -> WallMotion:
    """A pipe, both ends of which are valves, whose radius falls by 30 % and comes back."""
    way = 0.15 * PIPE.points * [1, 1, 0]
    series, volumes = np.array([-way, way, 0 * way], dtype=np.float32), {"lv": np.array([12.0, 8.0, 6.0, 8.0])}
    return WallMotion(series, np.arange(4) / 4, None, volumes, volumes, np.ones(4), 0)


def beat(how: Execution, progress: Progress = silent) -> Result:
    return run_ventricle(PIPE, pulsing(), SCENARIO, progress, how)


def apart(mine: Any, other: Any) -> float:
    return float(np.abs(mine - other).max() / np.abs(other).max())


def test_a_beat_begun_and_cut_off_on_two_ranks_goes_on_there_to_that_of_one(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "kept.npz")

    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        beat(Execution(kept, ranks=2), stop)
    assert 300 < float(np.load(kept.path)["state.time"]) < 700
    two, one = beat(Execution(kept, restart=True, ranks=2)), beat(Execution())
    out, inn = one.traces["flow"].values
    assert out.max() > 20 and inn.max() > 20
    for name, field in one.fields.items():
        assert two.fields[name].times == field.times
        assert apart(two.fields[name].values, field.values) < LEFT, name
    for name, trace in one.traces.items():
        assert two.traces[name].times == pytest.approx(trace.times)
        assert apart(two.traces[name].values, trace.values) < LEFT, name
