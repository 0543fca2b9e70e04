"""The what-if process: ``python -m app.warm_worker FOLDER CASE SCENARIO``; see ``app.warm``."""

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.tasks import needed_mesh
from app.warm import Answer, write_answer
from geometry.errors import Refused
from solvers.scenario import Electrophysiology, PacingSite

SECONDS_BETWEEN_LOOKS = 0.01


def main(folder: Path, case_folder: Path, scenario_name: str) -> int:
    """Answer questions until the program that started this one is gone."""
    try:
        answer_all(folder, case_folder, scenario_name)
    except Refused as refusal:
        replace_text(folder / "error.txt", str(refusal))
        return 2
    except Exception as fault:
        traceback.print_exc()
        replace_text(folder / "error.txt", f"The what-if process stopped because of a fault in the program ({fault}).")
        return 1
    return 0


def answer_all(folder: Path, case_folder: Path, scenario_name: str) -> None:
    """Load the heart once, then answer the newest question again and again."""
    from solvers.what_if import WhatIf

    case = Case.open(case_folder)
    scenario = case.scenario(scenario_name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(
            f"The scenario {scenario_name!r} has no pacing sites to move; choose one of the heart's activation."
        )
    what_if = WhatIf(needed_mesh(case), scenario)
    parent, told = os.getppid(), 0
    while os.getppid() == parent:
        question = _newest(folder / "question.json")
        if question is None or question["number"] == told:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            continue
        told = question["number"]
        activation, ecg = what_if.answer([PacingSite(**site) for site in question["sites"]])
        write_answer(Answer(told, activation, ecg), folder / f"{told}.npz")


def _newest(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
