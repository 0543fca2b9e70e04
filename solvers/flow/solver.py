"""The linear system of one flow step: FGMRES with algebraic multigrid on the whole block, and a rank-one term an outlet.

On the mesh itself one sweep of ILU(1) on 4x4 blocks before and one after a coarse system of aggregates, which is solved by a
few iterations of its own with multigrid below. In the rise of a pulse, with 11 and 364 thousand tetrahedra:

    smoother on the mesh                    iterations  CPU seconds, 364 thousand
    ILU(0)                                    8, 16       2.8   (more the faster the blood)
    ILU(0), two sweeps before and after       -, 11       3.0
    ILU(0), two iterations of GMRES           -,  8       2.9
    ILU(1), ordered as the mesh               5,  8       2.4
    ILU(1), in Cuthill and McKee's order      6,  7       2.1
    ILU(2)                                    5,  6       3.5

Processes that share the mesh out overlap by a layer of nodes there: two of them then need 7 iterations and not 12.
Not better: the coarse system solved more or less exactly, smaller aggregates; and to keep all this from step to step, for in the
rise of a pulse it costs three iterations more after two steps, and after seven there is no convergence.

The flow through an outlet acts back on it through the vessels behind:  (A + sum R_k u_k u_k^T) x = b,  u_i = integral of
phi_i n.  Left out of the preconditioner these terms cost ten times the iterations, so they enter there too (Woodbury).
"""

from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.backend import PETSc

_AGGREGATES = {"pc_type": "gamg", "pc_gamg_agg_nsmooths": 0, "pc_gamg_reuse_interpolation": True}


def _sweeps(count: int) -> dict[str, Any]:
    smoother = {"ksp_type": "richardson", "ksp_max_it": count, "pc_type": "bjacobi", "sub_pc_type": "ilu"}
    return {f"mg_levels_{name}": value for name, value in smoother.items()}


_COARSE = {"ksp_type": "fgmres", "ksp_max_it": 4, "ksp_convergence_test": "skip", **_AGGREGATES, **_sweeps(2)}
_FILLED = {"mg_levels_sub_pc_factor_levels": 1, "mg_levels_sub_pc_factor_mat_ordering_type": "rcm"}
_SHARED = {"mg_levels_pc_type": "asm", "mg_levels_pc_asm_overlap": 1}  # between processes
MULTIGRID = {**_sweeps(1), **_FILLED, **{f"mg_coarse_{name}": value for name, value in _COARSE.items()}}


class SolveError(Exception):
    """The linear system of a step did not converge; the caller takes a smaller step."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a step: assembling its system, building the preconditioner, iterating."""

    assembly: float = 0.0
    preconditioner: float = 0.0
    iterating: float = 0.0


NOTHING = Cost()


@dataclass(frozen=True)
class Solved:
    """The solution, how many iterations it took, and its cost."""

    values: NDArray[np.float64]
    iterations: int
    cost: Cost = NOTHING


class _WithOutlets:
    """The operator  x -> A x + U^T R (U x),  U (k, N) and R (k,) diagonal."""

    def __init__(self, matrix: Any, outlets: NDArray[np.float64]) -> None:
        self.matrix, self.outlets, self.resistance = matrix, outlets, np.zeros(len(outlets))
        self._comm = matrix.comm.tompi4py()

    def summed(self, here: NDArray[np.float64]) -> NDArray[np.float64]:
        """Over the processes."""
        total = np.empty_like(here)
        self._comm.Allreduce(np.ascontiguousarray(here), total)
        return total

    def mult(self, _: Any, x: Any, y: Any) -> None:
        """y = (A + U^T R U) x."""
        self.matrix.mult(x, y)
        if self.resistance.any():
            y.array += (self.resistance * self.summed(self.outlets @ x.array_r)) @ self.outlets


class _TwoLevels:
    """Smoothing on a matrix in blocks, and a coarse system of its aggregates, which stay those of the first matrix."""

    def __init__(self, matrix: Any) -> None:
        self._matrix, self.comm = matrix, matrix.comm
        self._plain = matrix.convert("aij", out=PETSc.Mat())
        first = PETSc.PC().create(self.comm)
        first.setOperators(self._plain)
        _configure(first, "flow_first_", _AGGREGATES)
        self._interpolation = first.getMGInterpolation(first.getMGLevels() - 1).copy()
        first.destroy()
        self._coarse = self._plain.ptap(self._interpolation)
        self._cycle = PETSc.PC().create(self.comm)
        self._cycle.setOperators(matrix)
        self._cycle.setOptionsPrefix("flow_")
        self._cycle.setType("mg")
        self._cycle.setMGLevels(2)
        self._cycle.setMGInterpolation(1, self._interpolation)
        self._cycle.getMGSmoother(1).setOperators(matrix)
        self._cycle.getMGCoarseSolve().setOperators(self._coarse)
        _configure(self._cycle, "flow_", MULTIGRID | (_SHARED if self.comm.size > 1 else {}))
        self.apply = self._cycle.apply

    def setUp(self) -> None:
        """Take over the matrix as it is now."""
        self._matrix.convert("aij", out=self._plain)
        self._plain.ptap(self._interpolation, result=self._coarse)
        self._cycle.setUp()


class _WoodburyPreconditioner:
    """The preconditioner M of A corrected for the outlets:  M^-1 - Z R (1 + U Z R)^-1 U M^-1  with Z = M^-1 U^T."""

    def __init__(self, inner: _TwoLevels, operator: _WithOutlets) -> None:
        self.inner, self.operator = inner, operator
        self.answers = np.zeros_like(operator.outlets)
        self.factor = np.zeros((len(operator.outlets), len(operator.outlets)))
        self.seconds = 0.0  # CPU of the latest set-up

    def setUp(self, _: Any) -> None:
        """Set up M and the answers of M to the outlets' vectors."""
        began = process_time()
        self.inner.setUp()
        resistance, outlets = self.operator.resistance, self.operator.outlets
        for k in np.flatnonzero(resistance):
            ours, answer = (vector_on(values, self.inner.comm) for values in (outlets[k], self.answers[k]))
            self.inner.apply(ours, answer)
            ours.destroy()
            answer.destroy()
        gain = self.operator.summed(outlets @ self.answers.T) * resistance
        self.factor = resistance[:, None] * np.linalg.inv(np.eye(len(resistance)) + gain)
        self.seconds = process_time() - began

    def apply(self, _: Any, x: Any, y: Any) -> None:
        """y = corrected M^-1 x."""
        self.inner.apply(x, y)
        if self.factor.any():
            y.array -= (self.factor @ self.operator.summed(self.operator.outlets @ y.array_r)) @ self.answers


class FlowSolver:
    """Solves the systems of successive steps on one matrix whose entries change."""

    def __init__(self, matrix: Any, outlets: NDArray[np.float64], relative: float) -> None:
        """Prepare for a matrix.

        matrix    assembled A, in blocks of 4
        outlets   U (k, N), zero where the velocity is prescribed; N counts the rows of this process
        relative  to the first residual
        """
        comm = matrix.comm
        self._operator = _WithOutlets(matrix, np.ascontiguousarray(np.atleast_2d(outlets)))
        shell = PETSc.Mat().createPython(matrix.getSizes(), self._operator, comm=comm)
        shell.setUp()
        self._matrix = matrix
        self._ksp = PETSc.KSP().create(comm)
        self._ksp.setOperators(shell, matrix)
        self._ksp.setType("fgmres")
        self._ksp.setGMRESRestart(60)
        self._ksp.setTolerances(rtol=relative, atol=1e-50, max_it=120)
        self._ksp.setInitialGuessNonzero(True)
        self._ksp.getPC().setType("python")
        self._inner = _WoodburyPreconditioner(_TwoLevels(matrix), self._operator)
        self._ksp.getPC().setPythonContext(self._inner)
        _configure(self._ksp, "flow_outer_", {"ksp_converged_use_initial_residual_norm": True})

    def solve(self, right: NDArray[np.float64], guess: NDArray[np.float64], resistance: NDArray[np.float64]) -> Solved:
        """Solve  (A + U^T R U) x = right  from ``guess`` for resistances R (k,); raises ``SolveError``."""
        self._operator.resistance = np.atleast_1d(np.asarray(resistance, dtype=float))
        values = guess.copy()
        b, x = vector_on(right, self._matrix.comm), vector_on(values, self._matrix.comm)
        self._ksp.getOperators()[0].assemble()
        began, self._inner.seconds = process_time(), 0.0
        self._ksp.solve(b, x)
        spent = process_time() - began
        reason: Any = self._ksp.getConvergedReason()
        iterations = int(self._ksp.getIterationNumber())
        b.destroy()
        x.destroy()
        if reason <= 0 or not np.isfinite(self._operator.summed(values.sum(keepdims=True))).all():
            raise SolveError(f"no convergence after {iterations} iterations (reason {reason})")
        return Solved(values, iterations, Cost(0.0, self._inner.seconds, spent - self._inner.seconds))


def vector_on(values: NDArray[np.float64], comm: Any = PETSc.COMM_SELF) -> Any:
    """A PETSc vector on the memory of an array, this process's part of it."""
    vector: Any = PETSc.Vec()
    return vector.createWithArray(values, comm=comm)


def _configure(target: Any, prefix: str, settings: dict[str, Any]) -> None:
    """Apply options to one PETSc object and leave none behind."""
    options: Any = PETSc.Options()
    for name, value in settings.items():
        options[prefix + name] = value
    target.setOptionsPrefix(prefix)
    target.setFromOptions()
    if isinstance(target, PETSc.PC):
        target.setUp()  # which passes the options on to what is inside
    for name in settings:
        options.delValue(prefix + name)
