"""The what-if process: ``python -m app.warm_worker FOLDER CASE SCENARIO``; see ``app.warm``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.case import Case
from app.needed import needed_mesh
from app.warm import Answer, write_answer
from app.warm_process import serve
from geometry.errors import Refused
from solvers.scenario import Electrophysiology, PacingSite


def load(folder: Path, case_folder: Path, scenario_name: str) -> Callable[[], bool]:
    """Load the heart; what is returned answers the newest question, where there is a new one."""
    from solvers.electrophysiology.what_if import WhatIf

    case = Case.open(case_folder)
    scenario = case.scenario(scenario_name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(
            f"The scenario {scenario_name!r} has no pacing sites to move; choose one of the heart's activation."
        )
    what_if = WhatIf(needed_mesh(case), scenario)
    told = 0

    def answer() -> bool:
        nonlocal told
        question = _newest(folder / "question.json")
        if question is None or question["number"] == told:
            return False
        told = question["number"]
        activation, ecg = what_if.answer([PacingSite(**site) for site in question["sites"]])
        write_answer(Answer(told, activation, ecg), folder / f"{told}.npz")
        return True

    return answer


def _newest(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    place, case_place, scenario_asked = sys.argv[1:4]
    sys.exit(serve(Path(place), lambda: load(Path(place), Path(case_place), scenario_asked)))
