"""The what-if process: ``python -m app.warm_worker FOLDER CASE SCENARIO``; see ``app.warm``."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from app.band_file import write_band
from app.case import Case
from app.companion import companion, needs_companion
from app.needed import needed_mesh
from app.warm import Answer, refused, write_answer
from app.warm_process import answering, serve
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.scenario import Electrophysiology

if TYPE_CHECKING:
    from app.warm_band import BandThread
    from solvers.electrophysiology.what_if import QuickWhatIf


def load(folder: Path, case_folder: Path, scenario_name: str) -> Callable[[], bool]:
    """Load the heart; what is returned answers the newest question, where there is a new one."""
    from app.warm_band import BandThread
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
    bands = BandThread(folder)
    if needs_companion(mesh):
        Thread(target=_prepare, args=(case, mesh, scenario, quick, bands), daemon=True).start()
    else:
        bands.begin(mesh, scenario)

    def reply(number: int, question: dict[str, Any]) -> None:
        draft = bool(question["draft"])
        answering_now = quick[0] if draft and quick else what_if
        asked = Electrophysiology.model_validate(question["scenario"])
        try:
            beat = answering_now.ask(asked)
            found = Answer(number, beat.activation, beat.ecg, draft, values=beat.values)
        except Refused as refusal:  # a site dragged over scar: the next one may be good
            found = refused(number, str(refusal))
        write_answer(found, folder / f"{number}.npz")
        if found.refusal:
            write_band(None, folder / f"{number}.band.npz")
        else:
            bands.follow(found, asked)

    return answering(folder, reply)


def _prepare(
    case: Case, mesh: HeartMesh, scenario: Electrophysiology, quick: "list[QuickWhatIf]", bands: "BandThread"
) -> None:
    """Make the companion mesh while the fine one answers; without one it goes on doing so, and there are no bands."""
    from geometry.meshing.companion import with_regions_of
    from solvers.electrophysiology.what_if import QuickWhatIf

    coarse = companion(case, mesh)
    if coarse is not None:
        quick.append(QuickWhatIf(coarse, mesh, scenario))
        bands.begin(with_regions_of(mesh, coarse), scenario, quick[0].spread)
    else:
        bands.begin(None, scenario)


if __name__ == "__main__":
    place, case_place, scenario_asked = sys.argv[1:4]
    sys.exit(serve(Path(place), lambda: load(Path(place), Path(case_place), scenario_asked)))
