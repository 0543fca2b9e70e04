"""Developed flow in a round pipe: pressure gradient, velocity, wall shear stress and flow against the exact solution.

u = 2 Q / (pi R^2) (1 - r^2/R^2),  dp/dz = -8 mu Q / (pi R^4),  tau = 4 mu Q / (pi R^3)  (Hagen-Poiseuille).
"""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from geometry.shapes import tube
from solvers.flow.inflow import parabolic_profile
from solvers.flow.navier_stokes import FlowState, Fluid, NavierStokes
from solvers.flow.wall_shear import WallShear
from solvers.flow.windkessel import Outlet
from solvers.result import Check

NAME = "flow-poiseuille"
TITLE = "Developed flow in a round pipe"
RADIUS, LENGTH, EDGE = 10.0, 50.0, 1.4  # mm: 29,000 tetrahedra
FLUID = Fluid(density=1.06, viscosity=0.04)
FLOW = 0.05 * np.pi * RADIUS**2  # mm3/ms: mean velocity 0.05 m/s, Reynolds number 26
STEP = 500.0  # ms; the flow develops within R^2 rho / mu = 2650 ms
SOURCE = "Hagen-Poiseuille, exact"


@dataclass(frozen=True)
class PipeErrors:
    """Relative errors in the middle 40 % of the pipe: of the pressure gradient, velocity (L2), wall shear stress (rms)."""

    gradient: float
    velocity: float
    shear: float
    imbalance: float


def verify(progress: Progress) -> list[Check]:
    """Run the pipe at the size the tolerances were set for."""
    errors = pipe_errors(tube(RADIUS, LENGTH, EDGE), progress)
    return [
        Check("pressure gradient error", errors.gradient, 0.0, 0.01, "1", SOURCE),
        Check("velocity error", errors.velocity, 0.0, 0.02, "1", SOURCE),
        Check("wall shear stress error", errors.shear, 0.0, 0.03, "1", SOURCE),
        Check("flow out against in", errors.imbalance, 0.0, 1e-3, "1", "conservation of mass"),
    ]


def pipe_errors(blood: HeartMesh, progress: Progress) -> PipeErrors:
    """Errors of the developed flow through a pipe of ``RADIUS`` and ``LENGTH``."""
    flow = NavierStokes(blood, FLUID, Outlet(0.0), parabolic_profile(blood, np.zeros(3), RADIUS), developed=True)
    state, change = flow.at_rest(0.0), 1.0
    steps = 0
    while change > 1e-4 and steps < 20:
        progress(steps / 10, f"Pipe flow, change {change:.1e}")
        before, state = state, flow.advance(state, STEP, lambda _: FLOW, damped=True)
        change = float(np.abs(state.velocity - before.velocity).max() / np.abs(state.velocity).max())
        steps += 1
    return _errors(flow, state)


def _errors(flow: NavierStokes, state: FlowState) -> PipeErrors:
    points = flow.blood.points
    z, r2 = points[:, 2], (points[:, :2] ** 2).sum(axis=1)
    middle = np.abs(z - LENGTH / 2) < 0.2 * LENGTH
    speed = 2 * FLOW / (np.pi * RADIUS**2)
    exact = speed * np.maximum(1 - r2[middle] / RADIUS**2, 0.0)
    velocity = np.linalg.norm(state.velocity[middle] - exact[:, None] * [0, 0, 1]) / np.linalg.norm(exact)
    gradient = -np.polyfit(z[middle], state.pressure[middle], 1)[0] / (8 * FLUID.viscosity * FLOW / (np.pi * RADIUS**4))
    wall = WallShear(flow.blood)
    at = middle[wall.nodes]
    shear = wall.stress(flow.wall_load(state), state.pressure)[at] / (4 * FLUID.viscosity * FLOW / (np.pi * RADIUS**3))
    off = np.sqrt(((shear - [0, 0, 1]) ** 2).sum(axis=1).mean())
    return PipeErrors(float(abs(gradient - 1)), float(velocity), float(off), state.imbalance)
