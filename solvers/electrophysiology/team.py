"""Who computes a monodomain run: one process with threads, or several that share the nodes out between them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from solvers.electrophysiology.diffusion import Diffusion
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.shared_diffusion import SharedDiffusion
from solvers.kernels.precision import Precision

Floats = NDArray[np.float64]
Stepper = Diffusion | SharedDiffusion


class Team(Protocol):
    """What the time loop asks of those who compute. All members come to each of these together."""

    @property
    def first(self) -> bool:
        """Whether this member gets the whole state, and writes."""

    def share(self, n: int) -> slice:
        """Which of n nodes are this process's own."""

    def stepper(
        self, mass: csr_array, stiffness: csr_array, dt: float, threads: int, rtol: float, precision: Precision
    ) -> Stepper:
        """The diffusion of those nodes; matrices (n, n) of all."""

    def most(self, value: float) -> float:
        """The largest of all members' values."""

    def whole(self, state: MarchState) -> MarchState:
        """All nodes' state, at the first member."""


class Alone:
    """One process."""

    first = True

    def share(self, n: int) -> slice:
        """All."""
        return slice(0, n)

    def stepper(
        self, mass: csr_array, stiffness: csr_array, dt: float, threads: int, rtol: float, precision: Precision
    ) -> Stepper:
        """With threads."""
        return Diffusion(mass, stiffness, dt, threads, rtol, precision)

    def most(self, value: float) -> float:
        """Itself."""
        return value

    def whole(self, state: MarchState) -> MarchState:
        """Itself."""
        return state


class Ranks:
    """The processes of an MPI communicator; each has a stretch of nodes of about equal length."""

    def __init__(self, comm: Any) -> None:
        self.comm, self.first = comm, comm.rank == 0

    def share(self, n: int) -> slice:
        """The stretch of this rank."""
        return slice(n * self.comm.rank // self.comm.size, n * (self.comm.rank + 1) // self.comm.size)

    def stepper(
        self, mass: csr_array, stiffness: csr_array, dt: float, threads: int, rtol: float, precision: Precision
    ) -> Stepper:
        """Rows of this rank, neighbours' values from the others."""
        mine = self.share(mass.shape[0])
        return SharedDiffusion(mass[mine], stiffness[mine], mine.start, dt, self.comm, rtol, precision)

    def most(self, value: float) -> float:
        """Over the ranks."""
        return float(max(self.comm.allgather(value)))

    def whole(self, state: MarchState) -> MarchState:
        """Ranks one after the other, as the nodes are shared out."""
        parts: list[MarchState] | None = self.comm.gather(state)
        if parts is None:
            return state
        first = np.cumsum([0, *(part.seen.size for part in parts[:-1])])
        return replace(
            state,
            y=_joined(parts, lambda part: part.y),
            seen=_joined(parts, lambda part: part.seen),
            activation=_joined(parts, lambda part: part.activation),
            frames=_joined(parts, lambda part: part.frames),
            nodes=np.concatenate([part.nodes + np.int32(at) for part, at in zip(parts, first, strict=True)]),
            passages=_joined(parts, lambda part: part.passages),
        )


ALONE = Alone()


def _joined(parts: list[MarchState], of: Callable[[MarchState], NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([of(part) for part in parts], axis=-1)
