"""Velocities, fibre angles and, where asked for, the exits of the conduction system, from the QRS of the measured ECG."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.calibration_facts import doubts_after, posterior_facts
from app.calibration_file import child_name, keep_calibration
from app.case import Case
from app.measured_ecg import needed_ecg
from app.needed import needed_mesh
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.progress import Progress, part
from solvers.calibration.ecg_calibration import EcgError, learn_calibration
from solvers.calibration.ecg_shape import STEP, Qrs, qrs_of_beat
from solvers.calibration.posterior import Posterior
from solvers.calibration.root_sites import with_roots
from solvers.electrophysiology.activation_metrics import INDEPENDENT, activation_metrics
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.lesions import ablated
from solvers.electrophysiology.measured_ecg import MedianBeat, compare_ecg, median_beat
from solvers.scenario import Electrophysiology
from solvers.uncertainty.sampling import with_numbers

AFTER = 20.0  # ms of the ECG after its QRS that are compared as well
MEMBERS, WITH_ROOTS = 96, 240
SOURCE = "calibrated to the measured ECG"
CANNOT = "The model cannot make this ECG: conduction, scar or the electrodes may not be as assumed."


def calibrate_to_qrs(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Options: scenario, members, workers, qrs (ms, where it is known), roots (whether the exits are looked for)."""
    name = str(options["scenario"])
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"The scenario {scenario.title!r} has no ECG; choose one of the heart's activation.")
    beat = median_beat(needed_ecg(case))
    known = options.get("qrs")
    duration = qrs_of_beat(beat, duration=known).duration
    qrs = qrs_of_beat(beat, duration + AFTER, duration)
    mesh, roots = ablated(needed_mesh(case), scenario.lesions), bool(options.get("roots"))
    asked = with_roots(scenario, mesh) if roots else scenario
    model = EikonalModel(mesh, progress=part(progress, 0.0, 0.1))
    members = int(options.get("members") or (WITH_ROOTS if roots else MEMBERS))
    workers = int(options.get("workers") or os.cpu_count() or 1)
    learned = learn_calibration(model, asked, members, workers, duration + AFTER, part(progress, 0.1, 0.9))
    error = EcgError()
    found = learned.posterior(qrs, error)
    progress(0.95, "Looking at the calibrated beat")
    child = calibrated(asked, found)
    rows, curves = learned.fit(qrs, found, error)
    facts = posterior_facts(found, rows, CANNOT)
    facts["fit"] |= {"unexplained_share": learned.unexplained(qrs)} | _fit(model, scenario, child, beat, duration)
    facts |= {"emulators_q2": learned.q2, "curves": _curves(qrs, curves)}
    if roots:
        facts["notes"].append("Times of exits count from one of them: a delay that all have in common moves no ECG.")
    case.save_scenario(child_name(name), as_child(case.scenarios(), name, child))
    keep_calibration(case, name, scenario, facts)


def calibrated(scenario: Electrophysiology, found: Posterior) -> Electrophysiology:
    """The scenario with the posterior's means and SDs; the status of what was not told stays as it was."""
    numbers = {number.path: float(mean) for number, mean in zip(found.varied, found.mean, strict=True)}
    changes = {"doubts": doubts_after(scenario.doubts, found, SOURCE), "title": f"{scenario.title}, calibrated"}
    return with_numbers(scenario, numbers).model_copy(update=changes)


def _fit(
    model: EikonalModel, before: Electrophysiology, after: Electrophysiology, beat: MedianBeat, duration: float
) -> dict[str, Any]:
    """QRS duration and mean correlation of the leads, measured, before and after."""
    rows: dict[str, Any] = {"measured_qrs_ms": duration}
    for word, scenario in (("before", before), ("after", after)):
        answer = model.answer(scenario)
        metrics = {m.name: m.value for m in activation_metrics(model.mesh, answer.activation, answer.ecg)}
        rows[word] = {"qrs_ms": metrics["qrs_duration"], "correlation": compare_ecg(beat, answer.ecg).mean}
    return rows


def _curves(qrs: Qrs, bands: Mapping[str, Any]) -> dict[str, Any]:
    """The leads, times (t,) ms, and each band (8, t) in units of the root mean square of the QRS."""
    times = STEP * np.arange(qrs.shape.shape[1])
    found = {name: np.round(values, 3).tolist() for name, values in bands.items()}
    return {"leads": list(INDEPENDENT), "times": times.tolist()} | found
