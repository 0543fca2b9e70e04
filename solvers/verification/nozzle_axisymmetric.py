"""Steady flow through a round nozzle by another method than the product's: in the half section, quadratic velocity, Newton.

Taylor-Hood elements in cylinder coordinates without any stabilisation, every system solved directly: what the equations say,
apart from what a mesh of tetrahedra makes of them (Taylor and Hood 1973, doi 10.1016/0045-7930(73)90027-3).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from geometry.heart_mesh import Floats, Ints
from solvers.backend import MPI, PETSc, basix, fem, mesh, ufl
from solvers.flow.fluid import Fluid
from solvers.flow.solver import vector_on

RAMP, ITERATIONS, STILL = (0.1, 0.4, 1.0), 12, 1e-7  # parts of the flow in turn; Newton until nothing moves, mm/ms
EDGE = 1e-7  # mm


def axis_speed(
    bore: Callable[[float], float],
    before: Floats,
    behind: Floats,
    rings: Floats,
    beyond: Floats,
    fluid: Fluid,
    flow: float,
) -> tuple[Floats, Floats]:
    """Places along the axis (mm) and the speed there (m/s) at ``flow`` mm3/ms; the stations as for ``quarter_nozzle``."""
    points, triangles = _half_section(bore, before, behind, rings, beyond)
    element = basix.ufl.element("Lagrange", "triangle", 1, shape=(2,))
    section = mesh.create_mesh(MPI.COMM_SELF, triangles.astype(np.int64), element, points)
    velocity = basix.ufl.element("Lagrange", "triangle", 2, shape=(2,))
    space = fem.functionspace(
        section, basix.ufl.mixed_element([velocity, basix.ufl.element("Lagrange", "triangle", 1)])
    )
    radius, inlet = bore(before[0]), fem.Function(space.sub(0).collapse()[0])
    bounds = _held(space, inlet, before[0])
    state = fem.Function(space)
    for part in RAMP:
        top = part * 2 * flow / (np.pi * radius**2)
        inlet.interpolate(lambda x, top=top: np.stack([top * (1 - (x[1] / radius) ** 2), 0 * x[1]]))
        _solve(state, _momentum_and_mass(state, fluid), bounds)
    speed = state.sub(0).collapse()
    where = speed.function_space.tabulate_dof_coordinates()
    axis = np.flatnonzero(where[:, 1] < EDGE)
    axis = axis[np.argsort(where[axis, 0])]
    return where[axis, 0], speed.x.array[2 * axis]


def _momentum_and_mass(state: Any, fluid: Fluid) -> Any:
    """The weak form, integrated over the half section with the weight r; z is the first axis, r the second."""
    u, p = ufl.split(state)
    v, q = ufl.TestFunctions(state.function_space)
    r = ufl.SpatialCoordinate(state.function_space.mesh)[1]
    dx = ufl.Measure("dx", domain=state.function_space.mesh, metadata={"quadrature_degree": 5})
    inertia = fluid.density * ufl.dot(ufl.grad(u) * u, v)
    viscous = fluid.viscosity * (ufl.inner(ufl.grad(u), ufl.grad(v)) + u[1] * v[1] / r**2)
    return (inertia + viscous - p * (ufl.div(v) + v[1] / r) + q * (ufl.div(u) + u[1] / r)) * r * dx


def _held(space: Any, inlet: Any, start: float) -> list[Any]:
    """The inlet's profile, no slip at the wall, nothing across the axis; the end of the pipe is free."""
    section, vector = space.mesh, inlet.function_space
    across, _ = space.sub(0).sub(1).collapse()
    section.topology.create_connectivity(1, 2)
    edges = mesh.exterior_facet_indices(section.topology)
    places = mesh.compute_midpoints(section, 1, edges)
    end = section.geometry.x[:, 0].max()
    first, last, axis = places[:, 0] < start + EDGE, places[:, 0] > end - EDGE, places[:, 1] < EDGE

    def bound(values: Any, chosen: Any, part: Any) -> Any:
        return fem.dirichletbc(
            values, fem.locate_dofs_topological((part, values.function_space), 1, edges[chosen]), part
        )

    whole = space.sub(0)
    return [
        bound(inlet, first, whole), bound(fem.Function(vector), ~(first | last | axis), whole),
        bound(fem.Function(across), axis, whole.sub(1)),
    ]  # fmt: skip


def _solve(state: Any, residual: Any, bounds: list[Any]) -> None:
    """Newton's method; leaves the answer in ``state``."""
    left, right = fem.form(ufl.derivative(residual, state)), fem.form(residual)
    for _ in range(ITERATIONS):
        matrix = fem.petsc.assemble_matrix(left, bcs=bounds)
        matrix.assemble()
        off = fem.assemble_vector(right).array
        fem.apply_lifting(off, [left], [bounds], [state.x.array], -1.0)
        for one in bounds:
            one.set(off, state.x.array, -1.0)
        solver: Any = PETSc.KSP().create(PETSc.COMM_SELF)
        solver.setOperators(matrix)
        solver.setType("preonly")
        solver.getPC().setType("lu")
        solver.getPC().setFactorSolverType("mumps")
        load = vector_on(off)
        change = load.duplicate()
        solver.solve(load, change)
        state.x.array[:] -= change.array
        if np.abs(change.array).max() < STILL:
            return
    raise ArithmeticError("Newton's method did not come to rest")


def _half_section(
    bore: Callable[[float], float], before: Floats, behind: Floats, rings: Floats, beyond: Floats
) -> tuple[Floats, Ints]:
    """(n, 2) points z, r and (t, 3) triangles: columns of the bore, then wider ones from the sudden expansion on."""
    inner = np.concatenate([[0.0], rings])
    outer = np.concatenate([inner * bore(0.0), beyond])
    narrow = [np.column_stack([np.full(len(inner), z), inner * bore(z)]) for z in before[:-1]]
    wide = [np.column_stack([np.full(len(outer), z), outer]) for z in behind]
    points = np.concatenate([*narrow, *wide])
    start = len(narrow) * len(inner)
    number = np.arange(len(points), dtype=np.int32)
    columns, wider = number[:start].reshape(-1, len(inner)), number[start:].reshape(-1, len(outer))
    return points, np.concatenate([_cut(np.vstack([columns, wider[0, : len(inner)]])), _cut(wider)])


def _cut(grid: Ints) -> Ints:
    """(t, 3), quadrilaterals of a grid of node numbers cut in two."""
    a, b, c, d = (part.ravel() for part in (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]))
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])
