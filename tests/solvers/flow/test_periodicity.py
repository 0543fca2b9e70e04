from dataclasses import dataclass

import numpy as np
import pytest

from geometry.progress import silent
from geometry.shapes import tube
from solvers.flow.beat import Beat, run_beats
from solvers.flow.inflow import Ejection, blunt_profile
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.periodicity import PERIODIC, apart, in_words
from solvers.flow.solver import SolveError
from solvers.flow.windkessel import Outlet

EJECTION = Ejection(60_000.0, 300.0, 800.0)


@dataclass(frozen=True)
class Numbers:
    inlet_pressure: float = 0.0
    outlet_pressure: float = 0.0
    outflow: float = 0.0


def beats(start: float, most: int) -> Beat:
    pipe = tube(10.0, 20.0, 5.0)
    outlet = Outlet(0.0067, 0.1333, 5000.0, 0.67)  # its pressure fades by a factor of 3.3 a beat
    flow = NavierStokes(pipe, Fluid(1.06, 0.0035), outlet, blunt_profile(pipe, 2.0))
    return run_beats(flow, EJECTION, np.array([start]), 50.0, most, silent)


def test_beats_are_apart_by_the_largest_difference_of_their_ranges_and_words_say_so() -> None:
    one = [Numbers(), Numbers(), Numbers(10.0, 10.0, 0.0), Numbers(12.0, 14.0, 300.0)]
    two = [Numbers(99.0), Numbers(99.0), Numbers(10.1, 10.1, 0.0), Numbers(12.1, 14.1, 300.0)]
    assert apart(one, two) == pytest.approx(0.05)  # 0.1 of a range of 2 kPa
    assert in_words(1, None) == "1st beat"
    assert in_words(3, 0.014) == "3rd beat, 1.4 % from periodic"
    assert in_words(12, 0.2) == "12th beat, 20.0 % from periodic"


def test_beats_go_on_until_they_repeat_and_the_pressure_is_then_flow_times_resistance() -> None:
    found = beats(start=2.0, most=9)
    assert 3 <= found.number < 9
    assert found.distance is not None and found.distance < PERIODIC
    times = np.array([m.time for m in found.moments])
    pressure, flow = (
        np.trapezoid([getattr(m, name) for m in found.moments], times) / times[-1]
        for name in ("outlet_pressure", "outflow")
    )
    assert pressure == pytest.approx(0.67 + (0.0067 + 0.1333) * flow, rel=0.02)


def test_a_beat_that_breaks_keeps_what_was_computed_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    step = NavierStokes.step

    def breaks(self: NavierStokes, state, dt, drive, *, damped=False):  # type: ignore[no-untyped-def]
        if state.time + dt > 250.0:
            raise SolveError("no convergence")
        return step(self, state, dt, drive, damped=damped)

    monkeypatch.setattr(NavierStokes, "step", breaks)
    found = beats(start=10.0, most=3)
    assert found.number == 1
    assert found.broken.startswith("The flow could not be computed beyond 2")
    assert "The blood was fastest" in found.broken
    assert 240.0 < found.moments[-1].time <= 250.0
    assert len(found.velocity) == len(found.times) == len(set(found.times))
