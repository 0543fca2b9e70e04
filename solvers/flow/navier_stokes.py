"""Incompressible flow in time: second-order steps, one linear system each, with the outlets' vessels inside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from time import process_time
from typing import Any

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from solvers.backend import MPI, PETSc, fem
from solvers.flow import step_control
from solvers.flow.drag import NodalDrag
from solvers.flow.fitness import outlet_names, refuse_unconditioned
from solvers.flow.fluid import Fluid
from solvers.flow.forms import flow_forms
from solvers.flow.solver import NOTHING, Cost, FlowSolver, Solved, SolveError, vector_on
from solvers.flow.space import flow_space, held_by_symmetry
from solvers.flow.surface_integrals import area_vectors, nodal_area, nodal_flux
from solvers.flow.windkessel import OutletModel

__all__ = ["BALANCE", "FlowState", "Fluid", "NavierStokes", "Scheme"]

# Of a step's first residual. 1e-5 leaves 1e-5 of the velocity and 1e-4 of the wall shear stress of a beat, 1e-4 ten times that
# for one iteration in eight; a valve that moves makes the first residual large.
TOLERANCE, VALVED_TOLERANCE = 1e-5, 1e-7
BALANCE = 1e-3  # most that in- and outflow may differ, against the largest flow so far


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
    stored    (k,) kPa, pressure of each outlet's compliance;  outflows  (k,) mm3/ms through each outlet
    inflow    mm3/ms;  largest: the largest inflow so far
    iterations, imbalance   of the step that led here; imbalance against ``largest``
    cost      CPU seconds of that step
    reach     ms, the longest step from here that is believed to go well
    """

    time: float
    values: Floats
    before: Floats
    scheme: Scheme | None
    stored: Floats
    outflows: Floats
    inflow: float = 0.0
    largest: float = 0.0
    iterations: int = 0
    imbalance: float = 0.0
    cost: Cost = NOTHING
    reach: float = inf

    @property
    def outflow(self) -> float:
        """mm3/ms, through all outlets together."""
        return float(self.outflows.sum())

    @property
    def velocity(self) -> Floats:
        """(n, 3) mm/ms, which is m/s."""
        return self.values[:, :3]

    @property
    def pressure(self) -> Floats:
        """(n,) kPa."""
        return self.values[:, 3]


class NavierStokes:
    """Flow through one mesh, from its inlet to its outlets, between rigid walls and planes of symmetry."""

    def __init__(
        self,
        blood: HeartMesh,
        fluid: Fluid,
        outlets: OutletModel | Mapping[str, OutletModel],
        profile: Floats | None,
        *,
        valved: bool = False,
        developed: bool = False,
        comm: Any = MPI.COMM_SELF,
    ) -> None:
        """outlets: what is behind each outlet by its name, or behind the one named "outlet".

        profile: inlet velocity per unit flow (n, 3), or None for an inlet that is driven by a pressure.
        valved: there is something that resists the blood inside (``set_drag``).
        comm: the processes that share the elements out; all call everything here together and get the whole flow.
        """
        self.blood, self.fluid, self.profile = blood, fluid, profile
        self._space = flow_space(blood, comm)
        conditions = outlets if isinstance(outlets, Mapping) else {"outlet": outlets}
        refuse_unconditioned(blood, conditions)
        self.outlet_names = outlet_names(blood)
        self.outlets = tuple(conditions[name] for name in self.outlet_names)
        space = self._space.space
        self._drag = NodalDrag.of(space) if valved else None
        drag, thinning = (self._drag.function if self._drag else None), fluid.thinning
        outlet, driven = self._space.outlet, self._space.inlet if profile is None else None
        self._forms = flow_forms(space, outlet, thinning=thinning, drag=drag, developed=developed, driven=driven)
        self._forms.density.value, self._forms.viscosity.value = fluid.density, fluid.viscosity
        self.out_fluxes = np.stack([nodal_flux(blood, name) for name in self.outlet_names])
        self.out_flux, self.in_flux = self.out_fluxes.sum(axis=0), nodal_flux(blood, "inlet")
        self._inlet = area_vectors(blood, "inlet").sum(axis=0)
        self._held = held_by_symmetry(blood)
        self._held[np.unique(blood.tagged("wall"))] = True
        if profile is not None:
            self._held[np.unique(blood.tagged("inlet"))] = True
        self._rows = self._space.rows(self._held)
        self._matrix = fem.petsc.create_matrix(self._forms.matrix, "baij")
        self._matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        self._solver: FlowSolver | None = None

    def set_drag(self, values: Floats) -> None:
        """Resist the blood by ``values`` (n,) kPa ms/mm2 from now on."""
        assert self._drag is not None, "the flow was made without a valve"
        self._drag.set(values)

    def at_rest(self, stored: float | Floats) -> FlowState:
        """Still blood at the pressure ``stored`` (kPa, one or (k,)) of the outlets, whose mean it has."""
        each = np.broadcast_to(np.asarray(stored, dtype=float), len(self.outlets)).copy()
        values = np.zeros((len(self.blood.points), 4))
        values[:, 3] = each.mean()
        return self.starting(values, each)

    def starting(self, values: Floats, stored: float | Floats = 0.0) -> FlowState:
        """The start of a run from given velocities and pressures (n, 4), mm/ms and kPa."""
        each = np.broadcast_to(np.asarray(stored, dtype=float), len(self.outlets)).copy()
        return FlowState(0.0, values, values, None, each, self._through_outlets(values))

    def advance(
        self, state: FlowState, dt: float, drive: Callable[[float], float], *, damped: bool = False
    ) -> FlowState:
        """The flow ``dt`` ms later; where that fails, in smaller steps, at last refused with a sentence (Diverged).

        drive   the inflow mm3/ms (or the inlet pressure, kPa) at a time in ms
        damped  first-order steps (backward Euler), for the way to a steady flow
        """

        def step(now: FlowState, size: float) -> FlowState:
            return self.step(now, size, drive(now.time + size), damped=damped)

        return step_control.advance(state, dt, step, lambda now, reach: replace(now, reach=reach), self._fastest)

    def _fastest(self, state: FlowState) -> str:
        speed = np.linalg.norm(state.velocity, axis=1)
        x, y, z = self.blood.points[int(speed.argmax())]
        return f"The blood was fastest, {speed.max():.2f} m/s, at ({x:.0f}, {y:.0f}, {z:.0f}) mm."

    def step(self, state: FlowState, dt: float, drive: float, *, damped: bool = False) -> FlowState:
        """One step; raises ``SolveError`` when the system does not converge or what flows in does not flow out."""
        scheme = _time_scheme(state, dt, damped)
        self._set(scheme)
        ends = tuple(zip(self.outlets, state.stored, state.outflows, strict=True))
        known = [model.known_pressure(stored, flow, dt, state.time) for model, stored, flow in ends]
        load = -np.einsum("k,kij->ij", known, self.out_fluxes)
        guess = scheme.star.copy()
        if self.profile is None:
            load = load - drive * self.in_flux
            guess[:, :3][self._held] = 0.0
        else:
            guess[:, :3][self._held] = drive * self.profile[self._held]
        solved = self._solve(load, guess, np.array([model.resistance(dt) for model in self.outlets]))
        values = self._space.to_mesh(solved.values)
        inflow = -float(np.einsum("ij,ij->", self.in_flux, values[:, :3]))
        inflow, outflows = self.agreed((inflow, self._through_outlets(values)))
        largest = max(state.largest, abs(inflow))
        imbalance = abs(float(outflows.sum()) - inflow) / largest if largest else 0.0
        if imbalance > BALANCE:
            raise SolveError(f"in- and outflow differ by {imbalance:.1%} of the peak flow")
        after = [
            model.advance(stored, flow, flow_next, dt, state.time)
            for (model, stored, flow), flow_next in zip(ends, outflows, strict=True)
        ]
        return replace(
            state,
            time=state.time + dt,
            values=values,
            before=state.values,
            scheme=scheme,
            stored=np.array(after),
            outflows=outflows,
            inflow=inflow,
            largest=largest,
            iterations=solved.iterations,
            imbalance=imbalance,
            cost=solved.cost,
        )

    def outlet_pressure(self, state: FlowState) -> float:
        """The mean pressure over all outlets, kPa."""
        weight = np.sum([nodal_area(self.blood, name) for name in self.outlet_names], axis=0)
        return float(weight @ state.pressure / weight.sum())

    def agreed[Value](self, value: Value) -> Value:
        """The same for all processes that share the flow, for what decides how it goes on."""
        return self._space.agreed(value)

    def _through_outlets(self, values: Floats) -> Floats:
        return np.asarray(np.einsum("kij,ij->k", self.out_fluxes, values[:, :3]))

    def _solve(self, load: Floats, guess: Floats, resistance: Floats) -> Solved:
        matrix, space, began = self._matrix, self._space, process_time()
        matrix.zeroEntries()
        fem.petsc.assemble_matrix(matrix, self._forms.matrix)
        matrix.assemble()
        right = space.assembled(self._forms.right)
        right += space.own(np.column_stack([load, np.zeros(len(load))]))
        start = space.own(guess)
        b, x = vector_on(right, space.comm), vector_on(start, space.comm)
        matrix.zeroRowsColumnsLocal(self._rows, 1.0, x, b)
        b.destroy()
        x.destroy()
        if self._solver is None:
            free = [np.where(self._held, 0.0, flux) for flux in self.out_fluxes]
            still = np.zeros(len(guess))
            vectors = np.stack([space.own(np.column_stack([u, still])) for u in free])
            self._solver = FlowSolver(matrix, vectors, TOLERANCE if self._drag is None else VALVED_TOLERANCE)
        assembly = process_time() - began
        solved = self._solver.solve(right, start, resistance)
        return replace(solved, cost=replace(solved.cost, assembly=assembly))

    def wall_load(self, state: FlowState) -> Floats:
        """The force of the boundary on the blood by node, (n, 3) mg mm/ms2: what is left of momentum on held nodes."""
        if state.scheme is None:
            return np.zeros((len(state.values), 3))
        self._set(state.scheme)
        self._forms.solution.x.array[:] = self._space.to_space(state.values)
        return self._space.to_mesh(self._space.assembled(self._forms.residual))[:, :3]

    def _set(self, scheme: Scheme) -> None:
        forms, space = self._forms, self._space
        if self.profile is None:
            coming = max(-float(np.einsum("ij,ij->", self.in_flux, scheme.star[:, :3])), 0.0)
            forms.entering.value = -coming * self._inlet / float(self._inlet @ self._inlet)
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
