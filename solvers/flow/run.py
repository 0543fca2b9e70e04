"""One heart beat of blood through the outflow, the valve and the aorta, with its doubt."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.outline_doubt import outlines_of
from geometry.progress import Progress, part
from geometry.units import convert
from solvers.backend import dolfinx
from solvers.devices.stenting import with_device
from solvers.flow.along import along_line, residence_fields
from solvers.flow.beat import Beat
from solvers.flow.closed_loop import with_closed_loop
from solvers.flow.drive import drive_of, seen_pulse
from solvers.flow.ensemble import run_ensemble
from solvers.flow.execution import ALONE, Execution, fingerprint, made_for
from solvers.flow.metrics import ELEMENTS_ACROSS, beat_metrics, measure_throat, split_metrics
from solvers.flow.navier_stokes import BALANCE
from solvers.flow.orifice import with_orifice
from solvers.flow.outlets import outlet_models
from solvers.flow.periodicity import PERIODIC, in_words
from solvers.flow.scenario_beats import scenario_beats
from solvers.flow.steady import fluid_of, opened, outlined
from solvers.flow.vessels import with_tuned_vessels
from solvers.flow.wall_shear import UNRESOLVED
from solvers.result import Check, Field, Result, Trace
from solvers.scenario import Flow

STILL = 1e-3  # mm
MODELLED_WALL = 0.1  # share of the wall whose layer may be unresolved before it is told
NOTES = (
    "The walls are rigid, and there is no turbulence model: jets are as good as the mesh.",
    "The solver is verified on pipes and windkessels; it is not validated for pressure drops or wall shear in patients.",
)


VALVES = {
    "open": "The open valve is the segmented narrowing and does not move.",
    "leaflets": "The valve is a thin layer that resists: it opens on pressure and shuts on flow that runs back, within 8 ms; "
    "leaflets are not there.",
}
DRIVES = {
    "ejection": "The flow through the inlet is given; in diastole it is an inlet without flow.",
    "ventricle pressure": "The inlet is driven by the pressure of the ventricle: how much blood is ejected is an answer.",
}


def run_flow(
    mesh: HeartMesh,
    scenario: Flow,
    progress: Progress,
    *,
    workers: int = 2,
    body: float | None = None,
    how: Execution = ALONE,
    profile: Floats | None = None,
    cluster: str = "",
    kept_members: Path | None = None,
) -> Result:
    """Compute a beat on a blood-pool mesh and, where the scenario has members, an ensemble at peak systole.

    mesh     surfaces inlet, outlet, wall; landmark throat where there is a narrowing
    workers  processes of the ensemble, or the Dask ``cluster`` on which its members run instead; those that are finished are
             kept in a folder, so that a run that was cut off does not repeat them
    body     surface in m2 that areas are indexed by, where it is known
    how      ranks of the beats, checkpoint and restart;  profile  (n, 3) in 1/mm2, measured velocity per unit flow at the inlet
    Fields: velocity (t, n, 3) m/s, pressure (t, n) mmHg, wall_shear_stress, tawss (Pa), osi; the ensemble's statistics;
    displacement (n, 3) mm where a device or an opened narrowing has moved the mesh before the beat.
    Raises Refused (a mesh that cannot be used, flow that cannot be computed) and Cancelled.
    """
    if mesh.kind != "blood_pool":
        raise Refused(
            "Flow needs a mesh of the blood pool, and this is one of the heart's wall. Make a blood-pool mesh."
        )
    began = time.perf_counter()
    given, (scenario, tuned) = scenario, with_tuned_vessels(scenario)
    shaped, line = with_orifice(*with_device(mesh, centerline(mesh), scenario), scenario)
    scenario, loop = with_closed_loop(scenario, line, part(progress, 0.0, 0.05))
    moved = outlines_of(shaped) if scenario.outlines.vessel else None
    blood = opened(outlined(shaped, moved, scenario), line, scenario.opening)
    outlets = outlet_models(blood, scenario)
    drive = drive_of(blood, scenario, profile)
    members = scenario.ensemble.members
    march = part(progress, 0.05 if loop else 0.0, 0.5 if members else 1.0)
    how = made_for(how, fingerprint(mesh, scenario, b"" if profile is None else profile.tobytes()))
    beat = scenario_beats(blood, line, scenario, profile, march, how)
    pulse = drive.pulse if beat.broken else seen_pulse(beat, drive)
    fields = beat_fields(beat, len(mesh.points)) | moved_wall(mesh, blood)
    metrics = (
        []
        if beat.broken
        else [*beat_metrics(blood, beat, pulse, fluid_of(scenario)), *split_metrics(beat, tuple(outlets))]
    )
    checks, notes = beat_checks(beat), [*beat_notes(beat, scenario), *NOTES, *resolution_notes(blood, beat)]
    more = along_line(blood, centerline(blood), beat, pulse, fluid_of(scenario), body)
    fields, notes = fields | more.fields, notes + more.notes
    metrics += [] if beat.broken else more.metrics
    around: dict[str, Trace] = {}
    for name, found in (("vessels", tuned), ("circulation", loop)):
        if found:
            checks, notes, around = [*checks, *found.checks()], [*notes, found.note()], around | {name: found.trace()}
    kept: dict[str, NDArray[np.float64]] = {}
    if members and not beat.broken:
        ensemble = run_ensemble(shaped, line, scenario, beat, part(progress, 0.5, 1.0), workers, cluster, kept_members)
        fields |= ensemble.fields(beat.wall)
        kept = ensemble.kept(metrics)
        metrics, checks = ensemble.metrics(metrics), checks + ensemble.checks()
        notes += ensemble.notes
    return Result(
        "flow",
        "Navier-Stokes",
        fields,
        _traces(beat, tuple(outlets), around) | more.traces,
        tuple(metrics),
        tuple(checks),
        tuple(notes),
        _stamp(mesh, given, began),
        more.lines,
        kept,
    )


def moved_wall(mesh: HeartMesh, blood: HeartMesh) -> dict[str, Field]:
    """Where a device or an opened narrowing has moved the mesh: displacement (n, 3) mm; nothing where it has not."""
    way = np.asarray(blood.points - mesh.points, dtype=np.float32)
    if np.abs(way).max() < STILL:
        return {}
    return {"displacement": Field(way, "mm", "Wall moved before the beat", (), "STILL", "FAR")}


def valve_note(scenario: Flow) -> str:
    """What the valve is in the computed flow."""
    if scenario.valve != "open" or scenario.orifice == "segmented":
        return VALVES[scenario.valve]
    area = f"{scenario.orifice_area:.2f} cm^2"
    return f"The open {scenario.orifice} is the segmented narrowing brought to {area}; it has no leaflets and does not move."


def beat_notes(beat: Beat, scenario: Flow) -> list[str]:
    """Where the beat ended early, which beat it is, and what the blood is."""
    started = "The flow started from rest and the vessels behind the outlets near their periodic state: "
    blood = (
        f"The blood is Newtonian, {scenario.viscosity:g} mPa s."
        if scenario.blood == "newtonian"
        else f"The blood thins under shear (Carreau) from {scenario.thinning.still:g} to {scenario.viscosity:g} mPa s; the law "
        "of the wall and the Reynolds number use the latter."
    )
    told = "one beat is computed." if beat.number == 1 else f"{in_words(beat.number, beat.distance)}."
    early = [f"{beat.broken} What is shown ends there: there are no numbers of the beat."] if beat.broken else []
    return [*early, started + told, blood, valve_note(scenario), DRIVES[scenario.inlet]]


def beat_fields(beat: Beat, count: int) -> dict[str, Field]:
    """The fields of a beat in the units they are shown in; wall quantities are NaN off the wall."""
    pascal, mmhg = convert(1, "kPa", "Pa"), np.float32(convert(1, "kPa", "mmHg"))

    def on_wall(values: NDArray[np.floating]) -> NDArray[np.float32]:
        whole = np.full(count, np.nan, dtype=np.float32)
        whole[beat.wall] = values
        return whole

    shear = np.linalg.norm(beat.shear, axis=1) * pascal
    return {
        "velocity": Field(beat.velocity, "m/s", "Velocity", beat.times, "SLOW", "FAST"),
        "pressure": Field(beat.pressure * mmhg, "mmHg", "Pressure", beat.times, "LOW", "HIGH"),
        "wall_shear_stress": Field(on_wall(shear), "Pa", "Wall shear stress at peak systole", (), "LOW", "HIGH"),
        "tawss": Field(
            on_wall(beat.over_time.time_average() * pascal), "Pa", "Time-averaged wall shear stress", (), "LOW", "HIGH"
        ),
        "osi": Field(
            on_wall(beat.over_time.oscillatory_index()), "1", "Oscillatory shear index", (), "STEADY", "TURNING"
        ),
        **residence_fields(beat.over_time, on_wall),
    }


def beat_traces(beat: Beat, outlets: Sequence[str]) -> dict[str, Trace]:
    """Pressures, flows and the peak velocity after every step."""
    times = np.array([m.time for m in beat.moments])
    pressures = np.array([[m.inlet_pressure, m.outlet_pressure] for m in beat.moments]).T * convert(1, "kPa", "mmHg")
    flows = np.array([[m.inflow, m.outflow] for m in beat.moments]).T * convert(1, "mm**3/ms", "mL/s")
    names: tuple[str, ...] = ("inlet", "outlet")
    if len(outlets) > 1:
        flows, names = np.vstack([flows[:1], beat.outflows.T * convert(1, "mm**3/ms", "mL/s")]), ("inlet", *outlets)
    speed = np.array([[m.speed for m in beat.moments]])
    return {
        "pressure_flow": Trace(times, pressures, ("inlet", "outlet"), "mmHg", "Pressure"),
        "flow": Trace(times, flows, names, "mL/s", "Flow"),
        "velocity": Trace(times, speed, ("peak",), "m/s", "Peak velocity"),
    }


def _traces(beat: Beat, outlets: Sequence[str], around: dict[str, Trace]) -> dict[str, Trace]:
    """The beat's, and before its velocity what was found for the vessels around it: only the first three are drawn."""
    of_beat = beat_traces(beat, outlets)
    last = of_beat.pop("velocity")
    return of_beat | around | {"velocity": last}


def beat_checks(beat: Beat) -> list[Check]:
    """Conservation of mass, effort of the solver and how periodic the beat is."""
    times = np.array([m.time for m in beat.moments])
    volume_in, volume_out = (
        np.trapezoid([getattr(m, way) for m in beat.moments], times) for way in ("inflow", "outflow")
    )
    worst = max(m.imbalance for m in beat.moments)
    iterations = max(m.iterations for m in beat.moments)
    if beat.broken:
        return [Check("computed to the end of the beat", 0.0, 1.0, 0.0, "1", "see the first note")]
    repeats = [] if beat.distance is None else [
        Check("distance from the beat before", beat.distance, 0.0, PERIODIC, "1", "pressures and flow, of their ranges")
    ]  # fmt: skip
    return [
        *repeats,
        Check(
            "flow out against in, worst step", worst, 0.0, BALANCE, "1", "conservation of mass, against the peak flow"
        ),
        Check(
            "blood out over blood in",
            float(volume_out / volume_in),
            1.0,
            1e-3,
            "1",
            "conservation of mass over the beat",
        ),
        Check("iterations, most in a step", float(iterations), 0.0, 40.0, "1", "about 10 where the mesh is good"),
        Check(
            "pressure at the end over the start",
            beat.moments[-1].stored / beat.moments[0].stored,
            1.0,
            0.01,
            "1",
            "a periodic beat",
        ),
    ]


def resolution_notes(blood: HeartMesh, beat: Beat) -> list[str]:
    """Warnings where the narrowing or the layer at the wall has too few elements."""
    notes = []
    throat = measure_throat(blood, beat.peak)
    if throat is not None and throat.elements_across < ELEMENTS_ACROSS:
        notes.append(
            f"The narrowing is under-resolved: {int(throat.elements_across)} element edges across {throat.diameter:.1f} mm, "
            f"and {ELEMENTS_ACROSS} are needed. Its pressure drop and wall shear stress are rough; use a finer mesh."
        )
    size = np.linalg.norm(beat.shear, axis=1)
    modelled = float(np.mean(np.linalg.norm(beat.force_shear, axis=1) > UNRESOLVED * size))
    if modelled > MODELLED_WALL:
        notes.append(
            f"At {modelled:.0%} of the wall the layer of slow blood is thinner than the elements: the wall shear stress there "
            "comes from the law of the wall and is rough. Use a mesh with thin layers at the wall."
        )
    return notes


def _stamp(mesh: HeartMesh, scenario: Flow, began: float) -> dict[str, Any]:
    return {
        "scenario": scenario.model_dump(mode="json"),
        "mesh": mesh.digest(),
        "tetrahedra": len(mesh.tets),
        "seed": scenario.ensemble.seed,
        "dolfinx": dolfinx.__version__,
        "seconds": round(time.perf_counter() - began, 2),
    }
