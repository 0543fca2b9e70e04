"""Diffusion of the membrane voltage by several processes: each has some rows, and neighbours' values from the others."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geometry.errors import Refused
from solvers.electrophysiology.diffusion import (
    ITERATIONS,
    LEAST,
    NOT_CONVERGED,
    WIDTH,
    Observer,
    System,
    load_diffusion,
)
from solvers.kernels.precision import Precision, c_name

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Halo:
    """Values of nodes that other ranks own and that this one's rows need.

    columns  (k,) sorted nodes, counted over all ranks
    bounds   (ranks + 1,) where each rank's stretch begins
    """

    def __init__(self, columns: NDArray[np.integer], bounds: NDArray[np.integer], comm: Any) -> None:
        self._comm = comm
        cuts = np.searchsorted(columns, bounds)
        asked = [columns[cuts[rank] : cuts[rank + 1]] - bounds[rank] for rank in range(comm.size)]
        self._from = [(rank, slice(cuts[rank], cuts[rank + 1])) for rank in range(comm.size) if asked[rank].size]
        self._to = [(rank, rows) for rank, rows in enumerate(comm.alltoall(asked)) if rows.size]

    def fill(self, values: NDArray[Any], behind: int) -> None:
        """Put the others' values into ``values[behind:]``."""
        sent = [self._comm.Isend(np.ascontiguousarray(values[rows]), rank) for rank, rows in self._to]
        for rank, where in self._from:
            self._comm.Recv(values[behind:][where], rank)
        for request in sent:
            request.Wait()


@dataclass
class SharedDiffusion:
    """What ``Diffusion`` does, on the rows ``first .. first + n`` of the matrices (n, all); the same answer to ``rtol``."""

    mass: csr_array
    stiffness: csr_array
    first: int
    dt: float
    comm: Any
    rtol: float = 1e-4
    precision: Precision = "single"
    iterations: int = field(default=0, init=False)
    steps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        n, every = self.mass.shape
        m = -(-n // WIDTH) * WIDTH
        used = np.union1d(self.mass.indices, self.stiffness.indices)
        foreign = used[(used < self.first) | (used >= self.first + n)]
        bounds = np.array([*self.comm.allgather(self.first), every])
        self._halo = Halo(foreign, bounds, self.comm)
        place = np.full(every, -1)
        place[self.first : self.first + n] = np.arange(n)
        place[foreign] = m + np.arange(foreign.size)
        wide = (n, m + foreign.size)
        mass, stiffness = (
            csr_array((one.data, place[one.indices], one.indptr), shape=wide) for one in (self.mass, self.stiffness)
        )
        self._system = System.of(mass, stiffness, self.dt, self.precision)
        self._V, self._x, self._z = (np.zeros(wide[1], kind) for kind in (float, self.precision, self.precision))
        self._last, self._r, self._p, self._s, self._q = (np.zeros(m, self.precision) for _ in range(5))
        self._least = LEAST * self.comm.allreduce(self._system.diagonal)
        self._observer = Observer(n, self.dt, 1)
        self._ffi, self._lib = load_diffusion(self.precision)

    def advance(self, V: Floats) -> None:
        """Take ``V`` (n,) of this rank one step further, in place; refuses when the iterations do not converge."""
        n, m, x = V.size, self._system.rows, self._x[: self._system.rows]
        self._last, x[:] = x.copy(), 2 * x - self._last
        self._V[:n] = V
        self._halo.fill(self._V, m)
        self._halo.fill(self._x, m)
        bb, gamma = self._begin(n)
        small = max(self.rtol**2 * bb, self._least)
        before, alpha, k = 0.0, 0.0, 0
        while gamma > small and k < ITERATIONS:
            self._halo.fill(self._z, m)
            delta = self.comm.allreduce(self._multiply(n))
            beta = gamma / before if k else 0.0
            alpha = gamma / (delta - beta * gamma / alpha if k else delta)
            before, gamma, k = gamma, self.comm.allreduce(self._update(n, alpha, beta)), k + 1
        if not gamma <= small:
            raise Refused(NOT_CONVERGED)
        V += x[:n]
        self.iterations += k
        self.steps += 1

    def observe(self, before: Floats, after: Floats, seen: Floats, t: float) -> tuple[Ints, Floats]:
        """See ``Observer``."""
        return self._observer(before, after, seen, t)

    def _begin(self, n: int) -> tuple[float, float]:
        """Squares of the right-hand side and of the first residual, over all ranks."""
        bb, system = self._ffi.new("double *"), self._system
        gamma = self._lib.begin_rows(
            n,
            *self._pattern(),
            *self._reals(system.A, system.K, system.inverse),
            self._ffi.from_buffer("double[]", self._V),
            *self._reals(self._x, self._r, self._z, self._p, self._s),
            self.dt,
            bb,
        )
        both = self.comm.allreduce(np.array([bb[0], gamma]))
        return float(both[0]), float(both[1])

    def _multiply(self, n: int) -> float:
        return float(self._lib.multiply_rows(n, *self._pattern(), *self._reals(self._system.A, self._z, self._q)))

    def _update(self, n: int, alpha: float, beta: float) -> float:
        arrays = self._reals(self._system.inverse, self._q, self._x, self._r, self._z, self._p, self._s)
        return float(self._lib.update_rows(n, alpha, beta, *arrays))

    def _pattern(self) -> tuple[Any, Any]:
        cast = self._ffi.from_buffer
        return cast("int64_t[]", self._system.starts), cast("int32_t[]", self._system.columns)

    def _reals(self, *arrays: NDArray[Any]) -> list[Any]:
        return [self._ffi.from_buffer(f"{c_name(self.precision)}[]", array) for array in arrays]
