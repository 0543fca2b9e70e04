"""The monodomain equation on a HeartMesh: dV/dt = div(D grad V) + (stimulus - I_ion)(V, u), du/dt = f(V, u), no flux out.

Strang splitting with its half steps joined: R(dt/2) D(dt) R(dt) D(dt) ... R(dt); what is seen at k*dt is half way through
the reaction step, to second order the mean of its ends. D is Crank-Nicolson on P1 elements. On meshes of clinical size the
velocity depends on the mesh: take the diffusion from ``tissue.tuned_diffusion`` and look at ``conduction`` afterwards.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import CellKernel, compile_cell
from solvers.electrophysiology.diffusion import Diffusion, blend_mass
from solvers.kernels.compile import threads as default_threads

Floats = NDArray[np.float64]

_LOOK_EVERY = 1.0  # ms of model time between two calls of progress


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


@dataclass(frozen=True)
class MonodomainRun:
    """What was computed.

    activation  (n,) ms of the first upward passage of 0 mV, NaN where there was none
    times       (t,) ms of the frames
    frames      (t, n) float32 mV
    iterations  of the linear solver in a step, mean
    seconds     wall time of the time loop
    """

    activation: Floats
    times: Floats
    frames: NDArray[np.float32]
    iterations: float
    seconds: float


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
    order: int = 1,
    threads: int | None = None,
    progress: Progress = silent,
) -> MonodomainRun:
    """Solve on ``mesh`` for ``duration`` ms in steps of ``dt`` ms.

    diffusion            (m, 3, 3) mm2/ms = conductivity / (chi Cm), per tet
    frame_every          ms between frames
    stop_when_activated  end early once every node has been activated
    consistent           1: full mass matrix, 0: lumped, or a blend; the one the diffusion was tuned for
    order                of the cell model's integration in time (2 costs twice as much)

    Refuses wrong shapes, a diffusion that is not positive, steps that do not converge and a voltage that is not finite.
    """
    from solvers.fem import assemble_diffusion  # starts MPI: only when a mesh is really solved

    _check(mesh, diffusion)
    progress(0.0, "Assembling the tissue")
    mass, stiffness = assemble_diffusion(mesh, diffusion)
    return march(
        blend_mass(mass, consistent),
        stiffness,
        stimuli,
        cell,
        duration,
        dt,
        frame_every=frame_every,
        stop_when_activated=stop_when_activated,
        order=order,
        threads=threads,
        progress=part(progress, 0.02, 1.0),
    )


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
    threads: int | None = None,
    start: Floats | None = None,
    progress: Progress = silent,
) -> MonodomainRun:
    """The time loop, on any mesh in any dimension: see ``solve_monodomain``; ``start`` (states, n) replaces the rest state."""
    n = mass.shape[0]
    if not (0.0 < dt <= duration and frame_every > 0.0):
        raise Refused(f"The time step ({dt} ms) must be above zero and below the duration ({duration} ms).")
    if any(stimulus.start.shape != (n,) for stimulus in stimuli):
        raise Refused(f"A stimulus needs one start time for each of the {n} nodes of the mesh.")
    nodes = reverse_cuthill_mckee(stiffness, symmetric_mode=True)  # neighbours in the mesh, neighbours in memory
    kernel, team = compile_cell(cell, order), threads or default_threads()
    wave = _Wave(
        kernel=kernel,
        diffusion=Diffusion(_permuted(mass, nodes), _permuted(stiffness, nodes), dt, team),
        stimulation=_Stimulation([Stimulus(s.start[nodes], s.duration, s.strength) for s in stimuli], n),
        y=kernel.rest(n) if start is None else np.ascontiguousarray(start[:, nodes]),
        dt=dt,
        threads=team,
    )
    steps, stride, look = round(duration / dt), max(1, round(frame_every / dt)), max(1, round(_LOOK_EVERY / dt))
    times, frames = [0.0], [wave.seen.astype(np.float32)]
    begun = time.perf_counter()
    for k in range(1, steps + 1):
        wave.step(k)
        done = k % look == 0 and stop_when_activated and not np.isnan(wave.activation).any()
        if k % stride == 0 or k == steps or done:
            times.append(k * dt)
            frames.append(wave.seen.astype(np.float32))
        if k % look == 0:
            _look(progress, wave.seen, k, steps, duration)
        if done:
            break
    back = np.argsort(nodes)
    mean_iterations = wave.diffusion.iterations / wave.diffusion.steps
    seconds = time.perf_counter() - begun
    return MonodomainRun(wave.activation[back], np.array(times), np.stack(frames)[:, back], mean_iterations, seconds)


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
    """The state while time goes on; ``seen`` is V (n,) at the last whole step."""

    kernel: CellKernel
    diffusion: Diffusion
    stimulation: _Stimulation
    y: Floats
    dt: float
    threads: int

    def __post_init__(self) -> None:
        self.V, self.before, self.seen = self.y[0], np.empty_like(self.y[0]), self.y[0].copy()
        self.activation = np.full(self.V.size, np.nan)
        self._react(0.0, 0.5 * self.dt)

    def step(self, k: int) -> None:
        """From (k-1) dt to k dt; the reaction goes on to (k + 1/2) dt already."""
        self.diffusion.advance(self.V)
        np.copyto(self.before, self.V)
        self._react((k - 0.5) * self.dt, (k + 0.5) * self.dt)
        self.diffusion.observe(self.before, self.V, self.seen, k * self.dt, self.activation)

    def _react(self, begin: float, end: float) -> None:
        self.kernel.advance(self.y, self.stimulation.mean(begin, end), end - begin, self.threads)


def _permuted(matrix: csr_array, order: NDArray[np.integer]) -> csr_array:
    return csr_array(matrix[order][:, order])


def _look(progress: Progress, V: Floats, k: int, steps: int, duration: float) -> None:
    """Tell how far it is, and stop a solution that has blown up."""
    if not np.isfinite(V.sum()):
        raise Refused(f"The voltage is not finite after {duration * k / steps:.1f} ms. Use a smaller time step.")
    progress(k / steps, f"Monodomain: {duration * k / steps:.0f} of {duration:.0f} ms")
