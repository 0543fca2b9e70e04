import multiprocessing

import numpy as np
import pytest

from geometry.errors import Cancelled, Refused
from geometry.progress import silent
from geometry.shapes import half_ellipsoid_ventricle, tube
from solvers.flow.beats import time_steps
from solvers.flow.inflow import Ejection
from solvers.flow.metrics import Throat, bernoulli, measure_throat, reynolds
from solvers.flow.navier_stokes import FlowState, Fluid
from solvers.flow.run import run_flow, valve_note
from solvers.result import Result
from solvers.scenario import Ensemble, Flow

COARSE = Flow(time_step=20.0, ensemble=Ensemble(members=0))


@pytest.fixture(scope="module")
def result() -> Result:
    return run_flow(tube(12.0, 60.0, 3.0, narrowing=0.6), COARSE, silent)


def numbers(result: Result) -> dict[str, float]:
    return {metric.name: metric.value for metric in result.metrics}


def test_a_beat_has_every_field_on_the_nodes_and_wall_fields_only_on_the_wall(result: Result) -> None:
    pipe = tube(12.0, 60.0, 3.0, narrowing=0.6)
    on_wall = np.isin(np.arange(len(pipe.points)), pipe.tagged("wall"))
    frames = len(result.fields["velocity"].times)
    assert result.fields["velocity"].values.shape == (frames, len(pipe.points), 3)
    assert result.fields["pressure"].values.shape == (frames, len(pipe.points))
    for name in ("wall_shear_stress", "tawss", "osi"):
        assert np.array_equal(np.isfinite(result.fields[name].values), on_wall)
    osi = result.fields["osi"].values[on_wall]
    assert osi.min() >= 0 and osi.max() <= 0.5


def test_a_beat_passes_its_own_checks(result: Result) -> None:
    assert [check.name for check in result.checks if not check.passed] == []


def test_the_stroke_volume_comes_out_and_the_mean_pressure_is_flow_times_resistance(result: Result) -> None:
    flow, pressure = result.traces["flow"], result.traces["pressure_flow"]
    # steps of 20 ms against the exact integral: the curve's bend at its end leaves less than 1 %
    assert np.trapezoid(flow.values[1], flow.times) == pytest.approx(75_000, rel=0.01)
    # 75 mL a beat at 70 /min through 1.05 mmHg s/mL, above 5 mmHg
    mean = np.trapezoid(pressure.values[1], pressure.times) / pressure.times[-1]
    assert mean == pytest.approx(5 + 1.05 * 75 * 70 / 60, rel=0.02)


def test_the_narrowing_speeds_the_blood_up_and_costs_pressure(result: Result) -> None:
    found = numbers(result)
    # 381 mL/s through 0.4 * 452 mm2 is 2.1 m/s on average over the throat
    assert 2.1 < found["peak_velocity"] < 4.2
    assert found["bernoulli_drop"] == pytest.approx(4 * found["peak_velocity"] ** 2)
    assert 0 < found["mean_pressure_drop"] < found["peak_pressure_drop"]
    assert found["throat_area"] == pytest.approx(0.4 * np.pi * 1.44, rel=0.06)


def test_the_peak_velocity_and_bernoulli_use_the_field_conventions() -> None:
    assert bernoulli(4.0) == 64.0
    assert bernoulli(4.0, 1.2) == pytest.approx(58.24)
    # 1 mL/s of water-like blood in 10 mm: 4 rho Q / (pi mu D) = 4 * 1.06 * 1 / (pi * 0.0035 * 10)
    throat = Throat(area=25 * np.pi, edge=1.0)
    assert reynolds(1.0, throat, Fluid(1.06, 0.0035)) == pytest.approx(38.56, abs=0.01)


def test_the_throat_is_measured_across_the_flow() -> None:
    pipe = tube(10.0, 40.0, 1.5, narrowing=0.75)
    values = np.zeros((len(pipe.points), 4))
    values[:, 2] = 1.0
    throat = measure_throat(pipe, FlowState(0.0, values, values, None, np.zeros(1), np.zeros(1)))
    assert throat is not None
    assert throat.area == pytest.approx(25 * np.pi, rel=0.03)


def test_steps_end_with_the_ejection_and_with_the_beat_and_grow_in_between() -> None:
    times = time_steps(Ejection(75_000.0, 320.0, 857.0), 10.0)
    sizes = np.diff(times)
    assert times[32] == pytest.approx(320.0)
    assert times[-1] == pytest.approx(857.0)
    assert sizes[32:].max() <= 25.0 + 1e-9
    assert (sizes[1:] / sizes[:-1]).max() < 1.31


def test_an_ensemble_gives_mean_spread_and_intervals_and_spreads_where_the_inputs_do() -> None:
    pipe = tube(12.0, 40.0, 4.0, narrowing=0.6)
    scenario = Flow(time_step=40.0, ensemble=Ensemble(members=3, seed=2))
    result = run_flow(pipe, scenario, silent, workers=1)
    for name in ("mean", "sd", "exceedance"):
        assert result.fields[f"wall_shear_stress_{name}"].values.shape == (len(pipe.points),)
    assert result.fields["wall_shear_stress_members"].values.shape == (3, len(pipe.points))
    speed = result.fields["velocity_magnitude_sd"].values
    assert np.nanmax(speed) > 0
    drop = next(metric for metric in result.metrics if metric.name == "peak_pressure_drop")
    assert drop.low is not None and drop.high is not None and drop.low < drop.high
    orifice, speed_of = result.members["effective_orifice_area"], result.members["peak_velocity"]
    blood = result.members["input:stroke_volume"]  # of a member, which with its velocity gives its orifice
    steady = orifice * speed_of / blood
    assert steady == pytest.approx(np.full(3, steady[0]))


def test_cancelling_an_ensemble_leaves_no_process_running() -> None:
    def stop_in_the_ensemble(fraction: float, message: str = "") -> None:
        if "members" in message:
            raise Cancelled

    scenario = Flow(time_step=40.0, ensemble=Ensemble(members=2))
    with pytest.raises(Cancelled):
        run_flow(tube(12.0, 40.0, 4.0, narrowing=0.6), scenario, stop_in_the_ensemble, workers=2)
    assert multiprocessing.active_children() == []


def test_a_mesh_of_the_wall_is_refused() -> None:
    with pytest.raises(Refused, match="blood pool"):
        run_flow(half_ellipsoid_ventricle(8.0), COARSE, silent)


def test_a_prosthesis_is_not_told_as_the_segmented_narrowing() -> None:
    assert valve_note(Flow()) == "The open valve is the segmented narrowing and does not move."
    assert "prosthesis" in valve_note(Flow(orifice="prosthesis", orifice_area=2.266))
    assert "2.27 cm" in valve_note(Flow(orifice="prosthesis", orifice_area=2.266))
