"""The FDA's nozzle with its sudden expansion at a throat Reynolds number of 500: against another method, then the laboratories.

The flow is laminar and has the nozzle's own symmetry, so a quarter is computed. Its speed along the axis is judged twice.
Against the same equations solved by another method in the half section (``nozzle_axisymmetric``): the error of the numbers.
And against the measurements (``nozzle_measured``, needs the reference data) at each place where more than one laboratory
measured: inside their spread, where each laboratory's speed reaches from what it measured to what that is at the prescribed
flow, by the flow that its own profiles carry. Without that allowance 6 of 15 places lie outside (-64, -48, -42, 24, 32
and 40 mm), the same six for both methods, which agree within 0.5 %: there the laboratories did not have the flow prescribed.
"""

import os
from pathlib import Path

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part
from solvers.flow.inflow import parabolic_profile
from solvers.flow.navier_stokes import FlowState, Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check
from solvers.verification.nozzle_axisymmetric import axis_speed
from solvers.verification.nozzle_measured import ARCHIVE, Laboratory, laboratories
from solvers.verification.nozzle_shape import quarter_nozzle

NAME = "flow-fda"
TITLE = "FDA nozzle, throat Reynolds number 500, against another method and measurements"
LONG = True
FLUID = Fluid(density=1.056, viscosity=0.0035)
FLOW = 5206.24e-3  # mm3/ms
PIPE, THROAT, CONE, LENGTH = 6.0, 2.0, 22.685, 40.0  # mm: radii, length of the cone and of the throat
STEP, STEPS, STILL = (
    40.0,
    100,
    2e-4,
)  # ms; at most so many; change of the axis velocity in a step, relative, that counts as none
PLACES = (
    -88.0,
    -64.0,
    -48.0,
    -42.0,
    -20.0,
    -8.0,
    0.0,
    8.0,
    16.0,
    24.0,
    32.0,
    40.0,
    48.0,
    60.0,
    80.0,
)  # of the laboratories, mm
SPREAD = "laboratories' spread at their own flow, Hariharan 2011"


def verify(progress: Progress) -> list[Check]:
    """The axis velocity against the other method and, where the data are at hand, every place of two laboratories or more."""
    progress(0.0, "FDA nozzle by another method")
    exact = axis_speed(bore, *stations(), FLUID, FLOW)
    z, speed = axis_velocity(quarter_nozzle(bore, *stations()), part(progress, 0.05, 1.0))
    off = [float(np.interp(at, z, speed) / np.interp(at, *exact) - 1) for at in PLACES]
    worst = max(off, key=abs)
    checks = [Check("axis velocity, largest error", worst, 0.0, 0.01, "1", "Taylor-Hood elements in the half section")]
    data = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not data or not (Path(data) / ARCHIVE).is_file():
        return checks
    measured = laboratories(Path(data) / ARCHIVE)
    return checks + [judged(at, measured, float(np.interp(at, z, speed))) for at in PLACES]


def judged(at: float, measured: list[Laboratory], found: float) -> Check:
    """Whether a speed lies inside the spread at a place."""
    bounds = np.array([one.bounds(at, FLOW) for one in measured if at in one.axis])
    low, high = float(bounds.min()), float(bounds.max())
    name = f"axis velocity at z = {at:g} mm, {len(bounds)} laboratories"
    return Check(name, found, (low + high) / 2, (high - low) / 2, "m/s", SPREAD)


def stations() -> tuple[Floats, Floats, Floats, Floats]:
    """Of ``quarter_nozzle``: 40 mm of pipe before the cone and 120 mm behind, finest at the expansion and at the walls."""
    cone = -LENGTH - CONE
    before = np.concatenate([np.linspace(cone - 40.0, cone, 15), np.linspace(cone, -LENGTH, 25)[1:], _towards_end()])
    behind = np.concatenate([[0.0], np.cumsum(0.4 * 1.035 ** np.arange(71))])
    rings = 1 - (1 - np.arange(1, 13) / 12) ** 1.2
    beyond = THROAT + (PIPE - THROAT) * (np.arange(1, 9) / 8) ** 1.6
    return before, behind, rings, beyond


def bore(z: float) -> float:
    """Radius before the expansion, mm."""
    return float(np.interp(z, [-LENGTH - CONE, -LENGTH], [PIPE, THROAT]))


def _towards_end() -> Floats:
    steps = 1.2 * np.geomspace(1.0, 0.35, 55)
    return np.asarray(-LENGTH + LENGTH * np.cumsum(steps) / steps.sum())


def axis_velocity(mesh: HeartMesh, progress: Progress) -> tuple[Floats, Floats]:
    """Places (mm) along the axis and the steady velocity there, m/s."""
    flow = NavierStokes(mesh, FLUID, Outlet(0.0), parabolic_profile(mesh, mesh.points[0], PIPE), developed=True)
    axis = np.flatnonzero((np.abs(mesh.points[:, :2]) < 1e-9).all(axis=1))
    axis = axis[np.argsort(mesh.points[axis, 2])]
    state, before = flow.at_rest(0.0), np.zeros(len(axis))
    for number in range(STEPS):
        progress(number / STEPS, "FDA nozzle")
        state = flow.advance(state, STEP, lambda _: FLOW / 4, damped=True)
        now = _along(state, axis)
        if np.abs(now - before).max() < STILL * now.max():
            break
        before = now
    return mesh.points[axis, 2], now


def _along(state: FlowState, axis: np.ndarray) -> Floats:
    return np.asarray(state.velocity[axis, 2])
