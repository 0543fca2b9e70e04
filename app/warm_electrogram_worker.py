"""The electrogram process: ``python -m app.warm_electrogram_worker FOLDER CASE``; see ``app.warm_electrogram``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.case import Case
from app.electrogram_steps import activation_of
from app.needed import needed_mesh
from app.warm_electrogram import ElectrogramAnswer, ElectrogramQuestion, write_electrogram
from app.warm_process import answering, serve
from geometry.errors import Refused

if TYPE_CHECKING:
    from solvers.electrophysiology.eikonal_model import EikonalModel


def load(folder: Path, case_folder: Path) -> Callable[[], bool]:
    """Load the heart; what is returned answers the newest question, where there is a new one."""
    from solvers.electrophysiology.eikonal_model import EikonalModel

    case = Case.open(case_folder)
    model = EikonalModel(needed_mesh(case))

    def reply(number: int, question: dict[str, Any]) -> None:
        try:
            found = _electrogram(case, model, number, ElectrogramQuestion(**question))
        except Refused as refusal:
            none = np.zeros(0)
            found = ElectrogramAnswer(number, none, none, none, float("nan"), str(refusal))
        write_electrogram(found, folder / f"{number}.npz")

    return answering(folder, reply)


def _electrogram(case: Case, model: "EikonalModel", number: int, question: ElectrogramQuestion) -> ElectrogramAnswer:
    mesh, place = model.mesh, np.array(question.place)
    scenario, activation = activation_of(case.result(question.run), mesh)
    fiber, _ = model.directions(scenario.fibers)
    nearest = int(np.argmin(np.linalg.norm(mesh.points[mesh.tets].mean(axis=1) - place, axis=1)))
    points = np.array([place, place + question.spacing * fiber[nearest]])
    found = model.electrograms(scenario, activation, points)
    node = int(np.argmin(np.linalg.norm(mesh.points - place, axis=1)))
    return ElectrogramAnswer(number, found.times, found.unipolar[0], found.bipolar[0], float(activation[node]))


if __name__ == "__main__":
    place, case_place = sys.argv[1:3]
    sys.exit(serve(Path(place), lambda: load(Path(place), Path(case_place))))
