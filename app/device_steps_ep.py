"""What a worker does for plans of leads and drugs, and the files in which a case keeps their answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.needed import needed_mesh
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from geometry.progress import Progress, part
from solvers.electrophysiology.leads import with_lead
from solvers.scenario import DrugDose, Electrophysiology, PacingSite

Options = Mapping[str, Any]


def electrical(case: Case, name: str) -> Electrophysiology:
    """The scenario of that name; refuses one of blood."""
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"{scenario.title!r} is a scenario of blood flow; choose one of the heart's activation.")
    return scenario


def answer_file(case: Case, kind: str, scenario: str) -> Path:
    """Where the answer about a scenario is kept; kind: leads or drug."""
    return case.folder / "plan" / f"{kind}-{scenario}.json"


def kept_answer(case: Case, kind: str, name: str, mesh: HeartMesh) -> dict[str, Any] | None:
    """The kept answer, where there is one about the scenario and the mesh as they are now.

    It still is one when the lead that is placed, the places tried or the drug have changed: these are what it compares.
    """
    try:
        found: dict[str, Any] = json.loads(answer_file(case, kind, name).read_text())
        asked, now = Electrophysiology.model_validate(found["asked"]), electrical(case, name)
        same = _compared(asked) == _compared(now) and found["mesh"] == mesh.digest()
    except (OSError, ValueError, KeyError, Refused):
        return None
    return found if same else None


def _compared(scenario: Electrophysiology) -> Electrophysiology:
    return with_lead(scenario, PacingSite()).model_copy(update={"title": "", "drug": DrugDose()})


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
