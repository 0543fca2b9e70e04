"""The monodomain equation on a HeartMesh: dV/dt = div(D grad V) + (stimulus - I_ion)(V, u), du/dt = f(V, u), no flux out.

Strang splitting with its half steps joined: R(dt/2) D(dt) R(dt) D(dt) ... R(dt); what is seen at k*dt is half way through
the reaction step, to second order the mean of its ends. D is Crank-Nicolson on P1 elements, or on P2 elements, whose waves
travel right on edges some three times as long (``cardiotwin verify ep-niederer``). On meshes of clinical size the
velocity depends on the mesh: take the diffusion from ``tissue.tuned_diffusion`` and look at ``conduction`` afterwards.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from geometry.errors import Cancelled, Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import CellKernel, compile_cell
from solvers.electrophysiology.diffusion import Diffusion, blend_mass
from solvers.electrophysiology.march_state import Checkpoint, MarchState, fingerprint
from solvers.kernels.compile import threads as default_threads

Floats = NDArray[np.float64]

_LOOK_EVERY = 1.0  # ms of model time between two calls of progress
_IMPOSSIBLE = 300.0  # mV
_QUIET = 5.0  # mV/ms; the upstroke has some 200, the notch after it and repolarisation up to 3

Watch = Callable[[Callable[[], Floats]], None]  # takes what gives the activation so far


@dataclass(frozen=True)
class Stimulus:
    """A current into some nodes.

    start     (n,) ms when it begins at each node, NaN: not there
    duration  ms
    strength  mV/ms on dV/dt (50 mA/cm3 over 140/mm and 0.01 uF/mm2 is 35.714; Niederer 2011)
    """

    start: Floats
    duration: float = 2.0
    strength: float = 35.714

    @classmethod
    def at(
        cls, nodes: NDArray[np.integer], n: int, start: float = 0.0, duration: float = 2.0, strength: float = 35.714
    ) -> "Stimulus":
        """The same start at all ``nodes`` of a mesh with ``n``."""
        starts = np.full(n, np.nan)
        starts[nodes] = start
        return cls(starts, duration, strength)

    def with_middles(self, edges: NDArray[np.integer]) -> "Stimulus":
        """The same in the middles of ``edges`` (e, 2) too, where both ends are stimulated."""
        return replace(self, start=np.concatenate([self.start, self.start[edges].mean(axis=1)]))


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


def solve_monodomain(
    mesh: HeartMesh,
    diffusion: Floats,
    stimuli: Sequence[Stimulus],
    cell: Cell,
    duration: float,
    dt: float = 0.05,
    *,
    frame_every: float = 1.0,
    stop_when_activated: bool = False,
    consistent: float = 0.0,
    degree: int = 1,
    order: int = 1,
    quiet_dt: float | None = None,
    rtol: float = 1e-4,
    threads: int | None = None,
    checkpoint: Checkpoint | None = None,
    restart: bool = False,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> MonodomainRun:
    """Solve on ``mesh`` for ``duration`` ms in steps of ``dt`` ms.

    diffusion            (m, 3, 3) mm2/ms = conductivity / (chi Cm), per tet
    frame_every          ms between frames
    stop_when_activated  end early once every node has been activated
    consistent           1: full mass matrix, 0: lumped, or a blend; the one the diffusion was tuned for
    degree               of the elements; 2 has cells in the middles of the edges too, and needs the full mass matrix
    order                of the cell model's integration in time (2 costs twice as much)
    quiet_dt             step (ms) while no voltage changes fast and no stimulus is near; None: always ``dt``
    watch                is told every ms how to get the activation so far, (n,) ms; with degree 2 the middles come after the nodes
    rtol                 of the linear solver, see ``Diffusion``
    checkpoint           file in which the state is kept; ``restart``: go on from it

    Refuses wrong shapes, a diffusion that is not positive, steps that do not converge and a voltage that is not finite.
    """
    from solvers.fem import assemble_diffusion, edges  # starts MPI: only when a mesh is really solved

    _check(mesh, diffusion)
    if degree == 2 and consistent != 1.0:
        raise Refused("Elements of second order need the full mass matrix (consistent = 1): theirs has no lumped form.")
    progress(0.0, "Assembling the tissue")
    mass, stiffness = assemble_diffusion(mesh, diffusion, degree)
    run = march(
        blend_mass(mass, consistent),
        stiffness,
        stimuli if degree == 1 else [stimulus.with_middles(edges(mesh)) for stimulus in stimuli],
        cell,
        duration,
        dt,
        frame_every=frame_every,
        stop_when_activated=stop_when_activated,
        order=order,
        quiet_dt=quiet_dt,
        rtol=rtol,
        threads=threads,
        points=mesh.points,
        checkpoint=checkpoint,
        restart=restart,
        progress=part(progress, 0.02, 1.0),
        watch=watch,
    )
    n = len(mesh.points)
    return replace(run, activation=run.activation[:n], frames=run.frames[:, :n])


def _check(mesh: HeartMesh, diffusion: Floats) -> None:
    if diffusion.shape != (len(mesh.tets), 3, 3):
        raise Refused(
            f"The diffusion has shape {diffusion.shape}; it needs one 3 x 3 tensor for each of {len(mesh.tets)} tetrahedra."
        )
    if not np.isfinite(diffusion).all() or np.linalg.eigvalsh(diffusion).min() < 0.0:
        raise Refused("The diffusion tensor is not positive everywhere. Check conductivities and fibres.")


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
    order: int = 1,
    quiet_dt: float | None = None,
    rtol: float = 1e-4,
    threads: int | None = None,
    start: Floats | None = None,
    resume: MarchState | None = None,
    points: Floats | None = None,
    checkpoint: Checkpoint | None = None,
    restart: bool = False,
    progress: Progress = silent,
    watch: Watch | None = None,
) -> MonodomainRun:
    """The time loop, on any mesh in any dimension: see ``solve_monodomain``; ``start`` (states, n) replaces the rest state.

    ``resume`` goes on from the end of another run (times stay absolute), ``restart`` from the file of ``checkpoint``;
    ``points`` (>= nodes, 3) mm tell where a voltage was not finite.
    """
    n = mass.shape[0]
    if not (0.0 < dt <= duration and frame_every > 0.0):
        raise Refused(f"The time step ({dt} ms) must be above zero and below the duration ({duration} ms).")
    if any(stimulus.start.shape != (n,) for stimulus in stimuli):
        raise Refused(f"A stimulus needs one start time for each of the {n} nodes of the mesh.")
    nodes = reverse_cuthill_mckee(stiffness, symmetric_mode=True)  # neighbours in the mesh, neighbours in memory
    kernel, team = compile_cell(cell, order), threads or default_threads()
    pair = _permuted(mass, nodes), _permuted(stiffness, nodes)
    stimulation = _Stimulation([Stimulus(s.start[nodes], s.duration, s.strength) for s in stimuli], n)
    check_step(kernel, dt, cell)
    made_for = fingerprint(mass, stiffness, cell, [one.start for one in stimuli]) if checkpoint else ""
    if restart and checkpoint:
        resume = checkpoint.load(made_for)
    wave = _Wave(
        kernel=kernel,
        steppers={step: Diffusion(*pair, step, team, rtol) for step in {dt, quiet_dt or dt}},
        stimulation=stimulation,
        y=kernel.rest(n) if start is None else np.ascontiguousarray(start[:, nodes]),
        h=dt,
        threads=team,
        resume=None if resume is None else _reordered(resume, nodes),
    )
    film = _Film(wave, frame_every)
    pace = _Pace(dt, quiet_dt, stimulation, wave.seen)
    pace.t, pace.quiet = wave.t, wave.resume is not None and wave.resume.quiet
    if checkpoint and not restart:
        checkpoint.path.unlink(missing_ok=True)
    back = np.argsort(nodes)
    keeper = _Keeper(checkpoint, made_for, lambda: _reordered(wave.state(pace.quiet, film.times, film.frames), back))
    keeper.t = wave.t

    def check(V: Floats) -> None:
        _check_finite(V, wave.t, nodes, points, keeper)

    begun, looked = time.perf_counter(), wave.t
    done = wave.t >= duration - 0.5 * dt
    while not done:
        _go_on(wave, pace.steps(min(_LOOK_EVERY, duration - wave.t)), film, check)
        pace.look(wave.t, wave.seen)
        done = wave.t >= duration - 0.5 * dt or (stop_when_activated and not np.isnan(wave.activation).any())
        if done:
            film.end()
        keeper.look(wave.t)
        if wave.t - looked > _LOOK_EVERY - 1e-9:
            keeper.tell(progress, wave.t, duration)
            looked = wave.t
            if watch is not None:
                watch(lambda: wave.activation[back])
    end = keeper.state()
    seconds = time.perf_counter() - begun
    return MonodomainRun(end.activation, end.times, end.frames, wave.iterations, seconds, end)


def _go_on(wave: "_Wave", steps: list[float], film: "_Film", check: Callable[[Floats], None]) -> None:
    """Take these steps, and frames on the way; ``check`` looks at the voltage afterwards."""
    try:
        for h in steps:
            wave.step(h)
            film.look(h)
    except Refused:  # the linear solver often notices first
        check(wave.V)
        raise
    check(wave.seen)


class _Film:
    """The frames so far."""

    def __init__(self, wave: "_Wave", every: float) -> None:
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


@dataclass
class _Keeper:
    """Writes the checkpoint when it is due, and when the run is cancelled."""

    checkpoint: Checkpoint | None
    made_for: str
    state: Callable[[], MarchState]
    t: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether there is a good state on the disk."""
        return self.checkpoint is not None and self.checkpoint.path.exists()

    def look(self, t: float) -> None:
        """Save when due."""
        if self.checkpoint and t - self.t > self.checkpoint.every - 1e-9:
            self.checkpoint.save(self.state(), self.made_for)
            self.t = t

    def tell(self, progress: Progress, t: float, duration: float) -> None:
        """Call progress; saves before a cancelled run ends."""
        try:
            progress(min(t / duration, 1.0), f"Monodomain: {t:.0f} of {duration:.0f} ms")
        except Cancelled:
            if self.checkpoint:
                self.checkpoint.save(self.state(), self.made_for)
            raise


def check_step(kernel: CellKernel, dt: float, cell: Cell) -> None:
    """Refuse a step with which one stimulated cell alone, without any tissue, leaves what a membrane can do."""
    strength, length = cell.stimulus
    y = kernel.rest(1)
    for k in range(int(np.ceil(20.0 / dt))):
        kernel.advance(y, np.array([strength if k * dt < length else 0.0]), dt, 1)
        if not abs(y[0, 0]) < _IMPOSSIBLE:
            raise Refused(
                f"A time step of {dt:g} ms is too long for {cell.title}: a single cell is unstable with it. Use 0.05 ms or less."
            )


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


def _crosses(t: float, h: float, every: float) -> bool:
    """Whether the step of ``h`` that ended at ``t`` passed or reached a multiple of ``every``."""
    return int((t + 1e-6) / every) > int((t - h + 1e-6) / every)


class _Pace:
    """How long the steps may be: long ones while no voltage changes fast and no stimulus is near, looked at every ms."""

    def __init__(self, dt: float, quiet_dt: float | None, stimulation: "_Stimulation", V: Floats) -> None:
        self.dt, self.quiet_dt, self.stimulation = dt, quiet_dt, stimulation
        self.last, self.t, self.quiet = V.copy(), 0.0, False

    def look(self, t: float, V: Floats) -> None:
        """Take note of the voltage at ``t``."""
        fastest = float(np.abs(V - self.last).max()) / max(t - self.t, 1e-9)
        self.quiet = fastest < _QUIET and not self.stimulation.within(t - _LOOK_EVERY, t + 2 * _LOOK_EVERY)
        self.last[:], self.t = V, t

    def steps(self, window: float) -> list[float]:
        """The steps of the next ``window`` ms."""
        h = self.quiet_dt if self.quiet and self.quiet_dt else self.dt
        return [h] * max(1, round(window / h))


class _Stimulation:
    """All stimuli together, as a current over a stretch of time."""

    def __init__(self, stimuli: Sequence[Stimulus], n: int) -> None:
        self.parts = []
        for stimulus in stimuli:
            nodes = np.flatnonzero(~np.isnan(stimulus.start))
            starts = stimulus.start[nodes]
            self.parts.append((nodes, starts, starts + stimulus.duration, stimulus.strength))
        self.end = max((float(ends.max()) for _, _, ends, _ in self.parts if ends.size), default=0.0)
        self.none = np.zeros(n)

    def within(self, begin: float, end: float) -> bool:
        """Whether anything is stimulated between these times (ms)."""
        return any(bool(((starts < end) & (ends > begin)).any()) for _, starts, ends, _ in self.parts)

    def mean(self, begin: float, end: float) -> Floats:
        """(n,) mV/ms, mean over ``begin..end`` ms, so that its charge does not depend on the step."""
        if begin >= self.end:
            return self.none
        current = np.zeros_like(self.none)
        for nodes, starts, ends, strength in self.parts:
            overlap = np.minimum(end, ends) - np.maximum(begin, starts)
            current[nodes] += strength / (end - begin) * np.maximum(overlap, 0.0)
        return current


@dataclass
class _Wave:
    """The state while time goes on; ``seen`` is V (n,) at ``t``, the reaction is half a step of ``h`` ahead."""

    kernel: CellKernel
    steppers: dict[float, Diffusion]
    stimulation: _Stimulation
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
        last = self.seen.copy()
        stepper.observe(self.before, self.V, self.seen, self.t, self.activation)
        up = np.flatnonzero((last < 0.0) & (self.seen >= 0.0))
        if up.size:
            self.nodes.append(up.astype(np.int32))
            self.passages.append(self.t - h * self.seen[up] / (self.seen[up] - last[up]))

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


def _permuted(matrix: csr_array, order: NDArray[np.integer]) -> csr_array:
    return csr_array(matrix[order][:, order])


def _check_finite(V: Floats, t: float, order: NDArray[np.integer], points: Floats | None, keeper: _Keeper) -> None:
    """Stop a solution that has blown up, and say when and where."""
    wrong = np.flatnonzero(~(np.abs(V) < _IMPOSSIBLE))
    if not wrong.size:
        return
    node = int(order[wrong[0]])
    at = "" if points is None or node >= len(points) else " at ({:.1f}, {:.1f}, {:.1f}) mm".format(*points[node])
    last = " The last good state is kept in the checkpoint." if keeper.kept else ""
    raise Refused(
        f"The voltage is not finite, or beyond what a membrane can have, after {t:.2f} ms in node {node}{at} "
        f"({wrong.size} nodes in all). Use a smaller time step, and look at the mesh there.{last}"
    )
