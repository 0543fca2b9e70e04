"""Flow between walls that move as prescribed, through one opening at a time (arbitrary Lagrangian-Eulerian).

rho (du/dt + (u* - w) . grad u) - div(sigma) = 0,  div u = 0  on the mesh where it is at the end of the step, w its velocity;
du/dt follows the nodes. At wall and closed valve u = w. As w is the exact derivative of the nodes' places, what passes the
open valve is  Q = -dV/dt  up to the tolerance of the linear solver (Donea 2004, doi 10.1002/0470091355.ecm009).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from solvers.backend import MPI, PETSc, compiled_form, fem, ufl
from solvers.flow import step_control
from solvers.flow.fluid import Fluid
from solvers.flow.forms import FlowForms, flow_forms
from solvers.flow.moving_wall import MovingWall
from solvers.flow.navier_stokes import TOLERANCE
from solvers.flow.solver import FlowSolver, Solved, vector_on
from solvers.flow.space import INLET, OUTLET, flow_space
from solvers.flow.surface_integrals import nodal_flux

STRAIGHT = 10.0  # how stiffly blood is held from moving sideways where it comes in, against its inertia
OPENINGS = ("inlet", "outlet")


@dataclass(frozen=True)
class MovingState:
    """The flow at one moment.

    values, before   (n, 4) velocity mm/ms and pressure kPa, now and one step earlier
    last      ms, length of the step that led here; None after a valve moved or at the start: there is no past
    opened    the opening that blood passes
    reach     ms, the longest step from here that is believed to go well
    out       mm3/ms through it, relative to where it moves, positive outwards
    """

    time: float
    values: Floats
    before: Floats
    last: float | None
    opened: str
    out: float = 0.0
    iterations: int = 0
    reach: float = inf

    @property
    def velocity(self) -> Floats:
        """(n, 3) mm/ms, which is m/s."""
        return self.values[:, :3]

    @property
    def pressure(self) -> Floats:
        """(n,) kPa."""
        return self.values[:, 3]

    def through(self, name: str) -> "MovingState":
        """The same flow, the other valve opened."""
        return self if name == self.opened else replace(self, opened=name, last=None)


class MovingFlow:
    """Flow in one mesh that moves; inlet and outlet are its two valves."""

    def __init__(
        self,
        blood: HeartMesh,
        fluid: Fluid,
        wall: MovingWall,
        *,
        held: Callable[[float], Floats] | None = None,
        developed: bool = False,
        comm: Any = MPI.COMM_SELF,
    ) -> None:
        """held: (n, 3) velocity of the blood at walls and closed valves at a time, where it is not that of the nodes.

        comm: the processes that share the elements out; all call everything here together and get the whole flow.
        """
        self.blood, self.fluid, self.wall = blood, fluid, wall
        self._bound = held or wall.velocity
        self._space = flow_space(blood, comm)
        space, measure = self._space.space, self._space.outlet((OUTLET, INLET))
        self._forms = flow_forms(space, measure, thinning=fluid.thinning, developed=developed)
        self._forms.density.value, self._forms.viscosity.value = fluid.density, fluid.viscosity
        self._carried = fem.Function(space)
        self._sideways, self._sideways_load = (
            compiled_form(_sideways(space, self._forms, measure, u)) for u in (ufl.TrialFunction(space), self._carried)
        )
        self._order = np.asarray(space.mesh.geometry.input_global_indices)
        self._held = {name: _held(blood, name) for name in OPENINGS}
        self._matrix = fem.petsc.create_matrix(self._forms.matrix, "baij")
        self._matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        self._solvers: dict[str, FlowSolver] = {}

    def at_rest(self, time: float, opened: str, pressure: float) -> MovingState:
        """Blood that moves with the mesh at a pressure in kPa."""
        values = np.column_stack([self.wall.velocity(time), np.full(len(self.blood.points), pressure)])
        return MovingState(time, values, values, None, opened)

    def advance(self, state: MovingState, dt: float, pressure: Callable[[float], float]) -> MovingState:
        """The flow ``dt`` ms later against ``pressure`` (kPa at a time) at the open valve; in smaller steps where that fails."""

        def step(now: MovingState, size: float) -> MovingState:
            return self.step(now, size, pressure(now.time + size))

        return step_control.advance(state, dt, step, lambda now, reach: replace(now, reach=reach), self._fastest)

    def _fastest(self, state: MovingState) -> str:
        speed = np.linalg.norm(state.velocity, axis=1)
        x, y, z = self.wall.points(state.time)[int(speed.argmax())]
        return f"The blood was fastest, {speed.max():.2f} m/s, at ({x:.0f}, {y:.0f}, {z:.0f}) mm."

    def agreed[Value](self, value: Value) -> Value:
        """The same for all processes that share the flow, for what decides how it goes on."""
        return self._space.agreed(value)

    def step(self, state: MovingState, dt: float, pressure: float) -> MovingState:
        """One step; raises ``SolveError`` when the system does not converge."""
        time = state.time + dt
        points, velocity = self.wall.points(time), self.wall.velocity(time)
        self._space.space.mesh.geometry.x[:] = points[self._order]
        star = self._set(state, dt, velocity)
        flux = nodal_flux(self.blood.with_points(points), state.opened)
        held = self._held[state.opened]
        guess = star.copy()
        guess[held, :3] = self._bound(time)[held]
        solved = self._solve(state.opened, -pressure * flux, guess, velocity)
        values = self._space.to_mesh(solved.values)
        out = float(np.einsum("ij,ij->", flux, values[:, :3] - velocity))
        return MovingState(time, values, state.values, dt, state.opened, out, solved.iterations, state.reach)

    def _set(self, state: MovingState, dt: float, velocity: Floats) -> Floats:
        """Fill the forms for a step; returns the extrapolated flow (n, 4)."""
        if state.last is None:
            alpha, history, star = 1.0 / dt, state.values / dt, state.values
        else:
            r = dt / state.last
            alpha = (1 + 2 * r) / ((1 + r) * dt)
            history = ((1 + r) * state.values - r * r / (1 + r) * state.before) / dt
            star = (1 + r) * state.values - r * state.before
        forms, space = self._forms, self._space
        forms.alpha.value, forms.step.value = alpha, dt
        convected = star.copy()
        convected[:, :3] -= velocity
        forms.star.x.array[:] = space.to_space(convected)
        forms.history.x.array[:] = space.to_space(history)
        return star

    def _solve(self, opened: str, load: Floats, guess: Floats, velocity: Floats) -> Solved:
        matrix, space = self._matrix, self._space
        matrix.zeroEntries()
        fem.petsc.assemble_matrix(matrix, self._forms.matrix)
        matrix.assemble()
        fem.petsc.assemble_matrix(matrix, self._sideways)
        matrix.assemble()
        self._carried.x.array[:] = space.to_space(np.column_stack([velocity, np.zeros(len(velocity))]))
        right = space.assembled(self._forms.right) + space.assembled(self._sideways_load)
        right += space.own(np.column_stack([load, np.zeros(len(load))]))
        start = space.own(guess)
        rows = space.rows(np.repeat(self._held[opened][:, None], 3, axis=1))
        b, x = vector_on(right, space.comm), vector_on(start, space.comm)
        matrix.zeroRowsColumnsLocal(rows, 1.0, x, b)
        b.destroy()
        x.destroy()
        if opened not in self._solvers:
            self._solvers[opened] = FlowSolver(matrix, np.zeros((1, len(right))), TOLERANCE)
        return self._solvers[opened].solve(right, start, np.zeros(1))


def _sideways(space: Any, forms: FlowForms, openings: Any, w: Any) -> Any:
    """The force that holds blood which comes in to its opening's own motion across, ufl form in ``w``."""
    test, star = ufl.TestFunction(space), forms.star
    normal = ufl.FacetNormal(space.mesh)
    u, v, c = (ufl.as_vector([f[0], f[1], f[2]]) for f in (w, test, star))
    outward = ufl.dot(c, normal)
    inwards = 0.5 * (abs(outward) - outward)
    across = ufl.dot(u, v) - ufl.dot(u, normal) * ufl.dot(v, normal)
    return STRAIGHT * forms.density * inwards * across * openings


def _held(blood: HeartMesh, opened: str) -> Any:
    """(n,) bool, where the velocity is prescribed while one valve is open."""
    held = np.zeros(len(blood.points), dtype=bool)
    for name in ("wall", *OPENINGS):
        if name != opened:
            held[np.unique(blood.tagged(name))] = True
    return held
