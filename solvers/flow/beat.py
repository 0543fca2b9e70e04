"""What is kept of one heart beat of flow, and how it is gathered step by step."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from solvers.flow.navier_stokes import FlowState, NavierStokes, Scheme
from solvers.flow.solver import Cost
from solvers.flow.surface_integrals import mean_over
from solvers.flow.valve import Leaflets, ValvedFlow, ValvedState
from solvers.flow.wall_shear import ShearOverTime, WallShear
from solvers.kept_state import Arrays, flattened, rebuilt

FRAME = 20.0  # ms between kept frames
BeatingFlow = NavierStokes | ValvedFlow
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
    outflows  (t, k) mm3/ms through each outlet, after every step
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
    outflows: Floats
    number: int = 1
    distance: float | None = None
    broken: str = ""


class Gathering:
    """Gathers a beat."""

    def __init__(self, flow: BeatingFlow, state: FlowState) -> None:
        self.flow, self.shear = flow, WallShear(flow.blood)
        self.means: Callable[[str, Floats], float] = lambda name, values: mean_over(flow.blood, name, values)
        self.over_time = ShearOverTime.empty(len(self.shear.nodes))
        self.latest = np.zeros((len(self.shear.nodes), 3))
        self.peak, self.peak_shear = state, self.latest
        self.moments, self.outflows = [self._moment(state)], [state.outflows]
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
            self.outflows.append(state.outflows)
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
            np.array(self.outflows),
        )

    def to_arrays(self) -> dict[str, Any]:
        """What was gathered so far, to go on from (``from_arrays``)."""
        return {
            "moments": rows_of(self.moments),
            "outflows": np.array(self.outflows),
            "times": np.array(self.times),
            "velocity": np.stack(self.velocity),
            "pressure": np.stack(self.pressure),
            "latest": self.latest,
            "peak_shear": self.peak_shear,
            **flattened(self.peak, "peak."),
            **flattened(self.over_time, "over_time."),
        }

    @classmethod
    def from_arrays(cls, flow: BeatingFlow, kept: Arrays) -> "Gathering":
        """What ``to_arrays`` gave, for the same flow."""
        found = cls(flow, flow_state(kept, "peak."))
        found.moments, found.outflows = moments_of(kept["moments"]), list(kept["outflows"])
        found.times, found.latest, found.peak_shear = kept["times"].tolist(), kept["latest"], kept["peak_shear"]
        found.velocity, found.pressure = list(kept["velocity"]), list(kept["pressure"])
        found.over_time = rebuilt(ShearOverTime, kept, "over_time.")
        return found


def flow_state(kept: Arrays, prefix: str) -> FlowState:
    """A state that was ``flattened``."""
    inner: dict[str, type[Any]] = {"scheme": Scheme, "cost": Cost}
    if f"{prefix}leaflets.opens" in kept:
        return rebuilt(ValvedState, kept, prefix, leaflets=Leaflets, **inner)
    return rebuilt(FlowState, kept, prefix, **inner)


def rows_of(moments: Sequence[Moment]) -> Floats:
    """(t, 9), a moment a row."""
    return np.array([astuple(moment) for moment in moments]).reshape(-1, 9)


def moments_of(rows: Floats) -> list[Moment]:
    """Moments from rows (t, 9)."""
    numbers: list[list[Any]] = [[*row[:-2], int(row[-2]), row[-1]] for row in rows.tolist()]
    return [Moment(*row) for row in numbers]


def _single(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)
