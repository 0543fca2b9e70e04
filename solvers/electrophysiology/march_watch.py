"""What goes on beside the time loop: frames, checkpoints, how long the steps may be, and whether the voltage is one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Cancelled, Refused
from geometry.progress import Progress
from solvers.cells.cell import Cell
from solvers.cells.kernel import CellKernel
from solvers.electrophysiology.march_state import Checkpoint, MarchState
from solvers.electrophysiology.stimulus import Stimulation
from solvers.electrophysiology.team import Team
from solvers.electrophysiology.wave import Wave

Floats = NDArray[np.float64]

LOOK_EVERY = 1.0  # ms of model time between two looks
IMPOSSIBLE = 300.0  # mV
_QUIET = 5.0  # mV/ms; the upstroke has some 200, the notch after it and repolarization up to 3


class Film:
    """The frames so far."""

    def __init__(self, wave: "Wave", every: float) -> None:
        past, self.wave, self.every = wave.resume, wave, every
        self.times = [0.0] if past is None else list(past.times)
        self.frames = [wave.seen.astype(np.float32)] if past is None else list(past.frames)

    def look(self, h: float) -> None:
        """Take a frame when one is due after a step of ``h``."""
        if _crosses(self.wave.t, h, self.every):
            self._take()

    def end(self) -> None:
        """Take the last one unless it is there."""
        if self.times[-1] < self.wave.t:
            self._take()

    def _take(self) -> None:
        self.times.append(self.wave.t)
        self.frames.append(self.wave.seen.astype(np.float32))


def _crosses(t: float, h: float, every: float) -> bool:
    """Whether the step of ``h`` that ended at ``t`` passed or reached a multiple of ``every``."""
    return int((t + 1e-6) / every) > int((t - h + 1e-6) / every)


@dataclass
class Keeper:
    """Writes the checkpoint when it is due, and when the run is cancelled."""

    checkpoint: Checkpoint | None
    state: Callable[[], MarchState]
    writes: bool = True
    t: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether there is a good state on the disk."""
        return self.checkpoint is not None and self.checkpoint.path.exists()

    def look(self, t: float) -> None:
        """Save when due."""
        if self.checkpoint and t - self.t > self.checkpoint.every - 1e-9:
            self._save(self.checkpoint)
            self.t = t

    def tell(self, progress: Progress, t: float, duration: float) -> None:
        """Call progress; saves before a cancelled run ends."""
        try:
            progress(min(t / duration, 1.0), f"Monodomain: {t:.0f} of {duration:.0f} ms")
        except Cancelled:
            if self.checkpoint:
                self._save(self.checkpoint)
            raise

    def _save(self, checkpoint: Checkpoint) -> None:
        state = self.state()
        if self.writes:
            checkpoint.save(state)


class Pace:
    """How long the steps may be: long ones while no voltage changes fast and no stimulus is near, looked at every ms."""

    def __init__(self, dt: float, quiet_dt: float | None, stimulation: "Stimulation", V: Floats, team: Team) -> None:
        self.dt, self.quiet_dt, self.stimulation, self.team = dt, quiet_dt, stimulation, team
        self.last, self.t, self.quiet = V.copy(), 0.0, False

    def look(self, t: float, V: Floats) -> None:
        """Take note of the voltage at ``t``."""
        fastest = float(np.abs(V - self.last).max()) / max(t - self.t, 1e-9)
        stimulated = self.stimulation.within(t - LOOK_EVERY, t + 2 * LOOK_EVERY)
        self.quiet = self.team.most(np.inf if stimulated else fastest) < _QUIET
        self.last[:], self.t = V, t

    def steps(self, window: float) -> list[float]:
        """The steps of the next ``window`` ms."""
        h = self.quiet_dt if self.quiet and self.quiet_dt else self.dt
        return [h] * max(1, round(window / h))


def check_step(kernel: CellKernel, dt: float, cell: Cell) -> None:
    """Refuse a step with which one stimulated cell alone, without any tissue, leaves what a membrane can do."""
    if not dt > 0.0:
        raise Refused(f"The time step ({dt} ms) must be above zero.")
    strength, length = cell.stimulus
    y = kernel.rest(1)
    for k in range(int(np.ceil(20.0 / dt))):
        kernel.advance(y, np.array([strength if k * dt < length else 0.0]), dt, 1)
        if not abs(y[0, 0]) < IMPOSSIBLE:
            raise Refused(
                f"A time step of {dt:g} ms is too long for {cell.title}: a single cell is unstable with it. Use 0.05 ms or less."
            )


def check_finite(V: Floats, t: float, order: NDArray[np.integer], points: Floats | None, keeper: Keeper) -> None:
    """Stop a solution that has blown up, and say when and where."""
    wrong = np.flatnonzero(~(np.abs(V) < IMPOSSIBLE))
    if not wrong.size:
        return
    node = int(order[wrong[0]])
    at = "" if points is None or node >= len(points) else " at ({:.1f}, {:.1f}, {:.1f}) mm".format(*points[node])
    last = " The last good state is kept in the checkpoint." if keeper.kept else ""
    raise Refused(
        f"The voltage is not finite, or beyond what a membrane can have, after {t:.2f} ms in node {node}{at} "
        f"({wrong.size} nodes in all). Use a smaller time step, and look at the mesh there.{last}"
    )
