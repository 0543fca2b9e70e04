"""Everything a report tells, as plain data: what report.json holds, and what PDF and HTML are laid out from."""

import os
import platform
from typing import Any

from app.calibration_text import calibrations_of
from app.captures import captures
from app.case import Case
from app.input_list import inputs_of
from app.options import kept_choice, options_table
from app.provenance import digest_of, program_versions, read_origin
from app.scenario_tree import numbers_digest, scenario_tree
from app.staleness import out_of_date, stale_scenarios
from app.verification_record import status_line, verification_status
from geometry.measures.body import indexed
from geometry.measures.reference import judge, reference_sources, suited_sources
from geometry.metric import Metric, shown_unit, with_unit
from geometry.subject import Subject
from solvers.comparison.outcomes import outcome_of
from solvers.result_file import read_members, read_numbers

FORMAT = 1
INTENDED_USE = (
    "Research and education software. Not a medical device. Not for diagnosis or treatment. Simulated results; validation "
    "status is shown beside each result."
)
Z = 1.645  # standard deviations on either side that hold 90 % of healthy people


def report_facts(case: Case, order: list[str]) -> dict[str, Any]:
    """The facts of a case with the runs of ``order``, the main one first."""
    from solvers.verification.catalogue import find_problems  # loads every solver: not needed to read a report

    stale = stale_scenarios(case)
    verification = verification_status({name: problem.TITLE for name, problem in find_problems().items()})
    return {
        "format": FORMAT,
        "label": case.title,
        "intended_use": INTENDED_USE,
        "scan": _scan(case),
        "measures": _measures(case),
        "bands_missing": _bands_missing(case),
        "runs": [_run(case, name, bool(stale.get(name))) for name in order],
        "options": _options(case),
        "captures": [{"file": one.path.name, "words": one.words} for one in captures(case)],
        "calibrations": calibrations_of(case),
        "verification": verification,
        "verification_line": status_line(verification),
        "out_of_date": list(out_of_date(case)),
        "provenance": _provenance(case),
    }


def _scan(case: Case) -> dict[str, str]:
    image, segmentation = case.image(), case.segmentation()
    return {
        "source": image.source if image else "",
        "modality": image.modality if image else "",
        "segmented_by": segmentation.method if segmentation else "",
    }


def _measures(case: Case) -> list[dict[str, Any]]:
    image, subject, own = case.image(), case.subject(), case.measures()
    modality = image.modality if image else ""
    return [
        {**metric.to_dict(), "text": metric.text(), "band": healthy_band(metric, subject, modality)}
        for metric in (*own, *indexed(own, subject))
    ]


def _bands_missing(case: Case) -> str:
    """Why no healthy band stands beside the measures; empty where there may be some."""
    image, subject = case.image(), case.subject()
    if image is None or not suited_sources(image.modality) or (subject is not None and subject.sex is not None):
        return ""
    return "No healthy bands beside them: they differ between women and men, and the sex of the patient is not told."


def healthy_band(metric: Metric, subject: Subject | None, modality: str) -> str:
    """Where 90 % of healthy people of that sex lie (mean +- 1.645 SD) with its source; empty where none suits."""
    for source in suited_sources(modality):
        found = judge(metric, source, subject, modality).reference
        if found is not None:
            low, high = found.mean - Z * found.sd, found.mean + Z * found.sd
            who = reference_sources().get(source, source).split(",")[0]
            return f"{low:.0f} to {with_unit(f'{high:.0f}', found.unit)} ({who})"
    return ""


def _run(case: Case, name: str, old: bool) -> dict[str, Any]:
    folder, scenarios = case.folder / "runs" / name, case.scenarios()
    numbers, scenario = read_numbers(folder), scenarios.get(name)
    branch = next((one for one in scenario_tree(scenarios) if one.name == name), None)
    measured = {metric.name: metric.value for metric in case.measures()}
    metrics = [Metric(**facts) for facts in numbers["metrics"]]
    return {
        "name": name,
        "title": (scenario.title if scenario is not None else name) + (" (out of date)" if old else ""),
        "parent": scenario.parent if scenario is not None else "",
        "change": branch.change if branch is not None else "",
        "kind": numbers["kind"],
        "method": numbers["method"],
        "scenario": numbers["stamp"].get("scenario"),
        "metrics": [{**m.to_dict(), "text": m.text(), "band": outcome_of(m.name, {}).band} for m in metrics],
        "members": {key: values.tolist() for key, values in read_members(folder).items()},
        "checks": numbers["checks"],
        "notes": numbers["notes"],
        "inputs": [{**vars(row), "text": row.text()} for row in inputs_of(scenario, measured)] if scenario else [],
        "stamp": numbers["stamp"],
        "mesh": read_origin(folder),
        "numbers": numbers_digest(scenario) if scenario is not None else "",
    }


def _options(case: Case) -> dict[str, Any] | None:
    choice = kept_choice(case)
    if len(choice.runs) < 2:
        return None
    table = options_table(case, choice)
    plain = table.to_dict()
    for row, facts in zip(table.rows, plain["outcomes"], strict=True):
        facts["unit_shown"] = shown_unit(row.unit)
        for (name, _), cell in zip(table.options, row.cells, strict=True):
            facts["options"][name] |= cell.texts(row)
    return plain


def _provenance(case: Case) -> dict[str, Any]:
    scan, mesh = case.folder / "scan" / "image.nii.gz", case.folder / "mesh" / "heart.npz"
    return {
        "hashes": {"scan": digest_of(scan), "segmentation": case.segmentation_digest(), "mesh": digest_of(mesh)},
        "versions": program_versions(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    }
