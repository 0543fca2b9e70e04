"""Incompressible flow in time: second-order steps, one linear system each, with the outlet's vessels inside it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from solvers.backend import PETSc, fem, jit_options
from solvers.flow.drag import NodalDrag
from solvers.flow.forms import flow_forms
from solvers.flow.solver import FlowSolver, Solved, SolveError, vector_on
from solvers.flow.space import flow_space
from solvers.flow.surface_integrals import nodal_flux
from solvers.flow.windkessel import Outlet

BALANCE = 1e-3  # most that in- and outflow may differ, against the largest flow so far
HALVINGS = 5


@dataclass(frozen=True)
class Fluid:
    """Blood: density mg/mm3, viscosity kPa ms."""

    density: float
    viscosity: float


@dataclass(frozen=True)
class Scheme:
    """How a step took the time derivative:  du/dt = alpha u - history,  convected by ``star``."""

    step: float
    alpha: float
    history: Floats
    star: Floats


@dataclass(frozen=True)
class FlowState:
    """The flow at one moment.

    values    (n, 4) velocity mm/ms and pressure kPa
    before    the same one step earlier
    scheme    of the step that led here, None at the start
    inflow, outflow   mm3/ms;  largest: the largest inflow so far;  stored: pressure of the outlet's compliance, kPa
    iterations, imbalance   of the step that led here; imbalance against ``largest``
    """

    time: float
    values: Floats
    before: Floats
    scheme: Scheme | None
    stored: float
    inflow: float = 0.0
    outflow: float = 0.0
    largest: float = 0.0
    iterations: int = 0
    imbalance: float = 0.0

    @property
    def velocity(self) -> Floats:
        """(n, 3) mm/ms, which is m/s."""
        return self.values[:, :3]

    @property
    def pressure(self) -> Floats:
        """(n,) kPa."""
        return self.values[:, 3]


class NavierStokes:
    """Flow through one mesh, from its inlet to its outlet, between rigid walls."""

    def __init__(
        self,
        blood: HeartMesh,
        fluid: Fluid,
        outlet: Outlet,
        profile: Floats | None,
        *,
        valved: bool = False,
        developed: bool = False,
    ) -> None:
        """profile: inlet velocity per unit flow (n, 3), or None for an inlet that is driven by a pressure.

        valved: there is something that resists the blood inside (``set_drag``).
        """
        self.blood, self.fluid, self.outlet, self.profile = blood, fluid, outlet, profile
        self._space = flow_space(blood)
        self._drag = NodalDrag.of(self._space.space) if valved else None
        drag = self._drag.function if self._drag else None
        self._forms = flow_forms(self._space.space, self._space.outlet, jit_options(), drag=drag, developed=developed)
        self._forms.density.value, self._forms.viscosity.value = fluid.density, fluid.viscosity
        self.out_flux, self.in_flux = nodal_flux(blood, "outlet"), nodal_flux(blood, "inlet")
        held = np.zeros(len(blood.points), dtype=bool)
        held[np.unique(blood.tagged("wall"))] = True
        if profile is not None:
            held[np.unique(blood.tagged("inlet"))] = True
        self._held = held
        self._rows = np.sort((4 * self._space.dof[held][:, None] + np.arange(3)).ravel()).astype(np.int32)
        self._matrix = fem.petsc.create_matrix(self._forms.matrix)
        self._matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        self._solver: FlowSolver | None = None

    def set_drag(self, values: Floats) -> None:
        """Resist the blood by ``values`` (n,) kPa ms/mm2 from now on."""
        assert self._drag is not None, "the flow was made without a valve"
        self._drag.set(values)

    def at_rest(self, stored: float) -> FlowState:
        """Still blood at the pressure of the outlet."""
        values = np.zeros((len(self.blood.points), 4))
        values[:, 3] = stored
        return FlowState(0.0, values, values, None, stored)

    def advance(
        self, state: FlowState, dt: float, drive: Callable[[float], float], *, damped: bool = False
    ) -> FlowState:
        """The flow ``dt`` ms later; where that fails the step is halved and done again, at last refused with a sentence.

        drive   the inflow mm3/ms (or the inlet pressure, kPa) at a time in ms
        damped  first-order steps (backward Euler), for the way to a steady flow
        """
        return self._advance(state, dt, drive, damped, HALVINGS)

    def _advance(
        self, state: FlowState, dt: float, drive: Callable[[float], float], damped: bool, halvings: int
    ) -> FlowState:
        try:
            return self.step(state, dt, drive(state.time + dt), damped=damped)
        except SolveError as failure:
            if halvings == 0:
                raise Refused(
                    f"The flow could not be computed beyond {state.time:.1f} ms, even with a step of {dt:.3g} ms ({failure}). "
                    "Use a finer mesh around the narrowing, or a smaller time step."
                ) from failure
        half = self._advance(state, dt / 2, drive, damped, halvings - 1)
        return self._advance(half, dt / 2, drive, damped, halvings - 1)

    def step(self, state: FlowState, dt: float, drive: float, *, damped: bool = False) -> FlowState:
        """One step; raises ``SolveError`` when the system does not converge or what flows in does not flow out."""
        scheme = _time_scheme(state, dt, damped)
        self._set(scheme)
        known = self.outlet.known_pressure(state.stored, state.outflow, dt)
        load = -known * self.out_flux
        guess = scheme.star.copy()
        if self.profile is None:
            load = load - drive * self.in_flux
        else:
            guess[self._held, :3] = drive * self.profile[self._held]
        solved = self._solve(load, guess, self.outlet.resistance(dt))
        values = self._space.to_mesh(solved.values)
        inflow = -float(np.einsum("ij,ij->", self.in_flux, values[:, :3]))
        outflow = float(np.einsum("ij,ij->", self.out_flux, values[:, :3]))
        largest = max(state.largest, abs(inflow))
        imbalance = abs(outflow - inflow) / largest if largest else 0.0
        if imbalance > BALANCE:
            raise SolveError(f"in- and outflow differ by {imbalance:.1%} of the peak flow")
        stored = self.outlet.advance(state.stored, state.outflow, outflow, dt)
        return FlowState(
            state.time + dt,
            values,
            state.values,
            scheme,
            stored,
            inflow,
            outflow,
            largest,
            solved.iterations,
            imbalance,
        )

    def _solve(self, load: Floats, guess: Floats, resistance: float) -> Solved:
        matrix, space = self._matrix, self._space
        matrix.zeroEntries()
        fem.petsc.assemble_matrix(matrix, self._forms.matrix)
        matrix.assemble()
        right = fem.assemble_vector(self._forms.right).array.copy()
        right += space.to_space(np.column_stack([load, np.zeros(len(load))]))
        start = space.to_space(guess)
        b, x = vector_on(right), vector_on(start)
        matrix.zeroRowsColumnsLocal(self._rows, 1.0, x, b)
        b.destroy()
        x.destroy()
        if self._solver is None:
            free = np.where(self._held[:, None], 0.0, self.out_flux)
            self._solver = FlowSolver(matrix, space.to_space(np.column_stack([free, np.zeros(len(free))])))
        return self._solver.solve(right, start, resistance)

    def wall_load(self, state: FlowState) -> Floats:
        """The force of the boundary on the blood by node, (n, 3) mg mm/ms2: what is left of momentum on held nodes."""
        if state.scheme is None:
            return np.zeros((len(state.values), 3))
        self._set(state.scheme)
        self._forms.solution.x.array[:] = self._space.to_space(state.values)
        return self._space.to_mesh(fem.assemble_vector(self._forms.residual).array)[:, :3]

    def _set(self, scheme: Scheme) -> None:
        forms, space = self._forms, self._space
        forms.alpha.value, forms.step.value = scheme.alpha, scheme.step
        forms.star.x.array[:] = space.to_space(scheme.star)
        forms.history.x.array[:] = space.to_space(scheme.history)


def _time_scheme(state: FlowState, dt: float, damped: bool) -> Scheme:
    """Second order backwards (BDF2) with a step that may change (r = dt / last), or first order where there is no past."""
    if damped or state.scheme is None:
        return Scheme(dt, 1.0 / dt, state.values / dt, state.values)
    r = dt / state.scheme.step
    history = ((1 + r) * state.values - r * r / (1 + r) * state.before) / dt
    return Scheme(dt, (1 + 2 * r) / ((1 + r) * dt), history, (1 + r) * state.values - r * state.before)
