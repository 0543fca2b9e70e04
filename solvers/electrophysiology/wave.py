"""Membrane voltage and cell states of all nodes while time goes on: one step of reaction and diffusion after the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.cells.kernel import CellKernel
from solvers.electrophysiology.march_state import MarchState
from solvers.electrophysiology.stimulus import Stimulation
from solvers.electrophysiology.team import Stepper

Floats = NDArray[np.float64]


@dataclass
class Wave:
    """The state while time goes on; ``seen`` is V (n,) at ``t``, the reaction is half a step of ``h`` ahead."""

    kernel: CellKernel
    steppers: dict[float, Stepper]
    stimulation: Stimulation
    y: Floats
    h: float
    threads: int
    t: float = 0.0
    reacted: float = 0.0
    resume: MarchState | None = None

    def __post_init__(self) -> None:
        if self.resume is not None:
            self.y, self.t, self.reacted, self.h = (
                self.resume.y.copy(),
                self.resume.t,
                self.resume.reacted,
                self.resume.h,
            )
        self.V, self.before, self.seen = self.y[0], np.empty_like(self.y[0]), self.y[0].copy()
        self.activation = np.full(self.V.size, np.nan)
        self.nodes, self.passages = [np.zeros(0, np.int32)], [np.zeros(0)]
        if self.resume is None:
            self._react(0.5 * self.h)
            return
        self.seen[:], self.activation = self.resume.seen, self.resume.activation.copy()
        self.nodes, self.passages = [self.resume.nodes], [self.resume.passages]

    def step(self, h: float) -> None:
        """From t to t + ``h``; the reaction goes on half a step more already."""
        if h != self.h:  # after a longer step the reaction is further ahead, and waits
            self._react(self.t + 0.5 * h)
            self.h = h
        stepper, self.t = self.steppers[h], round(self.t + h, 9)
        stepper.advance(self.V)
        np.copyto(self.before, self.V)
        self._react(self.t + 0.5 * h)
        up, when = stepper.observe(self.before, self.V, self.seen, self.t)
        if up.size:
            self.nodes.append(up)
            self.passages.append(when)
            self.activation[up] = np.where(np.isnan(self.activation[up]), when, self.activation[up])

    def state(self, quiet: bool, times: list[float], frames: list[NDArray[np.float32]]) -> MarchState:
        """All that is needed to go on."""
        return MarchState(
            self.t,
            self.reacted,
            self.h,
            quiet,
            self.y,
            self.seen,
            self.activation,
            np.array(times),
            np.stack(frames),
            np.concatenate(self.nodes),
            np.concatenate(self.passages),
        )

    @property
    def iterations(self) -> float:
        """Of the linear solver in a step, mean."""
        used = self.steppers.values()
        return sum(one.iterations for one in used) / max(1, sum(one.steps for one in used))

    def _react(self, until: float) -> None:
        dt = until - self.reacted
        if dt > 1e-9:
            self.kernel.advance(self.y, self.stimulation.mean(self.reacted, until), dt, self.threads)
            self.reacted = until
