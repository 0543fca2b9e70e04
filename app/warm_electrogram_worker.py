"""The electrogram process: ``python -m app.warm_electrogram_worker FOLDER CASE``; see ``app.warm_electrogram``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.case import Case
from app.electrogram_steps import activation_of
from app.needed import needed_mesh
from app.warm_electrogram import ElectrogramAnswer, ElectrogramQuestion, write_electrogram
from app.warm_process import serve
from geometry.errors import Refused


def load(folder: Path, case_folder: Path) -> Callable[[], bool]:
    """Load the heart; what is returned answers the newest question, where there is a new one."""
    from solvers.electrophysiology.eikonal_model import EikonalModel

    case = Case.open(case_folder)
    model = EikonalModel(needed_mesh(case))
    told = 0

    def answer() -> bool:
        nonlocal told
        path = folder / "question.json"
        if not path.exists():
            return False
        asked = json.loads(path.read_text())
        if asked["number"] == told:
            return False
        told = asked["number"]
        question = ElectrogramQuestion(**asked["question"])
        try:
            found = _electrogram(told, question)
        except Refused as refusal:
            none = np.zeros(0)
            found = ElectrogramAnswer(told, none, none, none, float("nan"), str(refusal))
        write_electrogram(found, folder / f"{told}.npz")
        return True

    def _electrogram(number: int, question: ElectrogramQuestion) -> ElectrogramAnswer:
        mesh, place = model.mesh, np.array(question.place)
        scenario, activation = activation_of(case.result(question.run), mesh)
        fiber, _ = model.directions(scenario.fibers)
        nearest = int(np.argmin(np.linalg.norm(mesh.points[mesh.tets].mean(axis=1) - place, axis=1)))
        points = np.array([place, place + question.spacing * fiber[nearest]])
        found = model.electrograms(scenario, activation, points)
        node = int(np.argmin(np.linalg.norm(mesh.points - place, axis=1)))
        return ElectrogramAnswer(number, found.times, found.unipolar[0], found.bipolar[0], float(activation[node]))

    return answer


if __name__ == "__main__":
    place, case_place = sys.argv[1:3]
    sys.exit(serve(Path(place), lambda: load(Path(place), Path(case_place))))
