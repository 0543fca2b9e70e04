"""The time loop of the monodomain equation, on any mesh in any dimension."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from geometry.errors import Refused
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import compile_cell
from solvers.electrophysiology.march_state import Checkpoint, MarchState
from solvers.electrophysiology.march_watch import LOOK_EVERY, Film, Keeper, Pace, check_finite
from solvers.electrophysiology.stimulus import Stimulation, Stimulus
from solvers.electrophysiology.team import ALONE, Ranks, Team
from solvers.electrophysiology.wave import Wave
from solvers.kernels.compile import threads as default_threads
from solvers.kernels.precision import Precision

Floats = NDArray[np.float64]

AT_REST = -60.0  # mV: tissue that is nowhere above it has no wave and starts none
SORTED = 256  # nodes of a window: slices of the matrices are then 3 % longer than their rows, against 21 % unsorted

Watch = Callable[[Callable[[], Floats]], None]  # takes what gives the activation so far


@dataclass(frozen=True)
class MonodomainRun:
    """What was computed.

    activation  (n,) ms of the first upward passage of 0 mV, NaN where there was none
    times       (t,) ms of the frames
    frames      (t, n) float32 mV
    iterations  of the linear solver in a step, mean
    seconds     wall time of the time loop
    state       the end, from which ``march`` can go on; has every upward passage of 0 mV too
    """

    activation: Floats
    times: Floats
    frames: NDArray[np.float32]
    iterations: float
    seconds: float
    state: MarchState


def march(
    mass: csr_array,
    stiffness: csr_array,
    stimuli: Sequence[Stimulus],
    cell: Cell,
    duration: float,
    dt: float,
    *,
    frame_every: float = 1.0,
    stop_when_activated: bool = False,
    stop_at_rest: bool = False,
    order: int = 1,
    quiet_dt: float | None = None,
    rtol: float = 1e-4,
    precision: Precision = "single",
    threads: int | None = None,
    start: Floats | None = None,
    resume: MarchState | None = None,
    points: Floats | None = None,
    checkpoint: Checkpoint | None = None,
    team: Team = ALONE,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> MonodomainRun:
    """The time loop, on any mesh in any dimension: see ``solve_monodomain``; ``start`` (states, n) replaces the rest state.

    ``stop_at_rest`` ends it once no stimulus is to come and no node is above ``AT_REST``: nothing can happen any more.
    ``resume`` goes on from another run's state (times stay absolute), also one loaded from a checkpoint. ``points``
    (>= nodes, 3) mm tell where a voltage was not finite. Of a ``team`` of several processes all members call
    this together, and the first of them gets the whole run.
    """
    n = mass.shape[0]
    _check(n, stimuli, duration, dt, frame_every)
    nodes = _neighbours_together(stiffness)
    kernel, count = compile_cell(cell, order, precision), threads or default_threads()
    share = team.share(n)
    mine = nodes[share]
    pair = _permuted(mass, nodes), _permuted(stiffness, nodes)
    stimulation = Stimulation([Stimulus(s.start[mine], s.duration, s.strength) for s in stimuli], len(mine))
    wave = Wave(
        kernel=kernel,
        steppers={step: team.stepper(*pair, step, count, rtol, precision) for step in {dt, quiet_dt or dt}},
        stimulation=stimulation,
        y=kernel.rest(len(mine)) if start is None else np.ascontiguousarray(start[:, mine]),
        h=dt,
        threads=count,
        resume=None if resume is None else _cut(_reordered(resume, nodes), share),
    )
    film = Film(wave, frame_every)
    pace = Pace(dt, quiet_dt, stimulation, wave.seen, team)
    pace.t, pace.quiet = wave.t, wave.resume is not None and wave.resume.quiet
    if checkpoint and team.first and resume is None:
        checkpoint.path.unlink(missing_ok=True)
    back = np.argsort(nodes)

    def present() -> MarchState:
        state = team.whole(wave.state(pace.quiet, film.times, film.frames))
        return _reordered(state, back) if team.first else state

    keeper = Keeper(checkpoint, present, team.first, wave.t)

    def check(V: Floats) -> None:
        check_finite(V, wave.t, mine, points, keeper)

    begun, looked, last = time.perf_counter(), wave.t, team.most(stimulation.end)
    done = wave.t >= duration - 0.5 * dt
    while not done:
        _go_on(wave, pace.steps(min(LOOK_EVERY, duration - wave.t)), film, check)
        pace.look(wave.t, wave.seen)
        done = (
            wave.t >= duration - 0.5 * dt
            or (stop_when_activated and not team.most(float(np.isnan(wave.activation).any())))
            or (stop_at_rest and wave.t >= last and team.most(float(wave.seen.max())) < AT_REST)
        )
        if done:
            film.end()
        keeper.look(wave.t)
        if wave.t - looked > LOOK_EVERY - 1e-9:
            keeper.tell(progress, wave.t, duration)
            looked = wave.t
            if watch is not None:
                watch(lambda: wave.activation[back])
    end = keeper.state()
    seconds = time.perf_counter() - begun
    return MonodomainRun(end.activation, end.times, end.frames, wave.iterations, seconds, end)


def march_together(comm: Any, *arguments: Any, **options: Any) -> MonodomainRun:
    """``march`` with the nodes shared out between the processes of an MPI communicator, all of which call this together."""
    return march(*arguments, team=Ranks(comm), **options)


def _check(n: int, stimuli: Sequence[Stimulus], duration: float, dt: float, frame_every: float) -> None:
    if not (0.0 < dt <= duration and frame_every > 0.0):
        raise Refused(f"The time step ({dt} ms) must be above zero and below the duration ({duration} ms).")
    if any(stimulus.start.shape != (n,) for stimulus in stimuli):
        raise Refused(f"A stimulus needs one start time for each of the {n} nodes of the mesh.")


def _go_on(wave: Wave, steps: list[float], film: Film, check: Callable[[Floats], None]) -> None:
    """Take these steps, and frames on the way; ``check`` looks at the voltage afterwards."""
    try:
        for h in steps:
            wave.step(h)
            film.look(h)
    except Refused:  # the linear solver often notices first
        check(wave.V)
        raise
    check(wave.seen)


def _reordered(state: MarchState, order: NDArray[np.integer]) -> MarchState:
    """The state with its nodes in another order: new node i is old node ``order[i]``."""
    where = np.argsort(order)
    return replace(
        state,
        y=np.ascontiguousarray(state.y[:, order]),
        seen=state.seen[order],
        activation=state.activation[order],
        frames=state.frames[:, order],
        nodes=where[state.nodes].astype(np.int32),
    )


def _cut(state: MarchState, share: slice) -> MarchState:
    """The state of some of the nodes."""
    own = (state.nodes >= share.start) & (state.nodes < share.stop)
    return replace(
        state,
        y=np.ascontiguousarray(state.y[:, share]),
        seen=state.seen[share],
        activation=state.activation[share],
        frames=state.frames[:, share],
        nodes=state.nodes[own] - np.int32(share.start),
        passages=state.passages[own],
    )


def _neighbours_together(stiffness: csr_array) -> NDArray[np.integer]:
    """An order in which neighbours in the mesh are near in memory, and nodes of as many neighbours side by side."""
    order = reverse_cuthill_mckee(stiffness, symmetric_mode=True)
    window = np.arange(len(order)) // SORTED
    return np.asarray(order[np.lexsort((np.diff(stiffness.indptr)[order], window))])


def _permuted(matrix: csr_array, order: NDArray[np.integer]) -> csr_array:
    return csr_array(matrix[order][:, order])
