"""What a beat of a moving ventricle says: fields, curves, numbers and whether they can be."""

from typing import TYPE_CHECKING

import numpy as np

from geometry.heart_mesh import Floats
from geometry.metric import Metric
from geometry.units import convert
from geometry.wall_motion.motion import WallMotion
from solvers.flow.plausible import implausible_speed
from solvers.flow.valve_times import ValveTimes
from solvers.result import Check, Field, Trace

if TYPE_CHECKING:
    from solvers.flow.ventricle import Recorded

BALANCE = 0.005  # of the largest |dV/dt|
STROKE = 0.01  # of the stroke volume
PERIODIC = 0.1  # of the largest velocities (root mean square): vortices never come back alike
NOTES = (
    "The wall moves as the outlines of the cine do: twist and sliding along it are not seen. Blood is Newtonian.",
    "Valves are flat openings in the cut base, of assumed size and place, open or shut at once; they narrow as the base does, so "
    "speeds and kinetic energy near them are too high. Leaflets are not there.",
    "One valve is always open, as the volumes of a cine leave no time in which none is: pressures while both are shut are missing.",
    "Pressure in the ventricle follows from the vessels behind the outlet and a constant atrial pressure; only differences "
    "within the ventricle are computed from the motion.",
    "The solver is verified on pipes whose wall moves; it is not validated for vortices or pressures in patients.",
)
Answers = tuple[dict[str, Field], dict[str, Trace], tuple[Metric, ...], tuple[Check, ...], tuple[str, ...]]


def answers(
    motion: WallMotion,
    recorded: "Recorded",
    valves: ValveTimes,
    least: float,
    change: float,
) -> Answers:
    """Fields, traces, metrics, checks and notes of a ``Result``.

    least   smallest share of its volume that a tetrahedron keeps;  change  of velocities against one beat before
    """
    return (
        _fields(recorded),
        _traces(recorded, motion, valves),
        tuple(_metrics(recorded)),
        tuple(_checks(recorded, motion, valves, least, change)),
        (*NOTES, *motion.notes, *_plausible(recorded)),
    )


def _fields(recorded: "Recorded") -> dict[str, Field]:
    times, mmhg = tuple(recorded.times), np.float32(convert(1, "kPa", "mmHg"))
    return {
        "velocity": Field(np.stack(recorded.velocity), "m/s", "Velocity", times, "SLOW", "FAST"),
        "pressure": Field(np.stack(recorded.pressure) * mmhg, "mmHg", "Pressure", times, "LOW", "HIGH"),
        "displacement": Field(np.stack(recorded.displacement), "mm", "Displacement", times, "STILL", "FAR"),
    }


def _column(recorded: "Recorded", name: str) -> Floats:
    return np.array([getattr(one, name) for one in recorded.instants], dtype=float)


def _through(recorded: "Recorded", name: str) -> Floats:
    mine = np.array([one.opened == name for one in recorded.instants])
    return np.where(mine, _column(recorded, "out"), 0.0)


def _traces(recorded: "Recorded", motion: WallMotion, valves: ValveTimes) -> dict[str, Trace]:
    times, mmhg = _column(recorded, "time"), convert(1, "kPa", "mmHg")
    pressures = np.array([_column(recorded, "chamber"), _column(recorded, "artery")]) * mmhg
    flows = np.array([_through(recorded, "outlet"), -_through(recorded, "inlet")])
    volume = _column(recorded, "volume") / 1000.0
    labels = next(iter(motion.wanted.values()))
    at = (motion.shares - motion.shares[motion.ed]) % 1.0 * valves.cycle
    order = np.argsort(at)
    seen = np.interp(times % valves.cycle, at[order], labels[order], period=valves.cycle)
    energy = _column(recorded, "energy")[None] / 1000.0
    return {
        "pressure_flow": Trace(times, pressures, ("ventricle", "artery"), "mmHg", "Pressure"),
        "flow": Trace(times, flows, ("out", "in"), "mL/s", "Flow"),
        "volume": Trace(times, np.array([volume, seen]), ("moving mesh", "labels"), "ml", "Volume"),
        "velocity": Trace(times, _column(recorded, "speed")[None], ("peak",), "m/s", "Peak velocity"),
        "kinetic_energy": Trace(times, energy, ("blood",), "mJ", "Kinetic energy"),
    }


def _metrics(recorded: "Recorded") -> list[Metric]:
    times, volume = _column(recorded, "time"), _column(recorded, "volume") / 1000.0
    out, inn = _through(recorded, "outlet"), -_through(recorded, "inlet")
    crossing, energy = _column(recorded, "crossing"), _column(recorded, "energy") / 1000.0
    ejecting = np.array([one.opened == "outlet" for one in recorded.instants])
    stroke = float(np.trapezoid(out, times)) / 1000.0
    base_apex = convert(1, "kPa", "mmHg") * (_column(recorded, "ring") - _column(recorded, "apex"))
    return [
        Metric("stroke_volume", "Blood ejected", stroke, "ml", note="through the outlet, integral of the computed flow"),
        Metric("ejection_fraction", "Ejection fraction", 100 * stroke / float(volume.max()), "%", note="of what was ejected"),
        Metric("filling_volume", "Blood taken in", float(np.trapezoid(inn, times)) / 1000.0, "ml", note="through the inlet"),
        Metric("peak_outflow", "Peak ejection rate", float(out.max()), "ml/s", note="through the outlet"),
        Metric("peak_inflow", "Peak filling rate", float(inn.max()), "ml/s", note="through the inlet"),
        Metric(
            "outflow_velocity", "Peak velocity, mean over the outlet", float(crossing[ejecting].max()), "m/s",
            note="flow / assumed size of the valve's ring",
        ),
        Metric(
            "inflow_velocity", "Peak velocity, mean over the inlet", float(crossing[~ejecting].max()), "m/s",
            note="flow / assumed size of the valve's ring",
        ),
        Metric("peak_kinetic_energy_systole", "Peak kinetic energy, ejection", float(energy[ejecting].max()), "mJ"),
        Metric("peak_kinetic_energy_diastole", "Peak kinetic energy, filling", float(energy[~ejecting].max()), "mJ"),
        Metric(
            "suction", "Largest pressure difference, inlet above apex, while filling", float(base_apex[~ejecting].max()),
            "mmHg", note="what draws blood to the apex",
        ),
    ]  # fmt: skip


def _checks(recorded: "Recorded", motion: WallMotion, valves: ValveTimes, least: float, change: float) -> list[Check]:
    slope, out = _column(recorded, "slope")[1:], _column(recorded, "out")[1:]
    times = _column(recorded, "time")
    off = float(np.abs(out + slope).max() / np.abs(slope).max())
    stroke = float(np.trapezoid(_through(recorded, "outlet"), times)) / 1000.0
    labels = next(iter(motion.wanted.values()))
    by_labels = float(labels.max() - labels.min())
    by_mesh = valves.passed("outlet") / 1000.0
    return [
        Check("flow against the change of volume, worst step", off, 0.0, BALANCE, "1", "conservation of mass"),
        Check("blood ejected over what the moving wall displaces", stroke / by_mesh, 1.0, STROKE, "1", "the volume curve"),
        Check("blood ejected over the stroke volume of the labels", stroke / by_labels, 1.0, 0.05, "1", "volumes of the cine"),
        Check("smallest share of its volume that a tetrahedron keeps", least, 1.0, 0.98, "1", "none turns over"),
        Check("iterations, most in a step", max(_column(recorded, "iterations")), 0.0, 40.0, "1", "10 on a good mesh"),
        Check("velocity at the end against one beat before", change, 0.0, PERIODIC, "1", "against the largest"),
    ]  # fmt: skip


def _plausible(recorded: "Recorded") -> list[str]:
    return implausible_speed(float(_column(recorded, "crossing").max()))
