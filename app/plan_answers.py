"""The files in which a case keeps what was found out about its plans."""

import json
from pathlib import Path
from typing import Any

from app.case import Case
from app.scenario_tree import numbers_digest
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.leads import with_lead
from solvers.scenario import DrugDose, Electrophysiology, PacingSite

ALL, SCAR = "all", "scar"  # sites of programmed stimulation: of the whole heart, or around its scar
LADDERS = {  # ms, tried from the longest until one does not capture (S2, S3 of clinical programmed stimulation)
    "s2": tuple(float(v) for v in range(400, 199, -20)),
    "s3": tuple(float(v) for v in range(300, 199, -20)),
}
PROTOCOL = {"s1": 600.0, "train": 6, "extras": [list(one) for one in LADDERS.values()], "watch": 1000.0}


def electrical(case: Case, name: str) -> Electrophysiology:
    """The scenario of that name; refuses one of blood."""
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"{scenario.title!r} is a scenario of blood flow; choose one of the heart's activation.")
    return scenario


def answer_file(case: Case, kind: str, scenario: str) -> Path:
    """Where the answer about a scenario is kept; kind: leads, drug or induction."""
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
    besides = {
        "title": "",
        "drug": DrugDose(),
        "vein": (),
        "vein_width": 0.0,
    }  # a vein says where leads can lie, no more
    return with_lead(scenario, PacingSite()).model_copy(update=besides)


def induced(case: Case, scenario: str, mesh: HeartMesh) -> dict[str, Any] | None:
    """The last answer about the scenario and the mesh as they are now; None where there is none."""
    try:
        found: dict[str, Any] = json.loads(answer_file(case, "induction", scenario).read_text())
        same = numbers_digest(Electrophysiology.model_validate(found["asked"])) == numbers_digest(
            case.scenario(scenario)
        )
        return found if same and found["mesh"] == mesh.digest() else None
    except (OSError, ValueError, KeyError, Refused):
        return None
