"""Sensitivity and calibration by command line, on a small heart."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.sensitivity import inputs_at, needed_sensitivity
from app.tasks import run_task
from geometry.errors import Refused
from geometry.progress import silent
from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Electrophysiology, Ensemble
from solvers.wall_records import Velocities


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A left ventricle whose sinus rhythm was run with an ensemble."""
    made = Case.create(tmp_path_factory.mktemp("cases") / "heart", "Heart")
    made.save_mesh(half_ellipsoid_ventricle(5.0), ())
    made.save_scenario("sinus", Electrophysiology(tier="eikonal", ensemble=Ensemble(members=10)))
    run_task(made.folder, "simulate", {"scenario": "sinus"}, silent)  # as the verb does, without a process of its own
    return made


def test_a_run_with_an_ensemble_tells_what_to_measure_next(case: Case, tmp_path: Path):
    out = tmp_path / "told.json"
    words = ["sensitivity", str(case.folder), "--run", "sinus", "--at", "velocities.cross=0.2", "--json", str(out)]
    assert main(words) == 0
    told = json.loads(out.read_text())
    number = told["numbers"]["total_activation_time"]
    assert "velocities.cross" in number["indices"]
    assert number["emulated"]["low"] < number["emulated"]["value"] < number["emulated"]["high"]
    assert number["emulator"]["members"] == 10
    assert number["next"]
    assert not (case.folder / "checkpoints" / "sinus-members").exists()  # finished: nothing is left to resume


def test_inputs_that_were_not_varied_or_are_out_of_range_are_refused(case: Case):
    found = needed_sensitivity(case, "sinus")
    with pytest.raises(Refused, match="was not varied"):
        inputs_at(found, {"duration": 1.0})
    with pytest.raises(Refused, match="between"):
        inputs_at(found, {"velocities.cross": 7.0})


def test_velocities_are_found_again_from_the_ecg_that_they_make(case: Case, tmp_path: Path):
    mesh = case.mesh()
    assert mesh is not None
    slow = Velocities(fiber=0.65, cross=0.19, endocardium=1.6)
    trace = EikonalModel(mesh).answer(Electrophysiology(tier="eikonal", velocities=slow), 240.0).ecg
    quiet = np.zeros((12, 800))
    beat = np.concatenate([quiet, trace.values, np.zeros((12, 600))], axis=1)
    rows = np.concatenate([beat, beat, beat], axis=1).T
    table = tmp_path / "ecg.csv"
    lines = [",".join(trace.channels), *(",".join(f"{x:.6f}" for x in row) for row in rows)]
    table.write_text("\n".join(lines))
    out = tmp_path / "fit.json"
    words = [
        "calibrate",
        str(case.folder),
        "--scenario",
        "sinus",
        "--ecg",
        str(table),
        "--rate",
        "2000",
        "--members",
        "42",
    ]
    assert main([*words, "--json", str(out)]) == 0
    found = {row["name"]: row for row in json.loads(out.read_text())["inputs"]}
    assert found["velocities.cross"]["after"]["mean"] == pytest.approx(0.19, abs=0.03)
    assert found["velocities.cross"]["narrowed"] < 0.5
    assert found["fibers.epi"]["narrowed"] > 0.7
    child = case.scenario("sinus_calibrated")
    assert isinstance(child, Electrophysiology)
    sds = {doubt.number: doubt for doubt in child.doubts}
    assert sds["velocities.cross"].sd < 0.02
    assert sds["velocities.cross"].status == "estimated"
    assert sds["fibers.epi"].status == "population default" or found["fibers.epi"]["narrowed"] <= 0.9
