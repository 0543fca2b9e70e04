"""A valve in a straight pipe: what leaks when it is shut, what it lets through when it is open, what an orifice costs.

Closed, a layer of resistance R leaks  Q = dp A / R. Open, it must be as if it were not there. Open to an orifice of area a,
blood at Q loses  rho/2 (Q / (c a))^2 (1 - c a / A)^2  with a jet contracted to c a (Borda-Carnot); c is 0.61 for a sharp hole in
a wide wall and 1 for a rounded one (Idelchik 2007).
"""

import numpy as np

from geometry.progress import Progress, part
from geometry.shapes import tube
from geometry.units import convert
from solvers.flow.inflow import blunt_profile
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.surface_integrals import mean_over, nodal_area
from solvers.flow.valve import RAMP, RESISTANCE, Leaflets, Valve, ValvedFlow
from solvers.flow.windkessel import Outlet
from solvers.result import Check

NAME = "flow-valve"
TITLE = "A valve that resists, shut, open and narrowed"
RADIUS, LENGTH, EDGE = 10.0, 60.0, 2.0  # mm
FLUID = Fluid(density=1.06, viscosity=0.0035)
BACK = 75.0  # mmHg against the closed valve
STEP = 5.0  # ms
FLOW, ORIFICE = 200.0, np.pi * 6.0**2  # mm3/ms (mL/s) and mm2


def verify(progress: Progress) -> list[Check]:
    """Shut, opening, narrowed."""
    leak, expected = closed_leak(part(progress, 0.0, 0.3))
    share, moved = open_flow(part(progress, 0.3, 0.6))
    contraction = orifice_contraction(part(progress, 0.6, 1.0))
    return [
        Check("leak at 75 mmHg", leak, 0.0, 1.0, "mL/s", "a closed valve"),
        Check("leak against dp A / R", leak / expected, 1.0, 0.4, "1", "resistance of the layer"),
        Check("flow through the open valve against none", share, 1.0, 0.02, "1", "the same pipe without a valve"),
        Check("time it takes to open", moved, RAMP, 2 * STEP, "ms", "the leaflets"),
        Check("contraction of the jet behind a hole", contraction, 0.8, 0.2, "1", "0.61 sharp to 1 rounded; Idelchik 2007"),
    ]  # fmt: skip


def middle_valve(orifice: float | None = None) -> Valve:
    """In the middle of the pipe."""
    return Valve(np.array([0.0, 0.0, LENGTH / 2]), np.array([0.0, 0.0, 1.0]), 2 * RADIUS, 2.5 * EDGE, orifice)


def closed_leak(progress: Progress) -> tuple[float, float]:
    """(leak, dp A / R) in mL/s, with 75 mmHg behind the closed valve."""
    blood = tube(RADIUS, LENGTH, EDGE)
    valved = ValvedFlow(NavierStokes(blood, FLUID, Outlet(0.0), None, valved=True), middle_valve())
    against = convert(BACK, "mmHg", "kPa")
    state = valved.at_rest(0.0)
    for number in range(8):
        progress(number / 8, "A closed valve")
        state = valved.advance(state, STEP, lambda _: -against)
    return abs(state.flow.outflow), against * float(nodal_area(blood, "inlet").sum()) / RESISTANCE


def open_flow(progress: Progress) -> tuple[float, float]:
    """(flow against that without a valve, ms until it is open) under a forward pressure, from rest."""
    blood = tube(RADIUS, LENGTH, EDGE)
    valved = ValvedFlow(NavierStokes(blood, FLUID, Outlet(0.0), None, valved=True), middle_valve())
    free = NavierStokes(blood, FLUID, Outlet(0.0), None)
    state, bare, moved = valved.at_rest(0.0), free.at_rest(0.0), 0.0
    while state.leaflets.opening < 1.0 and moved < 100.0:
        state = valved.advance(state, STEP, lambda _: 0.5)
        moved += STEP
    state = valved.at_rest(0.0, Leaflets(True, 1.0))
    for number in range(10):
        progress(number / 10, "An open valve")
        state, bare = valved.advance(state, STEP, lambda _: 0.5), free.advance(bare, STEP, lambda _: 0.5)
    return state.flow.outflow / bare.outflow, moved


def orifice_contraction(progress: Progress) -> float:
    """c, by the steady pressure drop over an orifice."""
    blood = tube(RADIUS, 1.5 * LENGTH, EDGE)
    profile = blunt_profile(blood, 2.0)
    valved = ValvedFlow(NavierStokes(blood, FLUID, Outlet(0.0), profile, valved=True), middle_valve(ORIFICE))
    state = valved.at_rest(0.0, Leaflets(True, 1.0))
    drops = []
    for number in range(30):
        progress(number / 30, "A narrowed valve")
        state = valved.advance(state, 2 * STEP, lambda time: FLOW * min(time / 50.0, 1.0))
        drops.append(mean_over(blood, "inlet", state.flow.pressure) - mean_over(blood, "outlet", state.flow.pressure))
    speed = FLOW / float(nodal_area(blood, "inlet").sum())
    loss = np.sqrt(2 * float(np.mean(drops[-10:])) / FLUID.density) / speed  # A / (c a) - 1
    return float(nodal_area(blood, "inlet").sum() / ORIFICE / (1 + loss))
