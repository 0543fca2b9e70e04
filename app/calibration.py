"""A scenario calibrated to the measured ECG of its case: a child scenario with the posterior, and the words about it."""

import os
from collections.abc import Mapping
from typing import Any

from app.calibration_file import child_name, keep_calibration
from app.case import Case
from app.measured_ecg import needed_ecg
from app.needed import needed_mesh
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.progress import Progress, part
from solvers.calibration.ecg_calibration import EcgCalibration, EcgError, learn_calibration
from solvers.calibration.ecg_shape import Qrs, qrs_of_beat
from solvers.calibration.posterior import UNKNOWN, Posterior
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.measured_ecg import MedianBeat, compare_ecg, median_beat
from solvers.scenario import Doubt, Electrophysiology
from solvers.uncertainty.sampling import with_numbers

AFTER = 20.0  # ms of the ECG after its QRS that are compared as well
UNLIKELY = 0.05  # chance below which it is said that the model cannot make such an ECG
SOURCE = "calibrated to the measured ECG"


def calibrate(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Calibrate a scenario to the case's measured ECG. Options: scenario, members, workers, qrs (ms, where it is known)."""
    name = str(options["scenario"])
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"The scenario {scenario.title!r} has no ECG; choose one of the heart's activation.")
    beat = median_beat(needed_ecg(case))
    known = options.get("qrs")
    duration = qrs_of_beat(beat, duration=known).duration
    qrs = qrs_of_beat(beat, duration + AFTER, duration)
    model = EikonalModel(needed_mesh(case), progress=part(progress, 0.0, 0.1))
    members, workers = int(options.get("members") or 96), int(options.get("workers") or os.cpu_count() or 1)
    learned = learn_calibration(model, scenario, members, workers, duration + AFTER, part(progress, 0.1, 0.9))
    found = learned.posterior(qrs, EcgError())
    progress(0.95, "Looking at the calibrated beat")
    child = calibrated(scenario, found)
    facts = _facts(learned, found, qrs, _fit(model, scenario, child, beat, duration))
    case.save_scenario(child_name(name), as_child(case.scenarios(), name, child))
    keep_calibration(case, name, scenario, facts)


def calibrated(scenario: Electrophysiology, found: Posterior) -> Electrophysiology:
    """The scenario with the posterior's means and SDs; the status of what was not told stays as it was."""
    numbers = {number.path: float(mean) for number, mean in zip(found.varied, found.mean, strict=True)}
    own = {number.name for number in found.varied}
    doubts = [doubt for doubt in scenario.doubts if doubt.number not in own]
    for number, sd, ratio in zip(found.varied, found.sd, found.narrowed, strict=True):
        told = ratio <= UNKNOWN
        status = "estimated" if told else number.status or "population default"
        doubts.append(Doubt(number=number.name, sd=float(sd), status=status, source=SOURCE if told else number.source))
    changes = {"doubts": tuple(doubts), "title": f"{scenario.title}, calibrated"}
    return with_numbers(scenario, numbers).model_copy(update=changes)


def _fit(
    model: EikonalModel, before: Electrophysiology, after: Electrophysiology, beat: MedianBeat, duration: float
) -> dict[str, Any]:
    """QRS duration and mean correlation of the leads, measured, before and after."""
    from solvers.electrophysiology.activation_metrics import activation_metrics

    rows: dict[str, Any] = {"measured_qrs_ms": duration}
    for word, scenario in (("before", before), ("after", after)):
        answer = model.answer(scenario)
        metrics = {m.name: m.value for m in activation_metrics(model.mesh, answer.activation, answer.ecg)}
        rows[word] = {"qrs_ms": metrics["qrs_duration"], "correlation": compare_ecg(beat, answer.ecg).mean}
    return rows


def _facts(learned: EcgCalibration, found: Posterior, qrs: Qrs, fit: dict[str, Any]) -> dict[str, Any]:
    low, high = found.interval()
    inputs = [
        {
            "name": number.name,
            "label": number.label,
            "unit": number.unit,
            "before": {"mean": number.mean, "sd": number.sd},
            "after": {
                "mean": float(found.mean[k]),
                "sd": float(found.sd[k]),
                "low": float(low[k]),
                "high": float(high[k]),
            },
            "narrowed": float(found.narrowed[k]),
        }
        for k, number in enumerate(found.varied)
    ]
    unexplained = learned.unexplained(qrs)
    notes = [*found.told(), "The posterior is kept as a mean and an SD of each input; that they move together is lost."]
    if found.misfit < UNLIKELY:
        notes.append(
            f"The model cannot make this ECG: a worse fit has a chance of {found.misfit:.1%}. Conduction, scar or the electrodes "
            "may not be as assumed; do not rely on the posterior."
        )
    if found.effective < 100:
        notes.append(f"The posterior rests on {found.effective:.0f} points only: it is rough.")
    return {
        "inputs": inputs,
        "fit": fit | {"misfit_chance": found.misfit, "unexplained_share": unexplained},
        "emulators_q2": learned.q2,
        "notes": notes,
    }
