"""Blood swinging to and fro in a round pipe under a pressure that swings: velocity and wall shear stress against the exact flow.

With L = i^(3/2) a, a = R sqrt(w rho / mu) and a pressure gradient Re(G e^(iwt)):
u = Re(G / (i rho w) (1 - J0(L r/R) / J0(L)) e^(iwt)),  tau = -mu du/dr at R  (Womersley 1955, doi:10.1113/jphysiol.1955.sp005276).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import jv

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from solvers.flow.navier_stokes import Fluid, NavierStokes, Scheme
from solvers.flow.wall_shear import WallShear
from solvers.flow.windkessel import Outlet

FLUID = Fluid(density=1.06, viscosity=0.04)
STEPS = 60  # a period
SPEED = 0.05  # mm/ms, the plug in the middle of a wide pipe


@dataclass(frozen=True)
class SwingingFlow:
    """The exact flow in a pipe of ``radius`` mm at a Womersley number ``alpha``."""

    radius: float
    alpha: float

    @property
    def rate(self) -> float:
        """w in 1/ms."""
        return float(self.alpha**2 * FLUID.viscosity / FLUID.density / self.radius**2)

    @property
    def gradient(self) -> float:
        """G, kPa/mm, the largest fall of the pressure along the pipe."""
        return SPEED * FLUID.density * self.rate

    def velocity(self, r: Floats, time: float) -> Floats:
        """(n,) mm/ms along the pipe at ``r`` (n,) mm from its axis."""
        turn = 1j**1.5 * self.alpha
        shape = 1 - jv(0, turn * np.minimum(r / self.radius, 1.0)) / jv(0, turn)
        return np.asarray((SPEED / 1j * shape * np.exp(1j * self.rate * time)).real)

    def shear(self, time: float) -> float:
        """kPa, with the flow."""
        turn = 1j**1.5 * self.alpha
        slope = SPEED / 1j * turn / self.radius * jv(1, turn) / jv(0, turn)
        return float((-FLUID.viscosity * slope * np.exp(1j * self.rate * time)).real)


def swinging_errors(blood: HeartMesh, alpha: float, progress: Progress, steps: int = STEPS) -> tuple[float, float]:
    """Relative errors (rms over half a period, against that of the exact flow) of velocity and wall shear stress.

    blood  a straight pipe along z whose inlet lies at z = 0, of ``geometry.shapes.tube``; its middle 40 % are judged
    steps  in a period
    """
    radius, length = float(np.hypot(*blood.points[:, :2].T).max()), float(blood.points[:, 2].max())
    exact = SwingingFlow(radius, alpha)
    flow = NavierStokes(blood, FLUID, Outlet(0.0), None, developed=True)
    wall = WallShear(blood)
    r, z = np.hypot(*blood.points[:, :2].T), blood.points[:, 2]
    middle = np.abs(z - length / 2) < 0.2 * length
    dt = 2 * np.pi / exact.rate / steps

    def drive(time: float) -> float:
        return exact.gradient * length * float(np.cos(exact.rate * time))

    def values(time: float) -> Floats:
        axial, pressure = exact.velocity(r, time), drive(time) * (1 - z / length)
        return np.column_stack([0 * axial, 0 * axial, axial, pressure])

    past = Scheme(dt, 0.0, values(-dt), values(-dt))
    state = replace(flow.starting(values(0.0)), before=values(-dt), scheme=past)
    off = []
    for step in range(1, steps + 1):
        progress(step / steps, f"Swinging flow, Womersley number {alpha:g}")
        state = flow.advance(state, dt, drive)
        if step <= steps // 2:
            continue  # what the start on a mesh left behind fades
        truth = exact.velocity(r[middle], state.time)
        found = wall.stress(flow.wall_load(state), state.pressure)[middle[wall.nodes]]
        tau = exact.shear(state.time)
        off.append((
            ((state.velocity[middle] - truth[:, None] * [0, 0, 1]) ** 2).sum(axis=1).mean(), (truth**2).mean(),
            ((found - [0, 0, tau]) ** 2).sum(axis=1).mean(), tau**2,
        ))  # fmt: skip
    mean = np.sqrt(np.mean(off, axis=0))
    return float(mean[0] / mean[1]), float(mean[2] / mean[3])
