"""Blood flow: microseconds of CPU a tetrahedron and step and what they go into, iterations by size, two ranks against one, a beat.

CPU seconds are those of the process and all its threads, so that other programs on the machine count little.
"""

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from app.demo import Step
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, silent
from geometry.shapes import tube

if TYPE_CHECKING:
    from solvers.flow.navier_stokes import FlowState

EDGES = (2.0, 1.06, 0.63)  # mm, for some 10, 63 and 330 thousand tetrahedra
RADIUS, LENGTH = 10.0, 50.0  # mm
STEP, WARM, STEPS = 10.0, 3, 12  # ms; steps before the clock starts, and on it
BEAT_EDGE, BEATS = 1.08, 5  # for 100 thousand tetrahedra


def benchmark_flow() -> list[Step]:
    """Each in a process of its own, one after the other."""
    made = [_alone(partial(_whole_step, edge)) for edge in EDGES]
    (_, small, few), (_, large, many) = made[0], made[-1]
    sizes = f"iterations from {few / 1000:.0f} to {many / 1000:.0f} thousand tetrahedra"
    words = f"{sizes}: {small:.1f} to {large:.1f}, {large / small:.2f} x"
    iterations = Step(f"{words} (at most 1.5 x)", 0.0, 0.0)
    return [*(step for step, _, _ in made), iterations, _two_ranks(), _alone(_beat)]


def _alone[Made](work: Callable[[], Made]) -> Made:
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        return alone.submit(work).result()


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _two_ranks() -> Step:
    """The steps on the finest mesh, by one process and by two that share it out, on a machine that does nothing else."""
    from solvers.ranks import on_ranks

    one, two = (on_ranks(ranks, timed_steps, EDGES[-1]) for ranks in (1, 2))
    apart = float(np.abs(one.last.velocity - two.last.velocity).max() / np.abs(one.last.velocity).max())
    words = (
        f"two ranks against one, {one.tetrahedra / 1000:.0f} thousand tetrahedra: {one.wall / two.wall:.2f} x as fast "
        f"(at least 1.8 x), {one.iterations:.1f} and {two.iterations:.1f} iterations, velocities {apart:.0e} apart"
    )
    return Step(words, two.wall / STEPS, 0.0)


@dataclass(frozen=True)
class TimedSteps:
    """Seconds of the steps on the clock, wall and CPU of this process; parts of the latter; and the last state."""

    wall: float
    cpu: float
    parts: dict[str, float]
    iterations: float
    tetrahedra: int
    last: "FlowState"


def timed_steps(comm: Any, edge: float, *, progress: Progress = silent) -> TimedSteps:
    """Steps into the rise of a pulse through a straight pipe with a windkessel, by the processes of ``comm``."""
    from solvers.flow.inflow import blunt_profile
    from solvers.flow.navier_stokes import Fluid, NavierStokes
    from solvers.flow.windkessel import Outlet
    from solvers.threads import one_thread

    pipe = tube(RADIUS, LENGTH, edge)
    outlet = Outlet(0.02, 0.4, 2000.0)
    flow = NavierStokes(pipe, Fluid(1.06, 0.004), outlet, blunt_profile(pipe, 1.0), comm=comm)
    state, states = flow.at_rest(10.0), []
    with one_thread():
        for number in range(WARM + STEPS):
            if number == WARM:
                comm.Barrier()
                wall, cpu = time.perf_counter(), time.process_time()
            state = flow.advance(state, STEP, lambda t: 300.0 * float(np.sin(np.pi * t / 320.0)))
            states.append(state)
        comm.Barrier()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    names = ("assembly", "preconditioner", "iterating")
    parts = {name: sum(getattr(one.cost, name) for one in states[WARM:]) for name in names}
    mean = float(np.mean([one.iterations for one in states[WARM:]]))
    return TimedSteps(wall, cpu, parts, mean, len(pipe.tets), state)


def _whole_step(edge: float) -> tuple[Step, float, int]:
    """What a step costs in one process; its mean iterations and tetrahedra."""
    from solvers.backend import MPI

    done = timed_steps(MPI.COMM_SELF, edge)
    each = 1e6 / STEPS / done.tetrahedra
    split = ", ".join(f"{name} {value * each:.1f}" for name, value in done.parts.items())
    size = f"step of {done.tetrahedra / 1000:.0f} thousand tetrahedra"
    words = f"{size}: {done.cpu * each:.1f} us CPU a tetrahedron (at most 9): {split}"
    return (
        Step(f"{words}; {done.iterations:.1f} iterations", done.wall / STEPS, _memory()),
        done.iterations,
        done.tetrahedra,
    )


def _beat() -> Step:
    """A beat of an aorta's size, from the periodic state of its windkessel until it repeats within 2 %."""
    from solvers.flow.beats import run_beats
    from solvers.flow.navier_stokes import NavierStokes
    from solvers.flow.outlets import outlet_models, periodic_starts
    from solvers.flow.periodicity import in_words
    from solvers.flow.steady import ejection_of, fluid_of, inlet_profile
    from solvers.scenario import Flow

    scenario, pipe = Flow(beats=BEATS), _aorta()
    outlets, ejection = outlet_models(pipe, scenario), ejection_of(scenario)
    wall, cpu = time.perf_counter(), time.process_time()
    flow = NavierStokes(pipe, fluid_of(scenario), outlets, inlet_profile(pipe, scenario))
    start = periodic_starts(outlets, ejection.flow, ejection.cycle)
    beat = run_beats(flow, ejection, start, scenario.time_step, BEATS, lambda *_: None)
    seconds, spent = time.perf_counter() - wall, time.process_time() - cpu
    words = (
        f"aorta, {len(pipe.tets) / 1000:.0f} thousand tetrahedra, steps of {scenario.time_step:g} ms (at most 180 s): "
    )
    return Step(f"{words}{in_words(beat.number, beat.distance)}; {spent:.0f} s CPU", seconds, _memory())


def _aorta() -> HeartMesh:
    return tube(RADIUS + 2.0, LENGTH, BEAT_EDGE)
