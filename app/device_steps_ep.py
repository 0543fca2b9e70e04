"""What a worker does for plans of leads and drugs."""

import json
from collections.abc import Mapping
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.needed import needed_mesh
from app.plan_answers import answer_file, electrical
from geometry.errors import Refused
from geometry.metric import Metric
from geometry.progress import Progress, part
from solvers.scenario import DrugDose, Electrophysiology

Options = Mapping[str, Any]


def compare_leads(case: Case, options: Options, progress: Progress) -> None:
    """Every place that was tried for the lead under the same draws. Options: scenario, capture (thresholds too), workers."""
    from solvers.electrophysiology.capture import check_capture
    from solvers.electrophysiology.eikonal_model import EikonalModel
    from solvers.electrophysiology.lead_choice import compare_leads as compare
    from solvers.electrophysiology.lesions import ablated

    name, heart = str(options["scenario"]), needed_mesh(case)
    scenario, capture = electrical(case, name), bool(options.get("capture"))
    choice = compare(heart, scenario, part(progress, 0.0, 0.6 if capture else 1.0), int(options.get("workers") or 1))
    told: dict[str, Any] = {
        "own": _plain(choice.own),
        "tried": [
            {"site": one.site.model_dump(mode="json"), "metrics": _plain(one.metrics), "best": one.best}
            for one in choice.tried
        ],
        "members": choice.members,
        "notes": list(choice.notes),
    }
    if capture:
        try:
            found = check_capture(EikonalModel(ablated(heart, scenario.lesions)), scenario, part(progress, 0.6, 1.0))
            told |= {"capture": _plain(found.metrics), "notes": [*told["notes"], *found.notes]}
        except Refused as none:  # nothing captures: that is the answer
            told["notes"].append(str(none))
    _keep(case, "leads", name, scenario, told)


def compare_drugs(case: Case, options: Options, progress: Progress) -> None:
    """Each kind of cell of the heart with and without drugs, and QT. Options: scenario, drugs [(name, dose)], cycle (ms)."""
    from solvers.electrophysiology.drug_effect import drug_effects

    name = str(options["scenario"])
    scenario = electrical(case, name)
    doses = [DrugDose(name=str(drug), dose=float(dose)) for drug, dose in options["drugs"]]
    effects = drug_effects(needed_mesh(case), scenario, doses, progress)
    _keep(case, "drug", name, scenario, {"effects": [effect.to_dict() for effect in effects]})


def _plain(metrics: tuple[Metric, ...]) -> list[dict[str, Any]]:
    return [metric.to_dict() for metric in metrics]


def _keep(case: Case, kind: str, name: str, scenario: Electrophysiology, told: dict[str, Any]) -> None:
    path = answer_file(case, kind, name)
    path.parent.mkdir(exist_ok=True)
    facts = {"scenario": name, "asked": scenario.model_dump(mode="json"), "mesh": needed_mesh(case).digest()}
    replace_text(path, json.dumps({**facts, **told}, indent=1))


DEVICE_STEPS_EP = {"compare_leads": compare_leads, "compare_drugs": compare_drugs}
