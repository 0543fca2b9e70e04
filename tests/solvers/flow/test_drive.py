"""What drives the inlet: a measured flow, or the ventricle's pressure behind a valve; and how outlets share the blood."""

import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import tube
from solvers.flow.beat import Beat
from solvers.flow.drive import drive_of, flow_model, ventricle_pressure
from solvers.flow.metrics import split_metrics
from solvers.flow.outlets import outlet_models
from solvers.flow.pulse import MeasuredInflow
from solvers.flow.run import run_flow
from solvers.flow.steady import ejection_of
from solvers.flow.valve import ValvedFlow
from solvers.flow_records import FlowCurve, PressureCurve, VentriclePressure
from solvers.result import Result
from solvers.scenario import Ensemble, Flow

NONE = Ensemble(members=0)
BEAT = 60_000 / 70


@pytest.fixture(scope="module")
def driven() -> Result:
    pressure = VentriclePressure(peak=125, filling=8, duration=400)
    scenario = Flow(
        inlet="ventricle pressure", valve="leaflets", ventricle_pressure=pressure, time_step=10, ensemble=NONE
    )
    return run_flow(tube(12.0, 60.0, 4.0), scenario, silent)


def test_a_ventricle_s_pressure_ejects_through_a_valve_that_shuts_behind_it(driven: Result) -> None:
    times, (inflow, _) = driven.traces["flow"].times, driven.traces["flow"].values
    inlet, outlet = driven.traces["pressure_flow"].values
    assert driven.checks and not [
        one.name for one in driven.checks if one.name.startswith("flow out against in") and not one.passed
    ]
    forward = times[inflow > 5]
    assert forward.size and forward.min() > 20  # the artery holds it shut until the ventricle is above it
    assert inflow.max() > 100
    shut = times > 550
    assert np.abs(inflow[shut]).max() < 5  # a closed valve: the leak of a thin layer
    assert inlet[shut] == pytest.approx(8.0, abs=1.0)  # the ventricle fills ...
    assert outlet[shut].min() > 40  # ... while the artery keeps its pressure
    assert any("within 8 ms" in note for note in driven.notes)


def test_the_pressure_is_half_a_sine_or_the_curve_that_was_measured() -> None:
    pressure = ventricle_pressure(Flow(ventricle_pressure=VentriclePressure(peak=100, filling=10, duration=400)))
    mmhg = 0.133322
    assert [pressure(t) / mmhg for t in (0.0, 200.0, 400.0, 700.0, BEAT + 200)] == pytest.approx(
        [10, 100, 10, 10, 100], rel=1e-4
    )
    curve = PressureCurve(times=(0.0, 300.0, BEAT), values=(10.0, 90.0, 10.0))
    assert ventricle_pressure(Flow(ventricle_pressure=VentriclePressure(curve=curve)))(300.0) / mmhg == pytest.approx(
        90, rel=1e-4
    )
    short = PressureCurve(times=(0.0, 300.0, 700.0), values=(10.0, 90.0, 10.0))
    with pytest.raises(Refused, match="700 ms long and a beat 857 ms"):
        ventricle_pressure(Flow(ventricle_pressure=VentriclePressure(curve=short)))
    with pytest.raises(Refused, match="above its filling"):
        ventricle_pressure(Flow(ventricle_pressure=VentriclePressure(peak=20, filling=40)))


def test_a_measured_inflow_is_the_pulse_and_one_that_is_none_is_refused() -> None:
    # a triangle of 300 mL/s over 300 ms: 45 mL
    pulse = ejection_of(Flow(inflow=FlowCurve(times=(0.0, 150.0, 300.0, BEAT), values=(0.0, 300.0, 0.0, 0.0))))
    assert pulse.volume == pytest.approx(45_000)
    assert (
        pulse.peak_time == 150 and pulse.duration == pytest.approx(300) and pulse.flow(BEAT + 75) == pytest.approx(150)
    )
    with pytest.raises(Refused, match="does not close"):
        ejection_of(Flow(inflow=FlowCurve(times=(0.0, 150.0, BEAT), values=(0.0, 300.0, 100.0))))
    with pytest.raises(Refused, match="measured inflow is 800 ms long and a beat 857 ms"):
        ejection_of(Flow(inflow=FlowCurve(times=(0.0, 150.0, 800.0), values=(0.0, 300.0, 0.0))))
    with pytest.raises(Refused, match="No blood goes forward"):
        MeasuredInflow((0.0, 150.0, 800.0), (0.0, -300.0, 0.0))


def test_a_valve_without_a_pressure_and_an_ensemble_without_a_flow_are_refused() -> None:
    pipe = tube(10.0, 40.0, 5.0)
    line = centerline(pipe)
    shut = Flow(valve="leaflets", ensemble=NONE)
    with pytest.raises(Refused, match="this inlet has a given flow"):
        flow_model(pipe, line, shut, outlet_models(pipe, shut), drive_of(pipe, shut))
    with pytest.raises(Refused, match="Set its members to 0"):
        drive_of(pipe, Flow(inlet="ventricle pressure"))
    both = shut.model_copy(update={"inlet": "ventricle pressure"})
    found = flow_model(pipe, line, both, outlet_models(pipe, both), drive_of(pipe, both))
    assert isinstance(found, ValvedFlow)
    assert found.valve.center == pytest.approx([0.0, 0.0, 20.0], abs=1.0)


def test_outlets_share_the_blood_by_what_passes_each() -> None:
    from types import SimpleNamespace

    moments = tuple(SimpleNamespace(time=t) for t in (0.0, 100.0, 200.0))
    outflows = np.array([[0.0, 0.0], [300.0, 100.0], [0.0, 0.0]])
    beat: Beat = SimpleNamespace(moments=moments, outflows=outflows)  # type: ignore[assignment]
    left, right = split_metrics(beat, ("outlet_left", "outlet_right"))
    assert (left.name, left.value, left.note) == ("flow_share_outlet_left", pytest.approx(75.0), "30.0 mL a beat")
    assert right.value == pytest.approx(25.0) and right.label == "Share of the flow, right"
    assert split_metrics(beat, ("outlet",)) == []
