"""Diffusion of the membrane voltage, one Crank-Nicolson step at a time, by the program's own conjugate gradients."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from geometry.errors import Refused
from solvers.kernels.compile import load_kernel

Floats = NDArray[np.float64]

_KERNELS = Path(__file__).parents[1] / "kernels"
_CDEF = """
int crank_nicolson(int64_t n, const int32_t *rows, const int32_t *columns, const float *A, const float *K,
                   const double *inverse, double *V, double *x, double *last, double *work, double dt, double rtol, double least,
                   int most, int threads);
void observe(int64_t n, const double *before, const double *after, double *seen, double t, double dt,
             double *activation);
"""


def load_diffusion() -> tuple[Any, Any]:
    """The compiled kernel of this module: ``(ffi, lib)``."""
    source = (_KERNELS / "math.h").read_text() + (_KERNELS / "diffusion.c").read_text()
    return load_kernel(source, _CDEF, "diffusion")


def blend_mass(mass: csr_array, consistent: float) -> csr_array:
    """``consistent`` parts of the full mass matrix and the rest of its row sums on the diagonal, same pattern."""
    lumped = diags_array(np.asarray(mass.sum(axis=1)).ravel(), format="csr")
    return csr_array(consistent * mass + (1.0 - consistent) * lumped)


@dataclass
class Diffusion:
    """M dV/dt = -K V over one time step, (M + dt/2 K) x = -dt K V, V += x; the guess continues the last two x.

    mass, stiffness  (n, n), one pattern, rows of the stiffness add up to zero
    rtol             preconditioned residual against that of x = 0; 1e-4 moves no activation by 0.01 ms against 1e-8
    """

    mass: csr_array
    stiffness: csr_array
    dt: float
    threads: int = 1
    rtol: float = 1e-4
    iterations: int = field(default=0, init=False)
    steps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        n = self.mass.shape[0]
        pattern = self._full_pattern()
        self._rows, self._columns = pattern.indptr.astype(np.int32), pattern.indices.astype(np.int32)
        zeros = csr_array((np.zeros(pattern.nnz), pattern.indices, pattern.indptr), shape=(n, n))
        stiffness = _on_pattern(self.stiffness, zeros)
        values = _on_pattern(self.mass, zeros) + 0.5 * self.dt * stiffness
        diagonal = csr_array((values, pattern.indices, pattern.indptr), shape=(n, n)).diagonal()
        self._A, self._K = values.astype(np.float32), stiffness.astype(np.float32)
        self._inverse, self._least = 1.0 / diagonal, 1e-24 * float(diagonal.sum())
        self._x, self._last, self._work = np.zeros(n), np.zeros(n), np.empty(5 * n)
        self._ffi, self._lib = load_diffusion()

    def _full_pattern(self) -> csr_array:
        ones = [csr_array((np.ones(m.nnz), m.indices, m.indptr), shape=m.shape) for m in (self.mass, self.stiffness)]
        pattern = csr_array(ones[0] + ones[1])
        pattern.sort_indices()
        return pattern

    def advance(self, V: Floats) -> None:
        """Take ``V`` (n,) one step further, in place; refuses when the iterations do not converge."""
        d, f, i = ("double[]", "float[]", "int32_t[]")
        cast = self._ffi.from_buffer
        done = self._lib.crank_nicolson(
            V.size,
            cast(i, self._rows),
            cast(i, self._columns),
            *(cast(f, array) for array in (self._A, self._K)),
            *(cast(d, array) for array in (self._inverse, V, self._x, self._last, self._work)),
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

    def observe(self, before: Floats, after: Floats, seen: Floats, t: float, activation: Floats) -> None:
        """Update ``seen`` (V at t) and ``activation`` (first upward passage of 0 mV), in place."""
        cast = self._ffi.from_buffer
        arrays = [cast("double[]", array) for array in (before, after, seen)]
        self._lib.observe(before.size, *arrays, t, self.dt, cast("double[]", activation))


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
