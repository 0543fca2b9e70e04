"""Steady flow past a cylinder in a channel, Reynolds number 20 (DFG 2D-1), on a slice one element thick.

Reference: Schaefer and Turek 1996 (doi 10.1007/978-3-322-89849-4_39) and the spectral values of Nabh 1998.
cD = 2 Fx / (rho U^2 D t),  cL = 2 Fy / (rho U^2 D t),  U the mean of the inflow, t the thickness of the slice.
"""

from dataclasses import dataclass

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from solvers.flow.inflow import scaled_to_unit_flux
from solvers.flow.navier_stokes import FlowState, Fluid, NavierStokes
from solvers.flow.windkessel import Outlet
from solvers.result import Check
from solvers.verification.channel_slice import CENTER, HEIGHT, RADIUS, Fineness, channel_slice, cylinder_nodes

NAME = "flow-cylinder"
TITLE = "Steady flow past a cylinder (DFG 2D-1)"
FLUID = Fluid(density=1.0, viscosity=1e-3)  # the benchmark's own units: m, s, kg
DRAG, LIFT, DROP = 5.57953523384, 0.010618948146, 0.11752016697
SOURCE = "Nabh 1998, spectral elements"


@dataclass(frozen=True)
class Forces:
    """Drag and lift coefficients and the pressure before the cylinder less that behind it."""

    drag: float
    lift: float
    drop: float


class Channel:
    """Flow through the slice, driven by the parabola of the benchmark."""

    def __init__(self, fine: Fineness) -> None:
        self.mesh = channel_slice(fine)
        self.flow = NavierStokes(self.mesh, FLUID, Outlet(0.0), _parabola(self.mesh), developed=True)
        self.section = HEIGHT * fine.thickness
        self._thickness, self._nodes = fine.thickness, cylinder_nodes(self.mesh)

    def inflow(self, fastest: float) -> float:
        """The flow through the slice when the parabola's top is ``fastest``."""
        return 2 / 3 * fastest * self.section

    def forces(self, state: FlowState, fastest: float) -> Forces:
        """Against the mean of a parabola with top ``fastest``."""
        drag, lift, _ = -self.flow.wall_load(state)[self._nodes].sum(axis=0)
        scale = 0.5 * FLUID.density * (2 / 3 * fastest) ** 2 * 2 * RADIUS * self._thickness
        x, y, _ = (self.mesh.points[self._nodes] - [*CENTER, 0.0]).T
        angle, pressure = np.arctan2(y, x), state.pressure[self._nodes]
        before, behind = np.interp([np.pi, 0.0], *_sorted(angle % (2 * np.pi), pressure), period=2 * np.pi)
        return Forces(float(drag / scale), float(lift / scale), float(before - behind))


def verify(progress: Progress) -> list[Check]:
    """Large damped steps until the forces stand still."""
    found = steady_forces(Fineness(), progress)
    return [
        Check("drag coefficient", found.drag, DRAG, 0.02 * DRAG, "1", SOURCE),
        Check("lift coefficient", found.lift, LIFT, 0.1 * LIFT, "1", SOURCE),
        Check("pressure drop", found.drop, DROP, 0.02 * DROP, "1", SOURCE),
    ]


def steady_forces(fine: Fineness, progress: Progress) -> Forces:
    """2D-1: the parabola's top is 0.3."""
    channel, fastest = Channel(fine), 0.3
    state, last = channel.flow.at_rest(0.0), np.inf
    for number in range(40):
        progress(number / 40, "Steady flow past a cylinder")
        state = channel.flow.advance(state, 1.0, lambda _: channel.inflow(fastest), damped=True)
        found = channel.forces(state, fastest)
        if abs(found.drag - last) < 1e-4 * found.drag:
            break
        last = found.drag
    return found


def _parabola(mesh: HeartMesh) -> np.ndarray:
    nodes = np.unique(mesh.tagged("inlet"))
    profile, y = np.zeros_like(mesh.points), mesh.points[nodes, 1]
    profile[nodes, 0] = y * (HEIGHT - y)
    return scaled_to_unit_flux(mesh, profile)


def _sorted(angle: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(angle, kind="stable")
    return angle[order], values[order]
