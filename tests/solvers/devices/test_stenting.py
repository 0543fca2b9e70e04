import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.progress import silent
from geometry.shapes import tube
from solvers.devices.records import ImplantedValve, Stent
from solvers.devices.stenting import stent_metrics, stent_stretch, with_device
from solvers.flow.run import run_flow
from solvers.result import Result
from solvers.scenario import Ensemble, Flow

STENT = Stent(z=20.0, length=12.0, diameter=14.0, recoil=10.0, taper=5.0)
BEAT = Flow(time_step=40, heart_rate=120, ejection_time=200, stroke_volume=40, ensemble=Ensemble(members=0))


def mean_drop(result: Result) -> float:
    return next(metric.value for metric in result.metrics if metric.name == "mean_pressure_drop")


def test_only_a_stent_changes_the_vessel_and_recoil_is_taken_off() -> None:
    pipe = tube(8.0, 40.0, 2.0, 0.7)
    line = centerline(pipe)
    assert with_device(pipe, line, BEAT.model_copy(update={"device": ImplantedValve()})) == (pipe, line)
    opened, after = with_device(pipe, line, BEAT.model_copy(update={"device": STENT}))
    wanted = 24 / 2 * 6.3**2 * np.sin(2 * np.pi / 24)  # the regular 24-gon that the pipe is, 14 mm less a tenth across
    assert after.area.min() == pytest.approx(wanted, rel=0.03)
    assert np.array_equal(opened.tets, pipe.tets)
    told = {metric.name: metric.value for metric in stent_metrics(stent_stretch(pipe, line, STENT), STENT)}
    assert told["final_diameter"] == pytest.approx(12.6)
    assert told["area_after"] == pytest.approx(wanted, rel=0.03)


def test_the_gradient_falls_when_a_stenosed_pipe_is_stented() -> None:
    pipe = tube(8.0, 40.0, 2.7, 0.7)
    before = run_flow(pipe, BEAT, silent)
    after = run_flow(pipe, BEAT.model_copy(update={"device": STENT}), silent)
    # Bernoulli: the drop goes with 1 / area^2 less 1 / (area of the pipe)^2: a fifth is left, friction aside
    assert 0 < mean_drop(after) < 0.5 * mean_drop(before)
    assert after.stamp["scenario"]["device"]["kind"] == "stent"
    assert "displacement" not in before.fields
    opened, _ = with_device(pipe, centerline(pipe), BEAT.model_copy(update={"device": STENT}))
    assert after.fields["displacement"].values == pytest.approx(opened.points - pipe.points, abs=1e-4)  # mm, as drawn
