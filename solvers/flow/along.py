"""A beat of flow along the centreline and by the bedside: what is added to its fields, curves and numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.units import convert
from solvers.flow.beat import Beat
from solvers.flow.bedside import Doppler, doppler_metrics
from solvers.flow.navier_stokes import Fluid
from solvers.flow.plausible import implausible
from solvers.flow.probe import Probe, probe
from solvers.flow.pulse import Pulse
from solvers.flow.vortices import kinetic_energy, q_criterion
from solvers.flow.wall_shear import ShearOverTime
from solvers.result import Field, Lines, Trace

OnWall = Callable[[Floats], NDArray[np.float32]]
BELOW = 5.0  # mm before the valve, where the outflow tract is measured
NARROWER = 1.5  # times the throat: so wide is the tract before it, where there is no valve plane
LINE = "pressure_line"


@dataclass(frozen=True)
class Along:
    """What is added to a result."""

    fields: dict[str, Field]
    traces: dict[str, Trace]
    lines: dict[str, Lines]
    metrics: list[Metric]
    notes: list[str]


def along_line(
    blood: HeartMesh, line: Centerline, beat: Beat, ejection: Pulse, fluid: Fluid, body: float | None = None
) -> Along:
    """Pressure along the centreline at each frame, the echo laboratory's numbers, vortices and kinetic energy."""
    at = probe(blood, line.points)
    kept = np.isfinite(at.shares).all(axis=1)
    inside = Probe(at.corners[kept], at.shares[kept])
    times, mmhg = np.asarray(beat.times), convert(1, "kPa", "mmHg")
    pressure = inside.at(beat.pressure) * mmhg
    energy = np.array([kinetic_energy(blood, v.astype(float), fluid.density) for v in beat.velocity]) / 1000.0
    seen = doppler(blood, line, beat, ejection)
    peak = max((m.inlet_pressure - m.outlet_pressure) * mmhg for m in beat.moments)
    numbers = doppler_metrics(seen, peak, body)
    numbers.append(Metric("peak_kinetic_energy", "Peak kinetic energy of the blood", float(energy.max()), "mJ"))
    count = np.arange(int(kept.sum()))
    vortex = q_criterion(blood, beat.peak.velocity) * 1e6
    return Along(
        {"q_criterion": Field(vortex.astype(np.float32), "1/s2", "Vortices (Q) at peak systole", (), "STRAIN", "VORTEX")},
        {
            "kinetic_energy": Trace(times, energy[None], ("blood",), "mJ", "Kinetic energy"),
            LINE: Trace(times, pressure.T, tuple(f"{mm:.2f} mm" for mm in line.arc[kept]), "mmHg", "Pressure"),
        },
        {"centerline": Lines(line.points[kept], np.column_stack([count[:-1], count[1:]]), "Centreline")},
        numbers,
        implausible(blood, beat.peak.inflow, fluid),
    )  # fmt: skip


def doppler(blood: HeartMesh, line: Centerline, beat: Beat, ejection: Pulse) -> Doppler:
    """What Doppler would see: the fastest blood anywhere, and the mean in the outflow tract, flow over area."""
    times = np.array([m.time for m in beat.moments])
    jet = np.array([m.speed for m in beat.moments])
    flow = np.array([m.inflow for m in beat.moments])
    tract = float(line.area[_tract(blood, line)])
    tail = line.arc > 0.85 * line.arc[-1]
    return Doppler(
        times,
        jet,
        flow / tract,
        tract,
        float(np.median(line.area[tail & (line.area > 0)])),
        ejection.volume,
        (times >= ejection.began - 1e-6) & (times <= ejection.duration + 1e-6),
    )


def _tract(blood: HeartMesh, line: Centerline) -> int:
    """Where along the line the outflow tract is measured: just below the valve plane, else where it is still wide."""
    if "annulus" in blood.landmarks:
        near = int(np.linalg.norm(line.points - np.array(blood.landmarks["annulus"]), axis=1).argmin())
        return int(np.abs(line.arc - (line.arc[near] - BELOW)).argmin())
    wide = np.flatnonzero((line.arc < line.arc[line.throat]) & (line.area > NARROWER * line.area[line.throat]))
    return int(wide[-1]) if len(wide) else 0


def residence_fields(over_time: ShearOverTime, on_wall: OnWall) -> dict[str, Field]:
    """Relative residence time  1 / ((1 - 2 OSI) TAWSS)  (Himburg 2004) and activation potential  OSI / TAWSS  (Di Achille 2014)."""
    average, turning = over_time.time_average() * convert(1, "kPa", "Pa"), over_time.oscillatory_index()
    rrt, ecap = relative_residence(average, turning), activation_potential(average, turning)
    return {
        "rrt": Field(on_wall(rrt), "1/Pa", "Relative residence time", (), "SHORT", "LONG"),
        "ecap": Field(on_wall(ecap), "1/Pa", "Endothelial cell activation potential", (), "LOW", "HIGH"),
    }


def relative_residence(average: Floats, turning: Floats) -> Floats:
    """1 / ((1 - 2 OSI) TAWSS), 1/Pa; NaN where it has no bound."""
    lower = (1 - 2 * turning) * average
    return np.where(lower > 0, 1 / np.where(lower > 0, lower, 1.0), np.nan)


def activation_potential(average: Floats, turning: Floats) -> Floats:
    """OSI / TAWSS, 1/Pa; NaN where there is no shear."""
    return np.where(average > 0, turning / np.where(average > 0, average, 1.0), np.nan)
