"""The what-if process: ``python -m app.warm_worker FOLDER CASE SCENARIO``; see ``app.warm``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from app.case import Case
from app.companion import companion, needs_companion
from app.needed import needed_mesh
from app.warm import Answer, refused, write_answer
from app.warm_process import serve
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.scenario import Electrophysiology

if TYPE_CHECKING:
    from solvers.electrophysiology.what_if import QuickWhatIf


def load(folder: Path, case_folder: Path, scenario_name: str) -> Callable[[], bool]:
    """Load the heart; what is returned answers the newest question, where there is a new one."""
    from solvers.electrophysiology.what_if import QuickWhatIf, WhatIf

    case = Case.open(case_folder)
    scenario = case.scenario(scenario_name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(
            f"The scenario {scenario_name!r} has no pacing sites to move; choose one of the heart's activation."
        )
    mesh = needed_mesh(case)
    what_if = WhatIf(mesh, scenario)
    quick: list[QuickWhatIf] = []
    if needs_companion(mesh):
        Thread(target=_prepare, args=(case, mesh, scenario, quick), daemon=True).start()
    told = 0

    def answer() -> bool:
        nonlocal told
        question = _newest(folder / "question.json")
        if question is None or question["number"] == told:
            return False
        told = question["number"]
        draft = bool(question.get("draft"))
        answering = quick[0] if draft and quick else what_if
        try:
            beat = answering.ask(Electrophysiology.model_validate(question["scenario"]))
            found = Answer(told, beat.activation, beat.ecg, draft, values=beat.values)
        except Refused as refusal:  # a site dragged over scar: the next one may be good
            found = refused(told, str(refusal))
        write_answer(found, folder / f"{told}.npz")
        return True

    return answer


def _prepare(case: Case, mesh: HeartMesh, scenario: Electrophysiology, quick: "list[QuickWhatIf]") -> None:
    """Make the companion mesh while the fine one answers; without one it goes on doing so."""
    from solvers.electrophysiology.what_if import QuickWhatIf

    coarse = companion(case, mesh)
    if coarse is not None:
        quick.append(QuickWhatIf(coarse, mesh, scenario))


def _newest(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    place, case_place, scenario_asked = sys.argv[1:4]
    sys.exit(serve(Path(place), lambda: load(Path(place), Path(case_place), scenario_asked)))
