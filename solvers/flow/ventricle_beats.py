"""Beats of a ventricle whose wall moves, one after the other, from rest or from a checkpoint."""

from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Cancelled
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.units import convert
from solvers.flow.execution import Checkpoint, Execution
from solvers.flow.moving import MovingFlow, MovingState
from solvers.flow.moving_wall import volume_at, volume_slope
from solvers.flow.periodicity import PERIODIC, in_words
from solvers.flow.surface_integrals import nodal_area
from solvers.flow.valve_times import ValveTimes
from solvers.flow.vortices import kinetic_energy
from solvers.kept_state import Arrays, flattened, rebuilt
from solvers.scenario import Flow

FRAME = 20.0  # ms between kept frames
PEAK_PERCENTILE = 99.9  # of the nodes' speeds
LEAST_STEPS = 40  # a beat
FRAMES = ("velocity", "pressure", "displacement")


@dataclass(frozen=True)
class Instant:
    """Numbers after one step: ms from the start of the beat; mm3 and mm3/ms; pressures kPa; mm/ms; energy uJ.

    out      through the open valve, relative to it, positive outwards;  slope  dV/dt of the tetrahedra
    chamber  mean pressure in the ventricle;  artery  behind the outlet;  apex, ring  at the apex and at the inlet
    """

    time: float
    opened: str
    volume: float
    slope: float
    out: float
    chamber: float
    artery: float
    apex: float
    ring: float
    speed: float
    crossing: float
    energy: float
    iterations: int


@dataclass
class Recorded:
    """The last beat: instants after every step, frames every 20 ms."""

    instants: list[Instant] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    velocity: list[NDArray[np.float32]] = field(default_factory=list)
    pressure: list[NDArray[np.float32]] = field(default_factory=list)
    displacement: list[NDArray[np.float32]] = field(default_factory=list)

    def to_arrays(self) -> dict[str, Any]:
        """What was recorded so far (``from_arrays``)."""
        frames = {name: np.stack(getattr(self, name)) for name in FRAMES}
        return {"instants": np.array([_numbers(one) for one in self.instants]), "frames": self.times, **frames} | {
            "opened": [one.opened for one in self.instants]
        }

    @classmethod
    def from_arrays(cls, kept: Arrays) -> "Recorded":
        """What ``to_arrays`` gave."""
        rows = zip(kept["instants"].tolist(), kept["opened"].tolist(), strict=True)
        instants = [_instant_of(row, opened) for row, opened in rows]
        return cls(instants, kept["frames"].tolist(), *(list(kept[name]) for name in FRAMES))


@dataclass
class Pumping:
    """Where a ventricle stands between two steps.

    done      steps in all;  recorded  of this beat;  energy  (t,) uJ of the beat before, empty in the first
    start     (n, 3) mm/ms, velocity at the start of this beat;  largest  norm of all velocities so far
    distance  of the last beat from the one before it, None: not known
    """

    state: MovingState
    recorded: Recorded
    start: Floats
    done: int = 0
    largest: float = 0.0
    energy: Floats = field(default_factory=lambda: np.zeros(0))
    distance: float | None = None

    def to_arrays(self) -> dict[str, Any]:
        """All that is needed to go on."""
        past: dict[str, Any] = {name: getattr(self, name) for name in ("start", "done", "largest", "energy")}
        if self.distance is not None:
            past["distance"] = self.distance
        return past | flattened(self.state, "state.") | self.recorded.to_arrays()

    @classmethod
    def from_arrays(cls, kept: Arrays) -> "Pumping":
        """What ``to_arrays`` gave."""
        state, distance = rebuilt(MovingState, kept, "state."), kept.get("distance")
        past = int(kept["done"]), float(kept["largest"]), kept["energy"]
        recorded = Recorded.from_arrays(kept)
        return cls(state, recorded, kept["start"], *past, None if distance is None else float(distance))

    @property
    def change(self) -> float:
        """By how much the velocities differ from those at the start of the beat, against the largest so far."""
        return float(np.linalg.norm(self.state.velocity - self.start) / max(self.largest, 1e-12))


def pump(flow: MovingFlow, valves: ValveTimes, scenario: Flow, progress: Progress, how: Execution) -> Pumping:
    """Beats until one is like the one before, at most those of the scenario; at the end of the last, which is recorded."""
    steps, most = max(round(valves.cycle / scenario.time_step), LEAST_STEPS), scenario.beats
    if how.restart and how.checkpoint:
        at = Pumping.from_arrays(how.checkpoint.load())
    else:
        state = flow.at_rest(0.0, valves.opened(valves.cycle / steps), valves.artery(0.0))
        at = Pumping(state, Recorded(), state.velocity)
        _record(flow, valves, state, at.recorded, 0.0)
    while True:
        _finish_beat(flow, valves, scenario, at, steps, progress, how.checkpoint)
        energy = np.array([one.energy for one in at.recorded.instants])
        at.distance = flow.agreed(energy_apart(at.energy, energy))
        if at.done >= steps * most or (at.distance is not None and at.distance < PERIODIC):
            return at
        at.energy, at.start, at.recorded = energy, at.state.velocity, Recorded()
        _record(flow, valves, at.state, at.recorded, at.done // steps * valves.cycle)


def energy_apart(before: Floats, now: Floats) -> float | None:
    """The largest difference of kinetic energy between two beats at the same time, of its range; None without two."""
    return float(np.abs(now - before).max() / np.ptp(now)) if len(before) == len(now) else None


def _finish_beat(
    flow: MovingFlow,
    valves: ValveTimes,
    scenario: Flow,
    at: Pumping,
    steps: int,
    progress: Progress,
    checkpoint: Checkpoint | None,
) -> None:
    step, most = valves.cycle / steps, scenario.beats
    atrium = convert(scenario.ventricle.atrial_pressure, "mmHg", "kPa")
    beat = (at.done - (1 if len(at.recorded.instants) > steps else 0)) // steps
    words, kept = in_words(beat + 1, at.distance), at.state.time

    def pressure(now: float) -> float:
        return valves.artery(now) if at.state.opened == "outlet" else atrium

    while at.done < (beat + 1) * steps:
        now = (at.done - beat * steps) * step
        try:
            progress(at.done / (steps * most), f"Settling: {words}; {now:.0f} of {valves.cycle:.0f} ms")
        except Cancelled:
            if checkpoint:
                checkpoint.save(at.to_arrays())
            raise
        at.state = at.state.through(valves.opened(at.state.time + step))
        at.state = flow.advance(at.state, step, pressure)
        at.done += 1
        at.largest = max(at.largest, float(np.linalg.norm(at.state.velocity)))
        _record(flow, valves, at.state, at.recorded, beat * valves.cycle)
        if checkpoint and (at.state.time - kept > checkpoint.every - 1e-9 or at.done == (beat + 1) * steps):
            checkpoint.save(at.to_arrays())
            kept = at.state.time


def _numbers(one: Instant) -> list[float]:
    return [value for value in astuple(one) if not isinstance(value, str)]


def _instant_of(numbers: list[float], opened: str) -> Instant:
    values: list[Any] = [numbers[0], opened, *numbers[1:-1], int(numbers[-1])]
    return Instant(*values)


def _record(flow: MovingFlow, valves: ValveTimes, state: MovingState, recorded: Recorded, start: float) -> None:
    blood = flow.blood.with_points(flow.wall.points(state.time))
    now = state.time - start
    recorded.instants.append(_instant(flow, blood, valves, state, now))
    if recorded.times and now - recorded.times[-1] < FRAME - 1e-6 and now < valves.cycle - 1e-6:
        return
    recorded.times.append(now)
    recorded.velocity.append(state.velocity.astype(np.float32))
    recorded.pressure.append(state.pressure.astype(np.float32))
    recorded.displacement.append((blood.points - flow.blood.points).astype(np.float32))


def _instant(flow: MovingFlow, blood: HeartMesh, valves: ValveTimes, state: MovingState, now: float) -> Instant:
    lumped = _nodal_volume(blood)
    area = nodal_area(blood, "inlet")
    up = blood.points[np.unique(blood.tagged("inlet"))].mean(axis=0)
    apex = int(np.linalg.norm(flow.blood.points - up, axis=1).argmax())
    return Instant(
        now,
        state.opened,
        volume_at(flow.blood, flow.wall, state.time),
        volume_slope(flow.blood, flow.wall, state.time),
        state.out,
        float(lumped @ state.pressure / lumped.sum()),
        valves.artery(state.time),
        float(state.pressure[apex]),
        float(area @ state.pressure / area.sum()),
        float(np.percentile(np.linalg.norm(state.velocity, axis=1), PEAK_PERCENTILE)),
        abs(state.out) / float(nodal_area(blood, state.opened).sum()),
        kinetic_energy(blood, state.velocity, flow.fluid.density),
        state.iterations,
    )


def _nodal_volume(blood: HeartMesh) -> Floats:
    return np.bincount(blood.tets.ravel(), weights=np.repeat(blood.tet_volumes() / 4, 4), minlength=len(blood.points))
