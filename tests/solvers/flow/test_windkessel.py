import numpy as np
import pytest

from geometry.errors import Refused
from solvers.flow.outlets import outlet_of
from solvers.flow.windkessel import Outlet, periodic_start
from solvers.scenario import Windkessel
from solvers.verification import windkessel_exact


@pytest.mark.parametrize("step", [1.0, 10.0, 20.0])
def test_the_outlet_pressure_follows_the_exact_solution_for_a_sine_of_flow(step: float) -> None:
    # The update is exact for straight pieces of flow; a sine of period T differs from them by (w dt)^2 / 8 at most.
    allowed = (2 * np.pi / 800 * step) ** 2 / 8
    assert windkessel_exact.sine_error(windkessel_exact.OUTLET, step) < min(allowed, 0.002)


def test_a_ramp_of_flow_is_followed_without_any_error() -> None:
    # C dp/dt = q t - p / Rd has the solution p = q Rd (t - T (1 - exp(-t/T))), T = Rd C, from p(0) = 0.
    outlet, rate, time = Outlet(0.0, 2.0, 30.0), 0.5, 45.0
    exact = rate * 2.0 * (time - 60.0 * (1 - np.exp(-time / 60.0)))
    assert outlet.advance(0.0, 0.0, rate * time, time) == pytest.approx(exact, rel=1e-12)


def test_without_compliance_the_outlet_is_a_resistance() -> None:
    outlet = Outlet(proximal=0.3, distal=0.7, venous=1.0)
    assert outlet.resistance(10.0) == pytest.approx(1.0)
    assert outlet.advance(5.0, 8.0, 2.0, 10.0) == pytest.approx(1.0 + 0.7 * 2.0)


def test_pressure_decays_as_exp_of_minus_t_over_rc() -> None:
    assert windkessel_exact.decay() == pytest.approx(100 * np.exp(-0.5 / 1.5), rel=1e-9)


def test_the_periodic_start_comes_back_after_one_beat_and_has_the_mean_of_flow_times_resistance() -> None:
    outlet, cycle = outlet_of(Windkessel()), 800.0

    def flow(time: float) -> float:
        return 400.0 * max(np.sin(np.pi * time / 300.0), 0.0) if time < 300.0 else 0.0

    start = value = periodic_start(outlet, flow, cycle, steps=800)
    total = 0.0
    for k in range(800):
        following = outlet.advance(value, flow(float(k)), flow(k + 1.0), 1.0)
        total += (value + following) / 2
        value = following
    assert value == pytest.approx(start, rel=1e-9)
    # Over a period nothing is stored: mean(p) - pv = Rd mean(Q), mean(Q) = 400 * 2/pi * 300/800.
    assert total / 800 - outlet.venous == pytest.approx(outlet.distal * 400 * 2 / np.pi * 3 / 8, rel=1e-4)


def test_a_negative_resistance_is_refused() -> None:
    with pytest.raises(Refused, match="negative"):
        Outlet(proximal=-1.0)
