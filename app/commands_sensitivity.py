"""The verb about what an ensemble teaches."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.case import Case
from app.commands import opened_case, tell_metrics
from app.commands import run as run_step
from app.console import print_json, say
from app.sensitivity import full_model_at, inputs_at, needed_sensitivity, sensitivity_of
from geometry.errors import Refused
from geometry.metric import Metric
from solvers.result_file import read_numbers
from solvers.uncertainty.sensitivity import Sensitivity, Study

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def sensitivity(
    case: Path,
    *,
    run: str,
    at: list[str] | None = None,
    confirm: bool = False,
    json: Json = None,
) -> None:
    """Say where the doubt of a run's numbers comes from, what to measure next, and emulate answers at other inputs.

    Parameters
    ----------
    run
        A finished run with an ensemble of 8 members at least
    at
        NAME=VALUE of an input, once for each that is not at its mean, e.g. velocities.fiber=0.7
    confirm
        Also run the full model at these inputs (as scenario RUN_confirmed)
    """
    opened = opened_case(case)
    if run in opened.runs() and sensitivity_of(opened, run) is None:
        run_step(opened, "learn", {"run": run})
    found = needed_sensitivity(opened, run)
    values = inputs_at(found, dict(_pair(text) for text in at or ()))
    rows = {study.output.name: _told(study, values) for study in found.studies}
    for note in found.notes:
        say(f"  {note}")
    confirmed = _confirmed(opened, run, found, values) if confirm else None
    inputs = {
        number.name: {"mean": number.mean, "sd": number.sd, "unit": number.unit, "status": number.status, "at": value}
        for number, value in zip(found.table.varied, values, strict=True)
    }
    print_json({"case": str(case), "run": run, "inputs": inputs, "numbers": rows, "full_model": confirmed}, json)


def _told(study: Study, values: list[float]) -> dict[str, Any]:
    """Say one decision number, and the same for JSON."""
    answer, indices = study.answer(values), study.indices
    say(f"{study.output.label}: {answer.text()} emulated. {study.trust()}")
    rows = {}
    for k, number in enumerate(study.varied):
        span, whole = indices.first_interval[:, k], indices.total_interval[:, k]
        say(f"  {indices.first[k]:6.1%} first, {indices.total[k]:6.1%} total  {number.label}")
        rows[number.name] = {
            "first": float(indices.first[k]),
            "first_interval": span.tolist(),
            "total": float(indices.total[k]),
            "total_interval": whole.tolist(),
        }
    say(f"  {study.next_measurement()}")
    emulator = study.emulator
    judged = {"q2": emulator.q2, "coverage": emulator.coverage, "members": len(emulator.answers), "poor": emulator.poor}
    return {"emulated": answer.to_dict(), "emulator": judged, "indices": rows, "next": study.next_measurement()}


def _confirmed(case: Case, run: str, found: Sensitivity, values: list[float]) -> dict[str, Any]:
    name = full_model_at(case, run, found, values)
    run_step(case, "simulate", {"scenario": name})
    metrics = [Metric(**facts) for facts in read_numbers(case.folder / "runs" / name)["metrics"]]
    say("The full model:")
    wanted = tuple(metric for metric in metrics if metric.name in {study.output.name for study in found.studies})
    tell_metrics(wanted, None, {})
    return {metric.name: metric.to_dict() for metric in wanted}


def _pair(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise Refused(f"{text!r} is not NAME=VALUE, e.g. --at velocities.fiber=0.7.") from None


SENSITIVITY_VERBS: Mapping[str, Any] = {"sensitivity": sensitivity}
