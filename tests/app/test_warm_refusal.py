from dataclasses import replace
from json import dumps
from pathlib import Path

import numpy as np

from app.case import Case
from app.folders import replace_text
from app.warm import read_answer
from app.warm_worker import load
from geometry.scar.on_mesh import SCAR_CORE
from geometry.shapes import slab
from solvers.scenario import Electrophysiology, Ensemble, PacingSite


def test_a_site_dragged_over_scar_is_refused_and_the_next_one_answered(tmp_path: Path) -> None:
    bare = slab((20.0, 6.0, 6.0), 1.0)
    x = bare.points[bare.tets].mean(axis=1)[:, 0]
    scar = (x > 12.0) & (x < 17.0)
    mesh = replace(
        bare,
        region=np.where(scar, 2, 1).astype(np.int32),
        region_names={1: "lv", 2: SCAR_CORE},
        fiber=np.tile([1.0, 0.0, 0.0], (len(bare.tets), 1)),
    )
    case = Case.create(tmp_path / "case", "slab")
    case.save_mesh(mesh, ())
    site = PacingSite(x=0.0, y=3.0, z=3.0)
    paced = Electrophysiology(start="paced", sites=(site,), ensemble=Ensemble(members=0))
    case.save_scenario("paced", paced)
    answer = load(tmp_path, case.folder, "paced")
    for number, place in ((1, 14.5), (2, 3.0)):
        moved = paced.model_copy(update={"sites": (PacingSite(x=place, y=3.0, z=3.0),)})
        question = {"number": number, "draft": False, "scenario": moved.model_dump(mode="json")}
        replace_text(tmp_path / "question.json", dumps(question))
        assert answer()
    first, second = (read_answer(tmp_path / f"{number}.npz", number) for number in (1, 2))
    assert "lies in dense scar" in first.refusal
    assert second.refusal == ""
    assert np.nanargmin(second.activation) == np.argmin(np.linalg.norm(mesh.points - [3.0, 3.0, 3.0], axis=1))
