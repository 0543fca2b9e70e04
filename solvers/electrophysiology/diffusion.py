"""Diffusion of the membrane voltage, one Crank-Nicolson step at a time, by the program's own conjugate gradients."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from geometry.errors import Refused
from solvers.kernels.compile import load_kernel
from solvers.kernels.precision import Precision, real_math

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_CDEF = """
int crank_nicolson(int64_t n, const int64_t *starts, const int32_t *columns, const REAL *A, const REAL *K,
                   const REAL *inverse, double *V, REAL *x, REAL *last, REAL *work, double dt, double rtol, double least,
                   int most, int threads);
int64_t observe(int64_t n, const double *before, const double *after, double *seen, double t, double dt,
                int32_t *nodes, double *times, int threads);
"""
_C_NAMES: dict[Precision, str] = {"single": "float", "double": "double"}
WIDTH = 16  # rows of a slice, as in diffusion.c


def load_diffusion(precision: Precision) -> tuple[Any, Any]:
    """The compiled kernel of this module: ``(ffi, lib)``."""
    source = real_math(precision) + (Path(__file__).parents[1] / "kernels" / "diffusion.c").read_text()
    return load_kernel(source, _CDEF.replace("REAL", _C_NAMES[precision]), "diffusion")


def blend_mass(mass: csr_array, consistent: float) -> csr_array:
    """``consistent`` parts of the full mass matrix and the rest of its row sums on the diagonal, same pattern."""
    lumped = diags_array(np.asarray(mass.sum(axis=1)).ravel(), format="csr")
    return csr_array(consistent * mass + (1.0 - consistent) * lumped)


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
        n, real = self.mass.shape[0], np.dtype(self.precision)
        pattern = self._full_pattern()
        zeros = csr_array((np.zeros(pattern.nnz), pattern.indices, pattern.indptr), shape=(n, n))
        stiffness = _on_pattern(self.stiffness, zeros)
        values = _on_pattern(self.mass, zeros) + 0.5 * self.dt * stiffness
        diagonal = csr_array((values, pattern.indices, pattern.indptr), shape=(n, n)).diagonal()
        self._starts, self._columns, at = _slices(pattern)
        self._A, self._K = (np.zeros(len(self._columns), real) for _ in range(2))
        self._A[at], self._K[at] = values, stiffness
        m = WIDTH * (len(self._starts) - 1)
        self._inverse, self._least = np.ones(m, real), 1e-24 * float(diagonal.sum())
        self._inverse[:n] = 1.0 / diagonal
        self._x, self._last, self._work = np.zeros(m, real), np.zeros(m, real), np.empty(5 * m, real)
        self._nodes, self._times = np.empty(n, np.int32), np.empty(n)
        self._ffi, self._lib = load_diffusion(self.precision)

    def _full_pattern(self) -> csr_array:
        ones = [csr_array((np.ones(m.nnz), m.indices, m.indptr), shape=m.shape) for m in (self.mass, self.stiffness)]
        pattern = csr_array(ones[0] + ones[1])
        pattern.sort_indices()
        return pattern

    def advance(self, V: Floats) -> None:
        """Take ``V`` (n,) one step further, in place; refuses when the iterations do not converge."""
        real, cast = f"{_C_NAMES[self.precision]}[]", self._ffi.from_buffer
        done = self._lib.crank_nicolson(
            V.size,
            cast("int64_t[]", self._starts),
            cast("int32_t[]", self._columns),
            *(cast(real, array) for array in (self._A, self._K, self._inverse)),
            cast("double[]", V),
            *(cast(real, array) for array in (self._x, self._last, self._work)),
            self.dt,
            self.rtol,
            self._least,
            1000,
            self.threads,
        )
        if done < 0:
            raise Refused(
                "The voltage could not be computed: the linear solver did not converge. "
                "Use a smaller time step, and look at the mesh for flat tetrahedra."
            )
        self.iterations += done
        self.steps += 1

    def observe(self, before: Floats, after: Floats, seen: Floats, t: float) -> tuple[Ints, Floats]:
        """Update ``seen`` (V at t) in place; returns the nodes that passed 0 mV upwards since the last look, and when (ms)."""
        cast = self._ffi.from_buffer
        voltages = (cast("double[]", array) for array in (before, after, seen))
        found = cast("int32_t[]", self._nodes), cast("double[]", self._times)
        count = self._lib.observe(before.size, *voltages, t, self.dt, *found, self.threads)
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


def _on_pattern(matrix: csr_array, zeros: csr_array) -> Floats:
    """Values of ``matrix`` on a wider pattern (scipy's sum keeps entries that are not zero only, hence by position)."""
    n = matrix.shape[0]
    wide = np.repeat(np.arange(n, dtype=np.int64), np.diff(zeros.indptr)) * n + zeros.indices
    matrix = matrix.copy()
    matrix.sort_indices()
    own = np.repeat(np.arange(n, dtype=np.int64), np.diff(matrix.indptr)) * n + matrix.indices
    values = np.zeros(zeros.nnz)
    values[np.searchsorted(wide, own)] = matrix.data
    return values
