"""The case folder: created, opened, refused, locked, and aware of what is older than what."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.case import Case
from app.staleness import out_of_date
from app.view_file import load_view, save_view
from geometry.errors import Refused
from geometry.image import Image
from geometry.metric import Metric
from geometry.segmentation import LV, Segmentation
from geometry.shapes import slab
from geometry.subject import Subject
from solvers.result import Check, Field, Result, Trace
from solvers.scenario import Electrophysiology, Flow

AFFINE = np.diag([1.5, 1.5, 10.0, 1.0])


def small_image(value: int = 3) -> Image:
    voxels = np.full((6, 5, 4, 2), value, dtype=np.int16)
    return Image(voxels, AFFINE, "MR", times=(0.0, 400.0), cycle=800.0, source="made up", notes=("a note",))


def small_segmentation() -> Segmentation:
    labels = np.zeros((6, 5, 4, 2), dtype=np.uint8)
    labels[2:4, 2:4] = LV
    return Segmentation(labels, AFFINE, probability={LV: (labels == LV) * np.float32(0.6)}, method="test", ed=1, es=0)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.create(tmp_path / "patient", "Somebody made up")


def test_what_is_kept_comes_back(case: Case) -> None:
    case.save_image(small_image())
    case.save_segmentation(small_segmentation(), (Metric("lv_edv", "LV EDV", 150.0, "ml", 140.0, 160.0),))
    again = Case.open(case.folder)
    image, segmentation = again.image(), again.segmentation()
    assert image is not None and segmentation is not None
    assert image.times == (0.0, 400.0) and image.notes == ("a note",) and image.modality == "MR"
    assert np.array_equal(image.affine, AFFINE)
    assert segmentation.ed == 1 and segmentation.es == 0
    assert np.abs(segmentation.chance(LV, 0).max() - 0.6) < 1 / 255
    assert again.measures()[0].text() == "150 mL (140 to 160)"


def test_a_result_comes_back_whole(case: Case) -> None:
    mesh = slab((4, 2, 2), 1.0)
    case.save_mesh(mesh, (), edge=1.0)
    nodes = len(mesh.points)
    times = (0.0, 2.0, 4.0)
    fields = {
        "activation_time": Field(np.arange(nodes, dtype=float), "ms", "Activation", low_word="EARLY", high_word="LATE"),
        "potential": Field(np.ones((3, nodes)) * np.array(times)[:, None], "mV", "Potential", times=times),
        "velocity": Field(np.ones((3, nodes, 3)), "m/s", "Velocity", times=times),
        "activation_time_members": Field(np.ones((2, nodes)), "ms", "Members", times=(0.0, 1.0)),
    }
    ecg = Trace(np.arange(3.0), np.ones((1, 3)), ("I",), "mV", "ECG")
    check = Check("balance", 0.1, 0.0, 0.2)
    result = Result(
        "electrophysiology", "test", fields, {"ecg": ecg}, (Metric("a", "A", 1.0, "ms"),), (check,), ("n",), {"seed": 1}
    )
    case.save_result("sinus", result, mesh)
    again = case.result("sinus")
    assert again.metrics == result.metrics and again.checks == (check,) and again.notes == ("n",)
    for name, field in fields.items():
        assert np.array_equal(again.fields[name].values, field.values), name
        assert again.fields[name].times == field.times
    assert again.fields["activation_time"].low_word == "EARLY"
    assert np.array_equal(again.traces["ecg"].values, ecg.values)


def test_paraview_reads_the_fields_of_a_run(case: Case) -> None:
    import pyvista as pv

    mesh = slab((4, 2, 2), 1.0)
    case.save_mesh(mesh, ())
    frames = np.stack([np.full(len(mesh.points), t) for t in (0.0, 10.0)])
    still = Field(np.arange(len(mesh.points), dtype=float), "ms", "still")
    moving = Field(frames, "mV", "moving", times=(0.0, 10.0))
    case.save_result("sinus", Result("electrophysiology", "test", {"still": still, "moving": moving}), mesh)
    reader = pv.HDFReader(str(case.folder / "runs" / "sinus" / "fields.vtkhdf"))
    for step, value in enumerate((0.0, 10.0)):
        reader.reader.SetStep(step)
        reader.reader.Update()
        grid = pv.wrap(reader.reader.GetOutputDataObject(0))
        assert grid.n_cells == len(mesh.tets)
        assert np.all(grid.point_data["moving"] == value)
        assert np.array_equal(grid.point_data["still"], still.values)


def test_stale_things_are_named(case: Case) -> None:
    case.save_image(small_image())
    case.save_segmentation(small_segmentation(), ())
    mesh = slab((4, 2, 2), 1.0)
    case.save_mesh(mesh, ())
    case.save_result("sinus", Result("electrophysiology", "test"), mesh)
    assert out_of_date(case) == ()
    case.save_image(small_image(value=4))
    assert out_of_date(case) == ("The segmentation was made from another scan; segment again.",)
    case.save_mesh(mesh.with_points(mesh.points * 2), ())
    assert "The run 'sinus' is older than its mesh; run it again." in out_of_date(case)


def test_a_run_of_a_scenario_that_was_changed_since_is_named(case: Case) -> None:
    mesh, scenario = slab((4, 2, 2), 1.0), Flow(stroke_volume=60)
    case.save_mesh(mesh, ())
    case.save_scenario("rest", scenario)
    case.save_result("rest", Result("flow", "test", stamp={"scenario": scenario.model_dump(mode="json")}), mesh)
    assert out_of_date(case) == ()
    case.save_scenario("rest", Flow(stroke_volume=61))
    assert out_of_date(case) == ("The scenario 'Systole at rest' was changed after its run; run it again.",)


def test_scenarios_come_back_and_unknown_ones_are_refused(case: Case) -> None:
    case.save_scenario("rest", Flow(stroke_volume=60))
    case.save_scenario("sinus", Electrophysiology(title="Mine"))
    assert case.scenarios() == {"rest": Flow(stroke_volume=60), "sinus": Electrophysiology(title="Mine")}
    with pytest.raises(Refused, match=r"no scenario 'other'; it has: rest, sinus"):
        case.scenario("other")
    with pytest.raises(Refused, match="cannot be the name"):
        case.save_scenario("../evil", Flow())


def test_a_scenario_out_of_range_is_refused_by_name(case: Case) -> None:
    case.save_scenario("rest", Flow())
    path = case.folder / "scenarios" / "rest.json"
    path.write_text(path.read_text().replace('"stroke_volume": 75.0', '"stroke_volume": 7500.0'))
    with pytest.raises(Refused, match="stroke_volume"):
        case.scenario("rest")


def test_a_full_folder_is_not_taken_for_a_new_case(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("dear")
    with pytest.raises(Refused, match="not empty"):
        Case.create(tmp_path, "x")
    assert (tmp_path / "thesis.txt").read_text() == "dear"


def test_a_folder_without_a_case_a_damaged_and_a_newer_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not a CardioTwin case"):
        Case.open(tmp_path)
    (tmp_path / "case.json").write_text("{")
    with pytest.raises(Refused, match="damaged"):
        Case.open(tmp_path)
    (tmp_path / "case.json").write_text(json.dumps({"format": 99, "title": "x"}))
    with pytest.raises(Refused, match="newer CardioTwin"):
        Case.open(tmp_path)


def test_a_second_run_on_a_locked_case_is_refused(case: Case) -> None:
    with case.locked(), pytest.raises(Refused, match="in use by another run"), case.locked():
        pass
    with case.locked():
        pass


def test_a_view_survives_and_a_damaged_one_is_forgotten(case: Case) -> None:
    save_view({"step": "Heart"}, case.folder)
    assert load_view(case.folder) == {"step": "Heart"}
    (case.folder / "view.json").write_text("{")
    assert load_view(case.folder) == {}


def test_a_write_that_fails_leaves_the_old_one(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.save_image(small_image())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.case.save_image", fail)
    with pytest.raises(OSError, match="No space"):
        case.save_image(small_image(value=9))
    image = case.image()
    assert image is not None and image.voxels.max() == 3
    assert [path.name for path in case.folder.iterdir() if path.name.startswith(".")] == []


def test_a_scan_beside_the_main_one_is_kept_under_its_role(case: Case) -> None:
    case.save_image(small_image())
    assert case.image("lge") is None and case.roles() == ()
    case.save_image(small_image(value=7), role="lge")
    main, beside = case.image(), case.image(role="lge")
    assert main is not None and beside is not None
    assert (main.voxels.max(), beside.voxels.max()) == (3, 7)
    assert case.roles() == ("lge",)
    with pytest.raises(Refused, match="role of a scan"):
        case.save_image(small_image(), role="../evil")


def test_body_size_is_kept_and_nonsense_is_refused(case: Case) -> None:
    assert case.subject() is None
    case.save_subject(Subject("F", 170.0, 65.5, 61))
    assert Case.open(case.folder).subject() == Subject("F", 170.0, 65.5, 61)
    assert Subject(age_years=97).age_years == 90  # ages above 89 are not told apart
    for wrong in ({"sex": "O"}, {"height_cm": 1.7}, {"weight_kg": 7000.0}, {"age_years": -1}):
        with pytest.raises(Refused):
            Subject(**wrong)  # type: ignore[arg-type]
    (case.folder / "subject.json").write_text('{"sex": ')
    with pytest.raises(Refused, match="enter it again"):
        case.subject()
