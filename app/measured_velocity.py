"""Measured velocities in a case: velocity/measured.npz, without the path they came from; beside runs, and as an inflow."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.case import Case
from app.needed import needed_mesh
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.measured_velocity import MeasuredVelocity, load_velocity, read_velocity, save_velocity
from geometry.progress import Progress
from geometry.read_scan import only_sentences
from solvers.scenario import Ensemble, Flow

PLACE = Path("velocity", "measured.npz")
SUFFIX = "_measured"  # ends the name of a scenario that measured velocities drive
LIKENESS = ("velocity_rms_difference", "velocity_correlation", "velocity_slope")  # metrics of a run


def needed_velocity(case: Case) -> MeasuredVelocity:
    """The measured velocities of a case; refuses where there are none."""
    found = load_velocity(case.folder / PLACE)
    if found is None:
        raise Refused(
            f"The case {case.title!r} has no measured velocity yet; take one in with: velocity CASE --from FILE."
        )
    return found


def velocity(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Take measured velocities in, lay them over a run, or make a scenario that they drive.

    Options: files (the one file), unit, axes, beat (ms) for the first; run; inflow (name of the scenario to start from).
    """
    if options.get("files"):
        progress(0.1, "Reading the velocities")
        with only_sentences():
            file, beat = Path(options["files"][0]), options.get("beat")
            found = read_velocity(file, options["unit"], options.get("axes") or "patient", beat)
        save_velocity(found, case.folder / PLACE)
    measured = needed_velocity(case)
    if options.get("inflow"):
        progress(0.5, "Measuring the flow through the inlet")
        _drive_by(case, str(options["inflow"]), measured)
    if options.get("run"):
        progress(0.6, "Comparing with the run")
        _lay_over(case, str(options["run"]), measured)


def _drive_by(case: Case, name: str, measured: MeasuredVelocity) -> None:
    """Keep a scenario beside ``name`` whose inflow and its profile are the measured ones."""
    from solvers.flow.measured import measured_curve, measured_profile

    scenario, blood = case.scenario(name), needed_mesh(case)
    if not isinstance(scenario, Flow):
        raise Refused(f"{scenario.title!r} is no flow; name a scenario of blood flow.")
    measured_profile(blood, measured)  # refuses an inlet that was not measured
    changes = {
        "title": f"{scenario.title}, measured inflow",
        "inlet": "ejection",
        "inflow": measured_curve(blood, measured),
        "profile": "measured",
        "heart_rate": 60_000.0 / measured.cycle,
        "ensemble": Ensemble(members=0),
    }
    made = as_child(case.scenarios(), name, scenario.model_copy(update=changes))
    case.save_scenario(name.removesuffix(SUFFIX) + SUFFIX, made)


def _lay_over(case: Case, name: str, measured: MeasuredVelocity) -> None:
    from solvers.flow.measured import DIFFERENCE, MEASURED, compare

    result, mesh = case.result(name), needed_mesh(case)
    if result.kind != "flow":
        raise Refused(f"The run {name!r} is no flow; name a run of blood flow.")
    found = compare(mesh, result.fields["velocity"], measured)
    kept = [one for one in result.metrics if one.name not in LIKENESS]
    fields = {**result.fields, MEASURED: found.measured, DIFFERENCE: found.difference}
    case.save_result(name, replace(result, fields=fields, metrics=(*kept, *found.metrics())), mesh)
