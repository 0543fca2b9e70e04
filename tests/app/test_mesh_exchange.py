"""Meshes from elsewhere as the heart of a case, and ours given away, as verbs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.mesh_exchange import with_fibers
from app.provenance import IMPORTED, read_origin
from app.staleness import out_of_date
from app.tasks import run_task
from geometry.errors import Refused
from geometry.exchange.mesh_import import import_mesh
from geometry.exchange.writing import write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.progress import silent
from geometry.segmentation import Segmentation
from geometry.shapes import half_ellipsoid_ventricle
from solvers.scenario import Electrophysiology, Ensemble


@pytest.fixture(scope="module")
def wall() -> HeartMesh:
    return half_ellipsoid_ventricle(5.0)


def test_a_mesh_makes_a_case_without_a_scan_and_goes_out_again(
    wall: HeartMesh, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_mesh(wall, tmp_path / "Doe_Jane.msh")
    case = tmp_path / "case"
    assert main(["import-mesh", str(case), "--from", str(tmp_path / "Doe_Jane.msh"), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["volume_ml"] == pytest.approx(wall.tet_volumes().sum() / 1000)
    assert set(told["surfaces_cm2"]) == {"endo_lv", "epi", "base"}
    assert told["fibers"]
    assert any("guessed" in note for note in told["notes"])
    opened = Case.open(case)
    mesh = opened.mesh()
    assert mesh is not None
    assert "transmural" in mesh.point_data
    assert set(opened.scenarios()) == {"sinus_rhythm", "pacing"}
    assert all("Doe" not in path.read_text(errors="ignore") for path in case.rglob("*") if path.is_file())
    out = tmp_path / "out" / "heart.vtkhdf"
    assert main(["export-mesh", str(case), "--to", str(out)]) == 0
    back = import_mesh(out)
    assert np.array_equal(back.points, mesh.points)
    assert back.fiber is not None
    assert np.allclose(back.fiber, mesh.fiber)
    assert np.allclose(back.point_data["transmural"], mesh.point_data["transmural"])
    run_task(case, "export_mesh", {"out": str(tmp_path / "base.stl"), "surface": "base"}, silent)
    assert (tmp_path / "base.stl").is_file()
    with pytest.raises(Refused, match=r"\.obj"):
        run_task(case, "export_mesh", {"out": str(tmp_path / "heart.obj")}, silent)


def test_a_file_that_is_refused_leaves_no_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "heart.vtu"
    bad.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert main(["import-mesh", str(tmp_path / "case"), "--from", str(bad)]) == 2
    assert "git lfs pull" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()


def test_an_imported_mesh_takes_the_place_of_the_old_one_and_is_never_older_than_labels(
    wall: HeartMesh, tmp_path: Path
) -> None:
    case = Case.create(tmp_path / "case", "made up")
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[1:3, 1:3, 1:3] = 1
    case.save_segmentation(Segmentation(labels, np.eye(4)), ())
    write_mesh(wall, tmp_path / "heart.vtu")
    run_task(case.folder, "import_mesh", {"files": [str(tmp_path / "heart.vtu")]}, silent)
    assert read_origin(case.folder / "mesh") == IMPORTED
    case.save_segmentation(Segmentation(labels[::-1].copy(), np.eye(4)), ())
    assert out_of_date(case) == ()


def test_fibres_of_the_file_are_kept_and_missing_sheets_are_laid(wall: HeartMesh) -> None:
    ruled = with_fibers(wall)
    assert ruled.fiber is not None
    own = with_fibers(replace(wall, fiber=ruled.fiber[:, [0, 1, 2]] * 1.0))
    assert own.fiber is not None
    assert own.sheet is not None
    assert np.array_equal(own.fiber, ruled.fiber)
    assert np.allclose(np.einsum("ij,ij->i", own.fiber, own.sheet), 0, atol=1e-9)
    assert any("of the file are kept" in note for note in own.notes)
    assert any("by rule" in note for note in ruled.notes)


def test_a_mesh_whose_surfaces_nobody_knows_can_be_kept_and_says_what_is_missing(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "made up")
    ball = half_ellipsoid_ventricle(6.0)
    bumpy = ball.with_points(ball.points + 4 * np.sin(ball.points[:, [1, 2, 0]] / 4))  # no flat base
    write_mesh(replace(bumpy, facet_names={}, facet_tag=np.ones_like(ball.facet_tag), landmarks={}), tmp_path / "x.vtk")
    try:
        run_task(case.folder, "import_mesh", {"files": [str(tmp_path / "x.vtk")]}, silent)
    except Refused as refusal:  # bent so much that tetrahedra lie over each other
        pytest.fail(str(refusal))
    mesh = case.mesh()
    assert mesh is not None
    assert mesh.fiber is None
    assert case.scenarios() == {}
    assert any("--surface NUMBER=NAME" in note for note in mesh.notes)


def test_the_left_ventricle_of_pyansys_heart_is_simulated(reference_data: Path, tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "a real one")
    file = reference_data / "pyansys-heart/tests/heart/assets/post/model/heart_model.vtu"
    run_task(case.folder, "import_mesh", {"files": [str(file)]}, silent)
    case.save_scenario("short", Electrophysiology(tier="eikonal", ensemble=Ensemble(members=0)))
    run_task(case.folder, "simulate", {"scenario": "short", "workers": 1}, silent)
    found = {metric.name: metric.value for metric in case.result("short").metrics}
    # an activated left ventricle: 40 ms healthy (Durrer 1970, doi:10.1161/01.CIR.41.6.899), 200 ms in block
    assert 30 < found["lv_activation"] < 200
