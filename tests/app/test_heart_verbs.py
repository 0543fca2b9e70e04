"""Quality, fibres and landmarks of a heart that is there, as verbs."""

import json
from pathlib import Path

import pytest

from app.__main__ import main
from app.case import Case
from app.mesh_exchange import measured, with_fibers
from app.staleness import out_of_date
from app.tasks import run_task
from geometry.landmarks import Landmarks
from geometry.progress import silent
from geometry.shapes import half_ellipsoid_ventricle


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A case with the mesh of an ellipsoid, its fibres and its segments."""
    found = Case.create(tmp_path / "case", "Ellipsoid")
    mesh, metrics = measured(with_fibers(half_ellipsoid_ventricle(5.0)))
    found.save_mesh(mesh, metrics, edge=5.0)
    return found


def test_quality_and_fibres_are_told(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    (case.folder / "mesh" / "quality.json").unlink()  # as if from an older program
    run_task(case.folder, "quality", {}, silent)
    assert main(["quality", str(case.folder), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["whole"]["min_dihedral"] == told["worst"][0]["angle"] > 0
    assert main(["fibers", str(case.folder), "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)["helix_deg"]
    assert rows[0]["median"] > 30 and rows[-1]["median"] < -30  # +60 inside to -60 outside by rule


def test_landmarks_are_moved_and_put_back(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["landmarks", str(case.folder), "--json", "-"]) == 0
    x, y, z = json.loads(capsys.readouterr().out)["landmarks"]["apex"]
    assert main(["landmarks", str(case.folder), f"--apex={x + 9},{y},{z}", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    mesh = case.mesh()
    assert mesh is not None and mesh.landmarks["apex"] == pytest.approx((x + 9, y, z))
    assert told["moved"] == ["apex"] and not any("Landmarks" in sentence for sentence in out_of_date(case))
    metrics = case.measures()
    assert metrics  # those of the mesh stay
    assert main(["landmarks", str(case.folder), "--apex=400,0,0"]) == 2
    assert "away from the heart" in capsys.readouterr().err
    case.save_landmarks(Landmarks())
    run_task(case.folder, "landmarks", {}, silent)
    assert case.landmarks() == Landmarks() and case.measures() == metrics
    mesh = case.mesh()
    assert mesh is not None and mesh.landmarks["apex"] == pytest.approx((x, y, z))
