"""Wall shear stress in a straight and in a bent pipe, where the flow creeps and the answer is known around the wall.

Straight: 4 mu Q / (pi R^3). Bent with a curvature d = R / (radius of the bend), to first order in d (Dean 1927):
w = W (1 - r^2) (1 - 3/4 d r cos t), so  tau = tau_straight (1 - 3/4 d cos t),  t = 0 at the outside.
"""

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part
from geometry.shapes import tube
from solvers.flow.inflow import parabolic_profile
from solvers.flow.navier_stokes import Fluid, NavierStokes
from solvers.flow.wall_shear import WallShear
from solvers.flow.windkessel import Outlet
from solvers.result import Check

NAME = "flow-wall-shear"
TITLE = "Wall shear stress in straight and bent pipes"
RADIUS, LENGTH, EDGE = 10.0, 50.0, 1.4  # mm: 29,000 tetrahedra
BEND = 100.0  # mm, radius of the bent axis
CREEPING = Fluid(density=1.06, viscosity=4.0)  # Reynolds number 0.26
FLOW = 0.05 * np.pi * RADIUS**2  # mm3/ms
EXACT = 4 * CREEPING.viscosity * FLOW / (np.pi * RADIUS**3)  # kPa, in the straight pipe


def verify(progress: Progress) -> list[Check]:
    """Rms errors over the middle of each pipe, by force and as the product shows it."""
    checks = []
    for k, (words, curvature) in enumerate((("straight", 0.0), ("bent", RADIUS / BEND))):
        by_force, shown = shear_errors(EDGE, curvature, part(progress, k / 2, (k + 1) / 2))
        source = "Hagen-Poiseuille" if k == 0 else "Dean 1927, first order in the curvature"
        checks += [
            Check(f"{words} pipe, rms error of the force on the wall", by_force, 0.0, 0.03, "1", source),
            Check(f"{words} pipe, rms error as shown", shown, 0.0, 0.03, "1", source),
        ]
    return checks


def shear_errors(edge: float, curvature: float, progress: Progress) -> tuple[float, float]:
    """Relative to the straight pipe's value: of ``WallShear.stress`` and of ``WallShear.best_stress``."""
    pipe = tube(RADIUS, LENGTH, edge)
    blood = bent(pipe, curvature)
    flow = NavierStokes(blood, CREEPING, Outlet(0.0), parabolic_profile(blood, np.zeros(3), RADIUS), developed=True)
    state = flow.at_rest(0.0)
    for number in range(4):
        progress(number / 4, "Flow in a pipe")
        state = flow.advance(state, 1e4, lambda _: FLOW, damped=True)
    wall = WallShear(blood)
    x, _, z = pipe.points[wall.nodes].T
    middle = np.abs(z - LENGTH / 2) < 0.2 * LENGTH
    along = np.column_stack([-np.sin(z * curvature / RADIUS), np.zeros(len(z)), np.cos(z * curvature / RADIUS)])
    exact = (EXACT * (1 - 0.75 * curvature * x / RADIUS))[:, None] * along
    load = flow.wall_load(state)
    by_force = wall.stress(load, state.pressure)
    shown = wall.best_stress(load, state.pressure, state.velocity, CREEPING.density, CREEPING.viscosity)
    off = [np.sqrt(((found - exact)[middle] ** 2).sum(axis=1).mean()) / EXACT for found in (by_force, shown)]
    return float(off[0]), float(off[1])


def bent(pipe: HeartMesh, curvature: float) -> HeartMesh:
    """A pipe along z bent towards -x, its inlet where it was; curvature is its radius over that of the bend."""
    if curvature == 0.0:
        return pipe
    x, y, z = pipe.points.T
    radius = RADIUS / curvature
    angle = z / radius
    return pipe.with_points(np.column_stack([(radius + x) * np.cos(angle) - radius, y, (radius + x) * np.sin(angle)]))
