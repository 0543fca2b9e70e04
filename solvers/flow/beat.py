"""One heart beat of flow, step by step, with what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.progress import Progress, part
from solvers.flow.inflow import Ejection
from solvers.flow.navier_stokes import FlowState, NavierStokes
from solvers.flow.periodicity import PERIODIC, apart, in_words
from solvers.flow.step_control import Diverged
from solvers.flow.surface_integrals import mean_over
from solvers.flow.wall_shear import ShearOverTime, WallShear

FRAME = 20.0  # ms between kept frames
DIASTOLE = 2.5  # how much longer steps may get while nothing flows in
GROWTH = 1.3  # from one step to the next
PEAK_PERCENTILE = 99.9  # of the nodes' speeds: one bad node does not make the answer


@dataclass(frozen=True)
class Moment:
    """Numbers after one step: time ms, pressures kPa (means over inlet and outlet), flows mm3/ms, speed mm/ms;
    stored: pressure of the outlets' compliances, kPa, their mean."""

    time: float
    inlet_pressure: float
    outlet_pressure: float
    inflow: float
    outflow: float
    speed: float
    stored: float
    iterations: int
    imbalance: float


@dataclass(frozen=True)
class Beat:
    """What is kept of a beat.

    moments   after every step;  times  (t,) ms of the frames
    velocity  (t, n, 3) m/s;  pressure (t, n) kPa
    peak      the state at the largest flow
    shear     (w, 3) kPa on ``wall`` nodes at that moment;  over_time  gathered over the beat
    force_shear   (w, 3) kPa at that moment, from the force on the wall alone
    number    which beat it is, from 1;  distance  from the beat before (``periodicity.apart``), None for the first
    broken    a sentence where the flow could not be computed to the end of the beat: what is kept ends there
    """

    moments: tuple[Moment, ...]
    times: tuple[float, ...]
    velocity: NDArray[np.float32]
    pressure: NDArray[np.float32]
    peak: FlowState
    wall: NDArray[np.integer]
    shear: Floats
    force_shear: Floats
    over_time: ShearOverTime
    number: int = 1
    distance: float | None = None
    broken: str = ""


def time_steps(ejection: Ejection, step: float) -> list[float]:
    """Times of a beat, ms: equal steps while blood is ejected, then growing ones; both phases end exactly on a step."""
    count = max(int(np.ceil(ejection.duration / step - 1e-9)), 4)
    systole = np.linspace(0.0, ejection.duration, count + 1)
    rest = ejection.cycle - ejection.duration
    sizes = [systole[1]]
    while sum(sizes) < rest:
        sizes.append(min(sizes[-1] * GROWTH, DIASTOLE * systole[1]))
    diastole = ejection.duration + np.cumsum(sizes) * rest / sum(sizes)
    return [*systole.tolist(), *diastole.tolist()]


def run_beats(
    flow: NavierStokes, ejection: Ejection, start: Floats, step: float, most: int, progress: Progress
) -> Beat:
    """Beats from rest until one is like the one before (at most ``most``), of which the last is kept.

    start  (k,) kPa, stored pressures of the outlets;  step  ms
    """
    state = flow.at_rest(start)
    last: Beat | None = None
    for number in range(1, most + 1):
        words = in_words(number, last.distance if last else None)
        beat, state = run_beat(flow, ejection, state, step, part(progress, (number - 1) / most, number / most), words)
        distance = apart(last.moments, beat.moments) if last and not beat.broken else None
        last = replace(beat, number=number, distance=distance)
        if beat.broken or (distance is not None and distance < PERIODIC):
            break
    assert last is not None
    return last


def run_beat(
    flow: NavierStokes, ejection: Ejection, state: FlowState, step: float, progress: Progress, words: str
) -> tuple[Beat, FlowState]:
    """One beat from ``state`` on, and the state at its end; where it cannot be computed to its end, as far as it can."""
    times, broken = time_steps(ejection, step), ""
    state = replace(state, time=0.0, reach=inf)
    kept = _Kept(flow, state)
    for number, (before, now) in enumerate(pairwise(times)):
        progress(number / len(times), f"{words}: blood flow at {before:.0f} of {ejection.cycle:.0f} ms")
        try:
            state = flow.advance(state, now - before, ejection.flow)
        except Diverged as failure:
            state, broken = failure.state, str(failure)
            if state.time == 0.0 and state.scheme is None:
                raise  # not one step: there is nothing to keep
        kept.add(state, last=bool(broken) or number == len(times) - 2)
        if broken:
            break
    return replace(kept.beat(), broken=broken), state


class _Kept:
    """Collects a beat."""

    def __init__(self, flow: NavierStokes, state: FlowState) -> None:
        self.flow, self.shear = flow, WallShear(flow.blood)
        self.means: Callable[[str, Floats], float] = lambda name, values: mean_over(flow.blood, name, values)
        self.over_time = ShearOverTime.empty(len(self.shear.nodes))
        self.latest = np.zeros((len(self.shear.nodes), 3))
        self.peak, self.peak_shear = state, self.latest
        self.moments = [self._moment(state)]
        self.times, self.velocity, self.pressure = [0.0], [_single(state.velocity)], [_single(state.pressure)]

    def _moment(self, state: FlowState) -> Moment:
        speed = float(np.percentile(np.linalg.norm(state.velocity, axis=1), PEAK_PERCENTILE))
        inlet, outlet = self.means("inlet", state.pressure), self.flow.outlet_pressure(state)
        flows = state.inflow, state.outflow
        return Moment(
            state.time, inlet, outlet, *flows, speed, float(state.stored.mean()), state.iterations, state.imbalance
        )

    def add(self, state: FlowState, *, last: bool) -> None:
        """Take in the state after a step; a frame is kept about every 20 ms and at the largest flow."""
        if state.time > self.moments[-1].time:
            self.moments.append(self._moment(state))
        if state.time <= self.times[-1]:
            return
        largest = state.inflow > self.peak.inflow
        if not (largest or last or state.time - self.times[-1] >= FRAME - 1e-6):
            return
        fluid, load = self.flow.fluid, self.flow.wall_load(state)
        stress = self.shear.best_stress(load, state.pressure, state.velocity, fluid.density, fluid.viscosity)
        if largest:
            self.peak, self.peak_shear = state, stress
        if state.time - self.times[-1] >= FRAME - 1e-6 or last:
            self.over_time.add(self.latest, stress, state.time - self.times[-1])
            self.latest = stress
            self.times.append(state.time)
            self.velocity.append(_single(state.velocity))
            self.pressure.append(_single(state.pressure))

    def beat(self) -> Beat:
        """Everything, stacked."""
        by_force = self.shear.stress(self.flow.wall_load(self.peak), self.peak.pressure)
        return Beat(
            tuple(self.moments),
            tuple(self.times),
            np.stack(self.velocity),
            np.stack(self.pressure),
            self.peak,
            self.shear.nodes,
            self.peak_shear,
            by_force,
            self.over_time,
        )


def _single(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)
