"""What comes with the mesh of a case: scar, places, measures, and the motion of its wall."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.mesh_options import MeshOptions, Offer, last_options, offer
from app.staleness import out_of_date
from app.tasks import run_task
from geometry.dicom.series_roles import LONG_CINE
from geometry.dicom.series_summary import SeriesSummary
from geometry.errors import Refused
from geometry.heart_mesh import load_mesh
from geometry.image import Image
from geometry.progress import silent
from geometry.scar.study import ScarStudy
from solvers.directions.places import AHA17
from solvers.verification.motion_phantom import beating_labels
from solvers.verification.scar_phantom import Ellipsoids, scar_phantom

PHASES = 6


@pytest.fixture(scope="module")
def beating(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A ventricle with scar, meshed with 4 mm edges."""
    labels = beating_labels(Ellipsoids(), PHASES)
    case = Case.create(tmp_path_factory.mktemp("cases") / "case", "beating")
    times = tuple(150.0 * k for k in range(PHASES))
    case.save_image(Image((labels.labels * 50).astype(np.int16), labels.affine, "MR", times, 900.0))
    case.save_segmentation(labels, ())
    _, tissue = scar_phantom(Ellipsoids())
    case.save_scar(ScarStudy(tissue, {}, (), True, ()), "fwhm")
    run_task(case.folder, "mesh", {"edge": 4.0}, silent)
    return case


def test_scar_places_and_measures_come_with_the_mesh(beating: Case) -> None:
    mesh = load_mesh(beating.folder / "mesh" / "heart.npz")
    core = next(number for number, name in mesh.region_names.items() if name == "scar_core")
    labels, tissue = scar_phantom(Ellipsoids())
    voxel = abs(np.linalg.det(tissue.affine[:3, :3]))
    # the half maximum of the phantom is 500: its core has 1000, its border 300
    assert mesh.tet_volumes()[mesh.region == core].sum() == pytest.approx((labels == 3).sum() * voxel, rel=0.02)
    assert any("Edges of 2 mm in core and border of the scar" in note for note in mesh.notes)
    assert set(np.unique(mesh.cell_data[AHA17])) == set(range(1, 18))
    found = {metric.name: metric for metric in beating.measures()}
    assert found["mesh_lv_base_area"].unit == "mm2"
    assert found["mesh_lv_wall"].value == pytest.approx(9.0, abs=1.0)
    assert not [sentence for sentence in out_of_date(beating) if "scar" in sentence]


def test_a_mesh_with_another_scar_is_called_old(beating: Case) -> None:
    _, other = scar_phantom(Ellipsoids(), half_angle=1.2)
    kept = beating.scar()
    assert kept is not None
    beating.save_scar(ScarStudy(other, {}, (), True, ()), "fwhm")
    assert any("another scar" in sentence for sentence in out_of_date(beating))
    beating.save_scar(kept, "fwhm")


def test_the_wall_moves_by_the_command_line(beating: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert beating.motion() is None
    assert main(["motion", str(beating.folder), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["metrics"]["motion_lv_error"]["value"] < 3.0  # %
    assert told["period_ms"] == 900.0
    assert len(told["volumes"]["lv"]["ml"]) == PHASES
    motion, mesh = beating.motion(), beating.mesh()
    assert motion is not None
    assert mesh is not None
    assert motion.series.shape[1:] == mesh.points.shape


def test_motion_before_a_mesh_is_refused(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", "empty")
    labels = beating_labels(Ellipsoids(), PHASES)
    case.save_image(Image((labels.labels * 50).astype(np.int16), labels.affine, "MR", (), 900.0))
    case.save_segmentation(labels, ())
    with pytest.raises(Refused, match="no mesh yet"):
        run_task(case.folder, "motion", {}, silent)


def test_the_forecast_is_told_without_building(beating: Case, capsys: pytest.CaptureFixture[str]) -> None:
    before = (beating.folder / "mesh" / "heart.npz").stat().st_mtime_ns
    told = []
    for more in ((), ("--scar-edge", "1"), ("--part", "lv_blood")):
        assert main(["mesh", str(beating.folder), "--edge", "4", *more, "--forecast", "--json", "-"]) == 0
        told.append(json.loads(capsys.readouterr().out)["tets"])
    mesh = beating.mesh()
    assert mesh is not None
    assert told[0] == pytest.approx(len(mesh.tets), rel=0.3)
    assert told[1] > 1.5 * told[0]
    assert told[2] < told[1]
    assert (beating.folder / "mesh" / "heart.npz").stat().st_mtime_ns == before


def test_what_can_be_chosen_follows_the_scan_the_study_and_the_scar(beating: Case) -> None:
    labels = beating.segmentation()
    assert labels is not None
    assert offer(beating, labels, "CT") == Offer((), False, False)
    assert offer(beating, labels, "MR") == Offer(("ventricles", "lv_blood"), True, False)  # it has no right ventricle
    long_axis = SeriesSummary("1", "MR", 3, 20, 256, 256, "MR cine, 3 views", role=LONG_CINE)
    beating.save_series((long_axis,))
    assert offer(beating, labels, "MR").long_axis
    assert last_options(beating) == MeshOptions(edge=4.0)


def test_options_that_do_not_fit_the_part_are_refused(beating: Case) -> None:
    for options, words in (
        ({"part": "aorta"}, "no part 'aorta'"),
        ({"part": "lv_blood", "scar_edge": 1.0}, "blood has none"),
        ({"wall_layers": 3}, "Wall layers are for blood"),
        ({"edge": 4.0, "scar_edge": 5.0}, "at scar"),
    ):
        with pytest.raises(Refused, match=words):
            run_task(beating.folder, "mesh", options, silent)
