"""What drives the blood into the vessel: an ejection, a measured flow, or the pressure of the ventricle behind a valve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.units import convert
from solvers.backend import MPI
from solvers.flow.beat import Beat
from solvers.flow.fitness import refuse_touching
from solvers.flow.inflow import Ejection
from solvers.flow.navier_stokes import NavierStokes
from solvers.flow.network import Passage
from solvers.flow.pulse import MeasuredInflow, Pulse
from solvers.flow.steady import ejection_of, fluid_of, inlet_profile
from solvers.flow.valve import LAYERS, Valve, ValvedFlow, local_edge
from solvers.flow.waveform import Waveform, one_beat
from solvers.flow.windkessel import OutletModel
from solvers.scenario import Flow

REACH = 2.0  # radii of the vessel within which a valve's layer lies


@dataclass(frozen=True)
class Drive:
    """``value`` is mm3/ms over a profile (n, 3), or kPa where there is none, at a time in ms; ``pulse`` sets the steps."""

    value: Callable[[float], float]
    profile: Floats | None
    pulse: Pulse


def drive_of(blood: HeartMesh, scenario: Flow, profile: Floats | None = None) -> Drive:
    """The inlet of a scenario; ``profile`` (n, 3) is a measured one. Refuses an ensemble driven by a pressure."""
    if scenario.inlet == "ejection":
        pulse = ejection_of(scenario)
        return Drive(pulse.flow, inlet_profile(blood, scenario) if profile is None else profile, pulse)
    refuse_driven_members(scenario)
    duration = scenario.ventricle_pressure.duration
    steps = Ejection(1.0, duration, 60_000.0 / scenario.heart_rate)
    return Drive(ventricle_pressure(scenario), None, steps)


def refuse_driven_members(scenario: Flow) -> None:
    """Refuse an ensemble of flows that a pressure drives."""
    if scenario.ensemble.members:
        raise Refused(
            "An ensemble needs a given flow at the inlet. Set its members to 0, or drive the inlet by the ejection."
        )


def ventricle_pressure(scenario: Flow) -> Callable[[float], float]:
    """kPa at a time in ms: the given curve, or half a sine wave above the filling pressure."""
    said, cycle = scenario.ventricle_pressure, 60_000.0 / scenario.heart_rate
    if said.curve is not None:
        wave = Waveform(said.curve.times, tuple(convert(value, "mmHg", "kPa") for value in said.curve.values))
        return one_beat(wave, cycle, "The pressure curve of the inlet")
    low, high = convert(said.filling, "mmHg", "kPa"), convert(said.peak, "mmHg", "kPa")
    if high <= low:
        raise Refused("The peak pressure of the ventricle must be above its filling pressure. Correct one of them.")

    def pressure(time: float) -> float:
        share = (time % cycle) / said.duration
        return low + (high - low) * float(np.sin(np.pi * min(share, 1.0)))

    return pressure


def passage_of(line: Centerline, scenario: Flow, drive: Drive) -> Passage | None:
    """The way in between the ventricle's pressure and the vessels, for the circulation that a run starts from."""
    if drive.profile is not None:
        return None
    return Passage.along(line, fluid_of(scenario).density, one_way=scenario.valve == "leaflets")


def flow_model(
    blood: HeartMesh,
    line: Centerline,
    scenario: Flow,
    outlets: Mapping[str, OutletModel],
    drive: Drive,
    comm: Any = MPI.COMM_SELF,
) -> NavierStokes | ValvedFlow:
    """The flow of a scenario, with a valve in it where there is one that moves; shared out between the processes ``comm``."""
    refuse_touching(blood)
    valved = scenario.valve == "leaflets"
    flow = NavierStokes(blood, fluid_of(scenario), outlets, drive.profile, valved=valved, comm=comm)
    if not valved:
        return flow
    if drive.profile is not None:
        raise Refused(
            "A valve opens and shuts by the pressures on its two sides, and this inlet has a given flow. "
            "Drive the inlet by the ventricle's pressure, or leave the valve open."
        )
    return ValvedFlow(flow, valve_of(blood, line))


def valve_of(blood: HeartMesh, line: Centerline) -> Valve:
    """A valve at the annulus, else at the narrowing, else in the middle; it opens to the vessel as it is there."""
    place = blood.landmarks.get("annulus") or blood.landmarks.get("throat")
    middle = int(np.abs(line.arc - line.arc[-1] / 2).argmin())
    at = middle if place is None else int(np.linalg.norm(line.points - np.array(place), axis=1).argmin())
    radius = REACH * float(np.sqrt(line.area[at] / np.pi))
    thin = Valve(line.points[at], line.tangent[at], radius, 1.0)
    return Valve(line.points[at], line.tangent[at], radius, 1.01 * LAYERS * local_edge(blood, thin))


def seen_pulse(beat: Beat, drive: Drive) -> Pulse:
    """The inflow of a beat: as it was given, or as it came of the pressures."""
    if drive.profile is not None:
        return drive.pulse
    return MeasuredInflow(tuple(m.time for m in beat.moments), tuple(m.inflow for m in beat.moments))
