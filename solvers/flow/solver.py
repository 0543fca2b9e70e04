"""The linear system of one flow step: FGMRES with algebraic multigrid on the whole block, and the outlet's rank-one term.

The flow through the outlet acts back on it through the vessels behind:  (A + R u u^T) x = b,  u_i = integral of phi_i n.
Left out of the preconditioner this term costs ten times the iterations, so it enters there too (Woodbury).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.backend import PETSc

MULTIGRID = {
    "pc_type": "gamg",
    "pc_gamg_agg_nsmooths": 0,
    "pc_gamg_reuse_interpolation": True,
    "mg_levels_ksp_type": "richardson",
    "mg_levels_ksp_max_it": 2,
    "mg_levels_pc_type": "bjacobi",
    "mg_levels_sub_pc_type": "ilu",
}


class SolveError(Exception):
    """The linear system of a step did not converge; the caller takes a smaller step."""


@dataclass(frozen=True)
class Solved:
    """The solution and how many iterations it took."""

    values: NDArray[np.float64]
    iterations: int


class _WithOutlet:
    """The operator  x -> A x + R (u . x) u."""

    def __init__(self, matrix: Any, outlet: Any) -> None:
        self.matrix, self.outlet, self.resistance = matrix, outlet, 0.0

    def mult(self, _: Any, x: Any, y: Any) -> None:
        """y = (A + R u u^T) x."""
        self.matrix.mult(x, y)
        if self.resistance:
            y.axpy(self.resistance * self.outlet.dot(x), self.outlet)


class _WoodburyPreconditioner:
    """The preconditioner M of A corrected for the outlet:  M^-1 - z R (u . M^-1) / (1 + R u . z)  with z = M^-1 u."""

    def __init__(self, inner: Any, operator: _WithOutlet) -> None:
        self.inner, self.operator = inner, operator
        self.answer = operator.outlet.duplicate()
        self.factor = 0.0

    def setUp(self, _: Any) -> None:
        """Set up M and the answer of M to the outlet's vector."""
        self.inner.setUp()
        resistance, outlet = self.operator.resistance, self.operator.outlet
        self.factor = 0.0
        if resistance:
            self.inner.apply(outlet, self.answer)
            self.factor = resistance / (1.0 + resistance * outlet.dot(self.answer))

    def apply(self, _: Any, x: Any, y: Any) -> None:
        """y = corrected M^-1 x."""
        self.inner.apply(x, y)
        if self.factor:
            y.axpy(-self.factor * self.operator.outlet.dot(y), self.answer)


class FlowSolver:
    """Solves the systems of successive steps on one matrix whose entries change."""

    def __init__(self, matrix: Any, outlet: NDArray[np.float64], relative: float = 1e-5) -> None:
        """matrix: assembled A; outlet: u with zeros where the velocity is prescribed; relative: to the first residual."""
        comm = matrix.comm
        self._outlet = vector_on(np.ascontiguousarray(outlet))
        self._operator = _WithOutlet(matrix, self._outlet)
        shell = PETSc.Mat().createPython(matrix.getSizes(), self._operator, comm=comm)
        shell.setUp()
        inner = PETSc.PC().create(comm)
        inner.setOperators(matrix)
        _configure(inner, "flow_", MULTIGRID)
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setOperators(shell, matrix)
        self._ksp.setType("fgmres")
        self._ksp.setGMRESRestart(60)
        self._ksp.setTolerances(rtol=relative, atol=1e-50, max_it=120)
        self._ksp.setInitialGuessNonzero(True)
        self._ksp.getPC().setType("python")
        self._ksp.getPC().setPythonContext(_WoodburyPreconditioner(inner, self._operator))
        _configure(self._ksp, "flow_outer_", {"ksp_converged_use_initial_residual_norm": True})

    def solve(self, right: NDArray[np.float64], guess: NDArray[np.float64], resistance: float) -> Solved:
        """Solve  (A + R u u^T) x = right  from ``guess``; raises ``SolveError``."""
        self._operator.resistance = resistance
        values = guess.copy()
        b, x = vector_on(right), vector_on(values)
        self._ksp.getOperators()[0].assemble()
        self._ksp.solve(b, x)
        reason: Any = self._ksp.getConvergedReason()
        iterations = int(self._ksp.getIterationNumber())
        b.destroy()
        x.destroy()
        if reason <= 0 or not np.isfinite(values).all():
            raise SolveError(f"no convergence after {iterations} iterations (reason {reason})")
        return Solved(values, iterations)


def vector_on(values: NDArray[np.float64]) -> Any:
    """A PETSc vector on the memory of an array."""
    vector: Any = PETSc.Vec()
    return vector.createWithArray(values, comm=PETSc.COMM_SELF)


def _configure(target: Any, prefix: str, settings: dict[str, Any]) -> None:
    """Apply options to one PETSc object and leave none behind."""
    options: Any = PETSc.Options()
    for name, value in settings.items():
        options[prefix + name] = value
    target.setOptionsPrefix(prefix)
    target.setFromOptions()
    if isinstance(target, PETSc.PC):
        target.setUp()
    for name in settings:
        options.delValue(prefix + name)
