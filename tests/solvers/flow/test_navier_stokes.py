from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import tube
from solvers.flow.inflow import blunt_profile
from solvers.flow.navier_stokes import BALANCE, FlowState, Fluid, NavierStokes
from solvers.flow.solver import Solved, SolveError
from solvers.flow.windkessel import Outlet
from solvers.verification import poiseuille, windkessel_exact

BLOOD = Fluid(density=1.06, viscosity=0.0035)


def stenosis() -> NavierStokes:
    pipe = tube(10.0, 50.0, 2.5, narrowing=0.75)
    return NavierStokes(pipe, BLOOD, Outlet(0.0067, 0.1333, 11250.0, 0.67), blunt_profile(pipe, 1.0))


def test_developed_flow_in_a_coarse_pipe_is_within_the_error_of_its_elements() -> None:
    # 16 nodes across: interpolating a parabola with linear elements of h = R/5 alone is off by (h/R)^2 / 4 = 1 % in places.
    errors = poiseuille.pipe_errors(tube(poiseuille.RADIUS, poiseuille.LENGTH, 2.0), silent)
    assert errors.velocity < 0.02
    assert errors.gradient < 0.02
    assert errors.shear < 0.03
    assert errors.imbalance < BALANCE


def test_a_large_outlet_resistance_gives_the_exact_flow_without_swinging() -> None:
    flows = windkessel_exact.stiff_outlet_flows()
    assert flows[-1] == pytest.approx(1.0, abs=0.005)
    assert np.ptp(flows[5:]) < 0.005


def test_a_narrowed_pipe_runs_through_the_peak_at_ten_milliseconds_with_every_step_in_balance() -> None:
    flow = stenosis()
    state = flow.at_rest(10.0)
    for _ in range(16):
        state = flow.advance(state, 10.0, lambda t: 380.0 * np.sin(np.pi * t / 320.0))
        assert state.imbalance < BALANCE
        assert state.iterations <= 20
    speed = np.linalg.norm(state.velocity, axis=1).max()
    # 380 mL/s through a quarter of 314 mm2 is 4.84 m/s on average over the throat; the jet's core is faster, not twice.
    assert 4.84 < speed < 9.0


def test_blood_at_rest_stays_at_rest_at_the_pressure_of_the_outlet() -> None:
    flow = stenosis()
    state = flow.advance(flow.at_rest(5.0), 10.0, lambda _: 0.0)
    kept = flow.outlets[0].advance(5.0, 0.0, 0.0, 10.0)
    assert np.abs(state.velocity).max() < 1e-4
    assert state.pressure == pytest.approx(np.full(len(state.pressure), kept), rel=1e-4)


def test_a_step_that_fails_is_halved_and_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = stenosis()
    solve, tried = flow._solve, []

    def fails_once(load: np.ndarray, guess: np.ndarray, resistance: np.ndarray) -> Solved:
        tried.append(flow._forms.step.value.item())
        if len(tried) == 1:
            raise SolveError("no convergence")
        return solve(load, guess, resistance)

    monkeypatch.setattr(flow, "_solve", fails_once)
    state = flow.advance(flow.at_rest(5.0), 10.0, lambda t: 10.0 * t)
    assert tried == [10.0, 5.0, 5.0]
    assert state.time == 10.0
    assert state.inflow == pytest.approx(100.0)


def test_a_step_that_fails_for_good_is_refused_with_the_time_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = stenosis()

    def fails(load: np.ndarray, guess: np.ndarray, resistance: np.ndarray) -> Solved:
        raise SolveError("no convergence")

    monkeypatch.setattr(flow, "_solve", fails)
    with pytest.raises(Refused, match=r"beyond 0\.0 ms.*finer mesh"):
        flow.advance(flow.at_rest(5.0), 10.0, lambda _: 100.0)


def test_the_numbering_of_the_mesh_does_not_change_the_flow() -> None:
    pipe = tube(10.0, 20.0, 4.0)
    order = np.random.default_rng(3).permutation(len(pipe.points))
    place = np.argsort(order).astype(np.int32)
    mixed = replace(pipe, points=pipe.points[order], tets=place[pipe.tets], facets=place[pipe.facets])
    found: list[FlowState] = []
    for mesh in (pipe, mixed):
        flow = NavierStokes(mesh, BLOOD, Outlet(0.01), blunt_profile(mesh, 2.0))
        found.append(flow.advance(flow.at_rest(0.0), 10.0, lambda _: 200.0))
    # the linear solver stops at 1e-5 of the first residual, so both agree to about that
    assert found[1].velocity == pytest.approx(found[0].velocity[order], abs=2e-3 * np.abs(found[0].velocity).max())


def test_a_mesh_without_an_outlet_is_refused_by_name() -> None:
    pipe = tube(10.0, 20.0, 4.0)
    closed = replace(pipe, facet_names={1: "inlet", 2: "wall", 3: "wall"})
    with pytest.raises(Refused, match="no surface named outlet"):
        NavierStokes(closed, BLOOD, Outlet(0.0), None)
