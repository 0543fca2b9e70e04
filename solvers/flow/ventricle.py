"""A ventricle that fills and ejects: its blood driven by the motion of the wall that the cine shows."""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.units import convert
from geometry.wall_motion.motion import WallMotion
from solvers.backend import dolfinx
from solvers.flow.moving import MovingFlow, MovingState
from solvers.flow.moving_wall import CineWall, least_volume_share, volume_at, volume_slope
from solvers.flow.outlets import outlet_of
from solvers.flow.steady import fluid_of
from solvers.flow.surface_integrals import nodal_area
from solvers.flow.valve_times import ValveTimes, valve_times
from solvers.flow.ventricle_answers import answers
from solvers.flow.vortices import kinetic_energy
from solvers.result import Result
from solvers.scenario import Flow

FRAME = 20.0  # ms between kept frames
LEAST_SHARE = 0.02  # of its volume that every tetrahedron must keep
PEAK_PERCENTILE = 99.9  # of the nodes' speeds


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


def run_ventricle(mesh: HeartMesh, motion: WallMotion, scenario: Flow, progress: Progress) -> Result:
    """Compute beats of a ventricle whose wall moves; the last one is kept.

    mesh    blood of one ventricle (``geometry.meshing.cavity_blood``), motion its own (``geometry.wall_motion.cavity``)
    Fields: velocity (t, n, 3) m/s, pressure (t, n) mmHg, displacement (t, n, 3) mm from the mesh.
    Raises Refused (a mesh or motion that cannot be used, flow that cannot be computed) and Cancelled.
    """
    began = time.perf_counter()
    cycle = 60_000.0 / scenario.heart_rate
    wall = CineWall(mesh, motion, cycle)
    progress(0.0, "Following the volume over the beat")
    least = least_volume_share(mesh, wall, np.linspace(0.0, cycle, 49))
    if least < LEAST_SHARE:
        raise Refused(
            f"A tetrahedron of the moving blood keeps only {least:.0%} of its volume. Mesh the cavity with longer edges, "
            "then let it follow the cine again."
        )
    valves = valve_times(mesh, wall, cycle, outlet_of(scenario.windkessel))
    flow = MovingFlow(mesh, fluid_of(scenario), wall)
    recorded, change = _beats(flow, valves, scenario, progress)
    stamp = {
        "scenario": scenario.model_dump(mode="json"),
        "mesh": mesh.digest(),
        "tetrahedra": len(mesh.tets),
        "dolfinx": dolfinx.__version__,
        "seconds": round(time.perf_counter() - began, 2),
    }
    found = answers(motion, recorded, valves, least, change)
    return Result("flow", "Navier-Stokes, moving wall", *found, stamp)


def _beats(flow: MovingFlow, valves: ValveTimes, scenario: Flow, progress: Progress) -> tuple[Recorded, float]:
    """The last beat, and by how much its velocities at the end differ from those one beat before, against the largest in it."""
    atrium = convert(scenario.ventricle.atrial_pressure, "mmHg", "kPa")
    count, beats = max(round(valves.cycle / scenario.time_step), 40), scenario.beats
    step = valves.cycle / count

    def pressure(now: float) -> float:
        return valves.artery(now) if state.opened == "outlet" else atrium

    state = flow.at_rest(0.0, valves.opened(step), valves.artery(0.0))
    start, recorded, largest = state.velocity, Recorded(), 0.0
    for beat in range(beats):
        start, recorded = state.velocity, Recorded()
        _record(flow, valves, state, recorded, beat * valves.cycle)
        for number in range(count):
            done = (beat * count + number) / (beats * count)
            progress(done, f"Beat {beat + 1} of {beats}, {number * step:.0f} of {valves.cycle:.0f} ms")
            state = state.through(valves.opened(state.time + step))
            state = flow.advance(state, step, pressure)
            largest = max(largest, float(np.linalg.norm(state.velocity)))
            _record(flow, valves, state, recorded, beat * valves.cycle)
    return recorded, float(np.linalg.norm(state.velocity - start) / max(largest, 1e-12))


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
