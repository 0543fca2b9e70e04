"""The weak form of incompressible flow on linear tetrahedra, with velocity and pressure in one space of four components.

Momentum  rho (du/dt + u* . grad u) - div(sigma) = 0,  mass  div u = 0,  u* extrapolated, so one linear system a step.
Equal-order elements are made stable by streamline (SUPG), pressure (PSPG) and divergence (LSIC) terms built on the residual
of momentum (Bazilevs 2007, doi 10.1016/j.cma.2007.07.016); the outlet against backflow (Moghadam 2011,
doi 10.1007/s00466-011-0599-0), and in the same way an inlet that a pressure drives against blood that turns round there: what
comes in faster than FASTER times the mean inflow is held to the mean. No profile of a vessel is as fast, and while no blood passes
(a shut valve) all of it is held; without that, eddies before a shut valve fed on what they drew in (a patient, 87 m/s).
"""

from dataclasses import dataclass
from typing import Any

from solvers.backend import compiled_form, fem, ufl
from solvers.flow.fluid import Carreau

BACKFLOW = 0.2
FASTER = 2.0  # times the mean: the middle of a parabola
VISCOUS_LIMIT = 12.0  # C_I of the stabilisation: its value where viscosity rules


@dataclass(frozen=True)
class FlowForms:
    """Matrix a and right side b of one step, and what they depend on.

    star     Function: extrapolated velocity u* in the first three components
    history  Function: the known part h of  du/dt = alpha u - h
    solution Function: the velocity and pressure that ``residual`` = A w - b is taken of
    alpha, step, density, viscosity   Constants in 1/ms, ms, mg/mm3, kPa ms
    entering  Constant (3,): the mean inflow through an inlet that a pressure drives, mm/ms; not used where there is none
    """

    matrix: Any
    right: Any
    residual: Any
    star: Any
    history: Any
    solution: Any
    alpha: Any
    step: Any
    density: Any
    viscosity: Any
    entering: Any


def flow_forms(
    space: Any,
    outlet: Any,
    *,
    thinning: Carreau | None = None,
    drag: Any = None,
    developed: bool = False,
    driven: Any = None,
) -> FlowForms:
    """Compile the forms on a space of four components.

    outlet     measure over the outlet;  driven: measure over an inlet that a pressure drives, if there is one
    drag       Function: resistance to flow of a valve's leaflets by volume, kPa ms/mm2; None: there is none
    thinning   how viscosity follows the shear of the extrapolated velocity; None: it is constant
    developed  viscous term in Laplace form, whose natural outlet lets developed flow out and in unchanged, and nothing
               against backflow (for verification: it would brake flow that swings by 3 % of its pressure at alpha 4);
               else the symmetric form, whose natural outlet is the true traction
    """
    domain = space.mesh
    star, history, solution = (fem.Function(space) for _ in range(3))
    alpha, step, density, viscosity = (fem.Constant(domain, 1.0) for _ in range(4))
    local = viscosity
    if thinning is not None:
        strain = ufl.sym(ufl.grad(_velocity(star)))
        local = thinning.viscosity(ufl.sqrt(2 * ufl.inner(strain, strain)), viscosity)
    entering = fem.Constant(domain, (0.0, 0.0, 0.0))
    given = (star, history, alpha, step, density, local)
    trial, test = ufl.TrialFunction(space), ufl.TestFunction(space)
    a, b = _terms(domain, trial, test, given, outlet, drag=drag, developed=developed)
    if driven is not None and not developed:
        held, towards = _held_inflow(domain, _velocity(trial), _velocity(test), _velocity(star), entering)
        a, b = a + density * held * driven, b + density * towards * driven
    residual = ufl.replace(a, {trial: solution}) - b

    matrix, load, left = (compiled_form(one) for one in (a, b, residual))
    return FlowForms(matrix, load, left, star, history, solution, alpha, step, density, viscosity, entering)


def _terms(
    domain: Any, trial: Any, test: Any, given: Any, outlet: Any, *, drag: Any, developed: bool
) -> tuple[Any, Any]:
    star, history, alpha, step, density, viscosity = given
    u, p, v, q = _velocity(trial), trial[3], _velocity(test), test[3]
    c, h = _velocity(star), density * _velocity(history)
    dx = ufl.Measure("dx", domain=domain, metadata={"quadrature_degree": 2})
    tau, nu_div = _stabilisation(domain, c, step, density, viscosity, drag)
    advected = density * ufl.dot(ufl.grad(v), c)
    inertia = density * (alpha * u + ufl.dot(ufl.grad(u), c))
    if drag is not None:
        inertia += drag * u
    viscous = viscosity * ufl.inner(ufl.grad(u) if developed else 2 * ufl.sym(ufl.grad(u)), ufl.grad(v))
    a = (
        (ufl.dot(inertia, v) + viscous - p * ufl.div(v) + q * ufl.div(u)) * dx
        + tau * ufl.dot(inertia + ufl.grad(p), advected + ufl.grad(q)) * dx
        + nu_div * ufl.div(u) * ufl.div(v) * dx
    )
    if not developed:
        outward = ufl.dot(c, ufl.FacetNormal(domain))
        a -= BACKFLOW * density * 0.5 * (outward - abs(outward)) * ufl.dot(u, v) * outlet
    return a, ufl.dot(h, v) * dx + tau * ufl.dot(h, advected + ufl.grad(q)) * dx


def _held_inflow(domain: Any, u: Any, v: Any, c: Any, entering: Any) -> tuple[Any, Any]:
    """What holds blood that comes in too fast to the mean inflow: its part of the matrix and of the right side."""
    excess = -ufl.dot(c, ufl.FacetNormal(domain)) - FASTER * ufl.sqrt(ufl.dot(entering, entering))
    strength = 0.5 * (excess + abs(excess))
    return strength * ufl.dot(u, v), strength * ufl.dot(entering, v)


def _velocity(w: Any) -> Any:
    return ufl.as_vector([w[0], w[1], w[2]])


def _stabilisation(domain: Any, c: Any, step: Any, density: Any, viscosity: Any, drag: Any) -> tuple[Any, Any]:
    """tau (mm3 ms/mg ... time over density) and the divergence viscosity, from the metric of the tetrahedron.

    G = sum of  grad(l_i) grad(l_i)^T  over the four corner functions: unlike that of the reference map, it does not
    depend on how the corners are numbered.
    """
    k = ufl.JacobianInverse(domain)
    corners = [k[i, :] for i in range(3)]
    corners.append(-(corners[0] + corners[1] + corners[2]))
    metric = sum((ufl.outer(g, g) for g in corners[1:]), ufl.outer(corners[0], corners[0]))
    unsteady = (2 * density / step) ** 2
    convective = density**2 * ufl.dot(c, metric * c)
    viscous = VISCOUS_LIMIT * viscosity**2 * ufl.inner(metric, metric)
    resisting = 0 if drag is None else drag**2
    tau = 1 / ufl.sqrt(unsteady + convective + viscous + resisting)
    return tau, 1 / (tau * ufl.tr(metric))
