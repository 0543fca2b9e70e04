"""Blood driven by a pipe that narrows all along, against the exact flow, and by one that pulses, through either end in turn.

A pipe closed at z = 0 whose radius follows  R^2 = R0^2 + 2 a nu t  has  u_z = z nu/R^2 G(s),  u_r = nu/R V(s),  s = r/R, with
-2 a G - a s G' + V G' + G^2 = K + G'' + G'/s,  V = -1/s int s G ds,  G(1) = 0, V(1) = a,  p_z = -rho K z nu^2/R^4:
an exact solution of Navier-Stokes with a moving wall (Uchida and Aoki 1977, doi 10.1017/S0022112077000998).
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_bvp

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part
from geometry.shapes import tube
from solvers.flow.moving import MovingFlow, MovingState
from solvers.flow.moving_wall import MovingWall, volume_rate, volume_slope
from solvers.flow.navier_stokes import Fluid
from solvers.result import Check

NAME = "flow-moving-wall"
TITLE = "Flow driven by a wall that moves"
RADIUS, LENGTH, EDGE = 10.0, 50.0, 1.7  # mm
FLUID = Fluid(density=1.06, viscosity=0.04)
SPEED = -4.0  # a = R dR/dt / nu
STEP, STEPS = 5.0, 20  # ms
SWING, CYCLE = 0.15, 800.0  # of the radius, ms
SOURCE = "Uchida and Aoki 1977, exact"


def verify(progress: Progress) -> list[Check]:
    """Run both pipes."""
    velocity, gradient = narrowing_errors(tube(RADIUS, LENGTH, EDGE), part(progress, 0.0, 0.6))
    mass = pulsing_imbalance(tube(RADIUS, LENGTH, 2.5), 10.0, part(progress, 0.6, 1.0))
    return [
        Check("velocity error in a narrowing pipe", velocity, 0.0, 0.02, "1", SOURCE),
        Check("pressure gradient error", gradient, 0.0, 0.03, "1", SOURCE),
        Check("flow against the change of volume, worst step", mass, 0.0, 0.005, "1", "conservation of mass"),
    ]


@dataclass(frozen=True)
class NarrowingPipe:
    """The exact flow; ``table`` holds s, G, V on a fine grid."""

    blood: HeartMesh
    table: tuple[Floats, Floats, Floats]
    pull: float

    @classmethod
    def of(cls, blood: HeartMesh) -> "NarrowingPipe":
        """Solve the ordinary equation."""
        table, pull = similar_flow(SPEED)
        return cls(blood, table, pull)

    def radius(self, time: float) -> float:
        """R, mm."""
        return float(np.sqrt(RADIUS**2 + 2 * SPEED * FLUID.viscosity / FLUID.density * time))

    def points(self, time: float) -> Floats:
        """(n, 3) mm, stretched across."""
        share = self.radius(time) / RADIUS
        return self.blood.points * [share, share, 1.0]

    def velocity(self, time: float) -> Floats:
        """(n, 3) mm/ms of the nodes."""
        rate = SPEED * FLUID.viscosity / FLUID.density / self.radius(time)
        return self.blood.points * [rate / RADIUS, rate / RADIUS, 0.0]

    def exact(self, time: float) -> Floats:
        """(n, 3) mm/ms of the blood."""
        nu, radius = FLUID.viscosity / FLUID.density, self.radius(time)
        s, g, v = self.table
        r = np.maximum(np.hypot(*self.blood.points[:, :2].T), 1e-12)
        share = np.minimum(r / RADIUS, 1.0)
        around = self.blood.points[:, :2] / r[:, None] * (nu / radius * np.interp(share, s, v))[:, None]
        return np.column_stack([around, self.blood.points[:, 2] * nu / radius**2 * np.interp(share, s, g)])

    def curvature(self, time: float) -> float:
        """d2p/dz2, kPa/mm2."""
        nu = FLUID.viscosity / FLUID.density
        return float(-FLUID.density * self.pull * nu**2 / self.radius(time) ** 4)


def similar_flow(speed: float) -> tuple[tuple[Floats, Floats, Floats], float]:
    """(s, G, V) and K for  a = speed."""

    def slope(s: Floats, y: Floats, p: Floats) -> Floats:
        g, dg, m = y
        v = -m / np.maximum(s, 1e-9)
        return np.vstack([dg, -2 * speed * g - speed * s * dg + v * dg + g**2 - p[0], s * g])

    def ends(a: Floats, b: Floats, _: Floats) -> Floats:
        return np.array([a[1], a[2], b[0], b[2] + speed])

    s = np.linspace(0.0, 1.0, 201)
    start = np.vstack([-4 * speed * (1 - s**2), 8 * speed * s, -speed * (2 * s**2 - s**4)])
    singular = np.zeros((3, 3))
    singular[1, 1] = -1.0
    found = solve_bvp(slope, ends, s, start, p=[16.0], S=singular, tol=1e-8, max_nodes=20000)
    if not found.success:
        raise RuntimeError(found.message)
    fine = np.linspace(0.0, 1.0, 2001)
    g, _, m = found.sol(fine)
    return (fine, g, -m / np.maximum(fine, 1e-9)), float(found.p[0])


def narrowing_errors(blood: HeartMesh, progress: Progress) -> tuple[float, float]:
    """Relative errors of velocity (L2) and pressure gradient in the middle of the pipe, after ``STEPS`` steps."""
    pipe = NarrowingPipe.of(blood)
    flow = MovingFlow(blood, FLUID, pipe, held=pipe.exact, developed=True)
    values = np.column_stack([pipe.exact(0.0), -pipe.curvature(0.0) / 2 * (LENGTH**2 - blood.points[:, 2] ** 2)])
    state = MovingState(0.0, values, values, None, "outlet")
    for number in range(STEPS):
        progress(number / STEPS, "A narrowing pipe")
        state = flow.advance(state, STEP, lambda _: 0.0)
    z = blood.points[:, 2]
    middle = np.abs(z - LENGTH / 2) < 0.3 * LENGTH
    truth = pipe.exact(state.time)[middle]
    velocity = np.linalg.norm(state.velocity[middle] - truth) / np.linalg.norm(truth)
    found = 2 * np.polyfit(z[middle] ** 2, state.pressure[middle], 1)[0]
    return float(velocity), float(abs(found / pipe.curvature(state.time) - 1.0))


@dataclass(frozen=True)
class PulsingPipe:
    """A pipe whose radius swings; the ends stay where they are."""

    blood: HeartMesh

    def points(self, time: float) -> Floats:
        """(n, 3) mm."""
        share = 1 + SWING * np.sin(2 * np.pi * time / CYCLE)
        return np.asarray(self.blood.points * [share, share, 1.0])

    def velocity(self, time: float) -> Floats:
        """(n, 3) mm/ms."""
        rate = SWING * 2 * np.pi / CYCLE * np.cos(2 * np.pi * time / CYCLE)
        return np.asarray(self.blood.points * [rate, rate, 0.0])


def pulsing_imbalance(blood: HeartMesh, step: float, progress: Progress) -> float:
    """Largest |Q + dV/dt| over a beat in and out through either end, against the largest |dV/dt|; V by tetrahedra."""
    wall: MovingWall = PulsingPipe(blood)
    flow = MovingFlow(blood, FLUID, wall)
    state, count = flow.at_rest(0.0, "inlet", 1.0), round(CYCLE / step)
    off, largest = 0.0, 0.0
    for number in range(count):
        progress(number / count, "A pulsing pipe")
        state = state.through("outlet" if volume_rate(blood, wall, state.time + step) < 0 else "inlet")
        state = flow.advance(state, step, lambda _: 1.0)
        slope = volume_slope(blood, wall, state.time)
        off, largest = max(off, abs(state.out + slope)), max(largest, abs(slope))
    return off / largest
