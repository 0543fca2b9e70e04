"""Diffusion of the membrane voltage, one Crank-Nicolson step at a time, by the program's own conjugate gradients."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from geometry.errors import Refused
from solvers.kernels.compile import load_kernel
from solvers.kernels.precision import Precision, c_name, real_math

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Reals = NDArray[np.floating]

_CDEF = """
int crank_nicolson(int64_t n, const int64_t *starts, const int32_t *columns, const REAL *A, const REAL *K,
                   const REAL *inverse, double *V, REAL *x, REAL *last, REAL *work, double dt, double rtol, double least,
                   int most, int threads);
double begin_rows(int64_t n, const int64_t *starts, const int32_t *columns, const REAL *A, const REAL *K,
                  const REAL *inverse, const double *V, const REAL *x, REAL *r, REAL *z, REAL *p, REAL *s, double dt,
                  double *bb);
double multiply_rows(int64_t n, const int64_t *starts, const int32_t *columns, const REAL *A, const REAL *z, REAL *q);
double update_rows(int64_t n, double alpha, double beta, const REAL *inverse, const REAL *q, REAL *x, REAL *r, REAL *z,
                   REAL *p, REAL *s);
int64_t observe(int64_t n, const double *before, const double *after, double *seen, double t, double dt,
                int32_t *nodes, double *times, int threads);
"""
WIDTH = 16  # rows of a slice, as in diffusion.c
LEAST = 1e-24  # of the squared preconditioned residual, in units of the diagonal: nothing moves any more
ITERATIONS = 1000  # at most in a step; some ten are usual
NOT_CONVERGED = (
    "The voltage could not be computed: the linear solver did not converge. "
    "Use a smaller time step, and look at the mesh for flat tetrahedra."
)


def load_diffusion(precision: Precision) -> tuple[Any, Any]:
    """The compiled kernel of this module: ``(ffi, lib)``."""
    source = real_math(precision) + (Path(__file__).parents[1] / "kernels" / "diffusion.c").read_text()
    return load_kernel(source, _CDEF.replace("REAL", c_name(precision)), "diffusion")


def blend_mass(mass: csr_array, consistent: float) -> csr_array:
    """``consistent`` parts of the full mass matrix and the rest of its row sums on the diagonal, same pattern."""
    lumped = diags_array(np.asarray(mass.sum(axis=1)).ravel(), format="csr")
    return csr_array(consistent * mass + (1.0 - consistent) * lumped)


@dataclass(frozen=True)
class System:
    """A = M + dt/2 K and K of some rows in slices of ``WIDTH``, as diffusion.c wants them; m rows with the filled-up ones.

    starts, columns  where each slice begins, and the columns
    A, K, inverse    values, and 1 / diagonal of A (m,)
    diagonal         sum of A's diagonal
    """

    starts: NDArray[np.int64]
    columns: Ints
    A: Reals
    K: Reals
    inverse: Reals
    diagonal: float

    @classmethod
    def of(cls, mass: csr_array, stiffness: csr_array, dt: float, precision: Precision) -> "System":
        """From matrices (n, columns); row i has its diagonal in column i."""
        ones = [csr_array((np.ones(m.nnz), m.indices, m.indptr), shape=m.shape) for m in (mass, stiffness)]
        pattern = csr_array(ones[0] + ones[1])
        pattern.sort_indices()
        K = _on_pattern(stiffness, pattern)
        A = _on_pattern(mass, pattern) + 0.5 * dt * K
        diagonal = csr_array((A, pattern.indices, pattern.indptr), shape=pattern.shape).diagonal()
        starts, columns, at = _slices(pattern)
        wide = np.zeros((2, len(columns)), precision)
        wide[:, at] = A, K
        inverse = np.ones(WIDTH * (len(starts) - 1), precision)
        inverse[: pattern.shape[0]] = 1.0 / diagonal
        return cls(starts, columns, wide[0], wide[1], inverse, float(diagonal.sum()))

    @property
    def rows(self) -> int:
        """m."""
        return len(self.inverse)


@dataclass
class Diffusion:
    """M dV/dt = -K V over one time step, (M + dt/2 K) x = -dt K V, V += x; the guess continues the last two x.

    mass, stiffness  (n, n), one pattern, rows of the stiffness add up to zero
    rtol             preconditioned residual against that of x = 0; 1e-4 moves no activation by 0.01 ms against 1e-8
    precision        of the increment x and of what finds it; V itself is always double
    """

    mass: csr_array
    stiffness: csr_array
    dt: float
    threads: int = 1
    rtol: float = 1e-4
    precision: Precision = "single"
    iterations: int = field(default=0, init=False)
    steps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._system = System.of(self.mass, self.stiffness, self.dt, self.precision)
        n, m = self.mass.shape[0], self._system.rows
        self._x, self._last, self._work = (np.zeros(k * m, self.precision) for k in (1, 1, 5))
        self._observer = Observer(n, self.dt, self.threads)
        self._ffi, self._lib = load_diffusion(self.precision)

    def advance(self, V: Floats) -> None:
        """Take ``V`` (n,) one step further, in place; refuses when the iterations do not converge."""
        real, cast, system = f"{c_name(self.precision)}[]", self._ffi.from_buffer, self._system
        done = self._lib.crank_nicolson(
            V.size,
            cast("int64_t[]", system.starts),
            cast("int32_t[]", system.columns),
            *(cast(real, array) for array in (system.A, system.K, system.inverse)),
            cast("double[]", V),
            *(cast(real, array) for array in (self._x, self._last, self._work)),
            self.dt,
            self.rtol,
            LEAST * system.diagonal,
            ITERATIONS,
            self.threads,
        )
        if done < 0:
            raise Refused(NOT_CONVERGED)
        self.iterations += done
        self.steps += 1

    def observe(self, before: Floats, after: Floats, seen: Floats, t: float) -> tuple[Ints, Floats]:
        """See ``Observer``."""
        return self._observer(before, after, seen, t)


class Observer:
    """Looks at ``n`` nodes after each step of ``dt``, half way through the reaction."""

    def __init__(self, n: int, dt: float, threads: int) -> None:
        self._nodes, self._times = np.empty(n, np.int32), np.empty(n)
        self._dt, self._threads = dt, threads
        self._ffi, self._lib = load_diffusion("double")

    def __call__(self, before: Floats, after: Floats, seen: Floats, t: float) -> tuple[Ints, Floats]:
        """Update ``seen`` (V at t) in place; returns the nodes that passed 0 mV upwards since the last look, and when (ms)."""
        cast = self._ffi.from_buffer
        voltages = (cast("double[]", array) for array in (before, after, seen))
        found = cast("int32_t[]", self._nodes), cast("double[]", self._times)
        count = self._lib.observe(before.size, *voltages, t, self._dt, *found, self._threads)
        order = np.argsort(self._nodes[:count])
        return self._nodes[order], self._times[order]


def _slices(pattern: csr_array) -> tuple[NDArray[np.int64], Ints, NDArray[np.int64]]:
    """A pattern in slices of ``WIDTH`` rows: where each begins, the columns, and where each entry of ``pattern`` has gone.

    Places that are left over point to a row of their own slice.
    """
    n = pattern.shape[0]
    count = np.zeros(-(-n // WIDTH) * WIDTH, dtype=np.int64)
    count[:n] = np.diff(pattern.indptr)
    widths = count.reshape(-1, WIDTH).max(axis=1)
    starts = np.concatenate([[0], np.cumsum(widths * WIDTH)])
    own = np.minimum(np.arange(len(count)), n - 1).astype(np.int32).reshape(-1, WIDTH)
    columns = np.repeat(own, widths, axis=0).ravel()
    row = np.repeat(np.arange(n), count[:n])
    at = starts[row // WIDTH] + (np.arange(pattern.nnz) - pattern.indptr[row]) * WIDTH + row % WIDTH
    columns[at] = pattern.indices
    return starts, columns, at


def _on_pattern(matrix: csr_array, pattern: csr_array) -> Floats:
    """Values of ``matrix`` on a wider pattern (scipy's sum keeps entries that are not zero only, hence by position)."""
    matrix = matrix.copy()
    matrix.sort_indices()
    values = np.zeros(pattern.nnz)
    values[np.searchsorted(_positions(pattern), _positions(matrix))] = matrix.data
    return values


def _positions(matrix: csr_array) -> NDArray[np.int64]:
    rows, columns = matrix.shape
    row = np.repeat(np.arange(rows, dtype=np.int64), np.diff(matrix.indptr))
    return np.asarray(row * columns + matrix.indices)
