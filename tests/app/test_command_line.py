"""The command line: sentences and exit codes for what goes wrong, JSON last for what goes right."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from geometry.heart_mesh import HeartMesh
from geometry.image import load_image
from geometry.segmentation import load_segmentation
from geometry.shapes import half_ellipsoid_ventricle, slab
from sample_scans.catalogue import sample
from solvers.result import Field, Result
from solvers.scenario import Electrophysiology


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The sentence of a command that must be refused."""
    assert main(words) == 2
    return capsys.readouterr().err


def test_a_missing_scan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, "new", str(tmp_path / "case"), "--from", str(tmp_path / "nowhere"))
    assert "There is no scan at" in error
    assert not (tmp_path / "case").exists()


def test_an_empty_folder_is_refused_and_leaves_no_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scan").mkdir()
    error = refused(capsys, "new", str(tmp_path / "case"), "--from", str(tmp_path / "scan"))
    assert str(tmp_path / "scan") in error or "scan" in error
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("verb", ["segment", "mesh", "report"])
def test_steps_on_an_empty_case_say_what_is_missing(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Case.create(tmp_path / "case", "Empty")
    error = refused(capsys, verb, str(tmp_path / "case"))
    assert "'Empty'" in error and "first" in error


def test_a_folder_that_is_no_case_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not a CardioTwin case" in refused(capsys, "mesh", str(tmp_path))


def test_a_seed_that_is_no_point_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Case.create(tmp_path / "case", "Empty")
    assert "is not a point" in refused(capsys, "segment", str(tmp_path / "case"), "--seed", "here")


def test_an_unknown_scenario_and_field_name_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = _case_with_a_run(tmp_path / "case")
    assert "no scenario 'x'" in refused(capsys, "simulate", str(case.folder), "--scenario", "x")
    out = str(tmp_path / "a.png")
    assert "activation_time" in refused(capsys, "show", str(case.folder), "--field", "speed", "--out", out)


def test_an_unknown_verification_problem_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no verification problem 'x'" in refused(capsys, "verify", "x")


def test_a_wrong_option_is_exit_code_2() -> None:
    assert main(["mesh", "--colour", "red"]) == 2


def test_samples_end_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["samples", "--json", "-"]) == 0
    numbers = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [sample["key"] for sample in numbers["samples"]] == ["A", "B"]


def test_the_doctor_finds_this_machine_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["well"] is True


def test_the_doctor_says_what_to_install_without_a_compiler(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    assert main(["doctor"]) == 2
    assert "build-essential" in capsys.readouterr().err


def test_without_a_compiler_a_simulation_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case.create(tmp_path / "case", "Ventricle")
    case.save_mesh(half_ellipsoid_ventricle(edge=4.0), ())
    case.save_scenario("sinus", Electrophysiology(tier="eikonal"))
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "build-essential" in refused(capsys, "simulate", str(case.folder), "--scenario", "sinus")
    assert case.runs() == ()


def test_without_a_display_the_window_is_refused() -> None:
    hidden = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    # a process of its own: where tests of the window came before, Qt runs in this one already
    ended = subprocess.run([sys.executable, "-m", "app", "app"], env=hidden, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "no display" in ended.stderr


def test_edges_that_make_no_mesh_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = Case.create(tmp_path / "case", "Sample A")
    truth = sample("A")
    assert truth is not None
    case.save_image(load_image(truth.scan))
    case.save_segmentation(load_segmentation(truth.truth), ())
    assert "20.0 mm" in refused(capsys, "mesh", str(case.folder), "--edge", "20")
    assert case.mesh() is None


def test_an_empty_segmentation_and_a_label_at_the_border_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = sample("A")
    assert truth is not None
    whole = load_segmentation(truth.truth)
    case = Case.create(tmp_path / "case", "Sample A")
    case.save_image(load_image(truth.scan))
    case.save_segmentation(replace(whole, labels=np.zeros_like(whole.labels)), ())
    assert "empty" in refused(capsys, "mesh", str(case.folder)).lower()
    shifted = np.roll(whole.labels, -int(np.argmax((whole.labels > 0).any(axis=(1, 2, 3)))), axis=0)
    case.save_segmentation(replace(whole, labels=shifted), ())
    assert "edge" in refused(capsys, "mesh", str(case.folder))


def test_a_field_is_drawn_with_its_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = _case_with_a_run(tmp_path / "case")
    out = tmp_path / "pictures" / "lat.png"
    assert (
        main(["show", str(case.folder), "--field", "activation_time", "--doubt", "--out", str(out), "--json", "-"]) == 0
    )
    numbers = json.loads(capsys.readouterr().out)
    assert out.stat().st_size > 10_000
    low, high = numbers["limits"]
    assert low <= 0.1 and high >= 19.9


def _case_with_a_run(folder: Path) -> Case:
    case = Case.create(folder, "Slab")
    mesh: HeartMesh = slab((20, 7, 3), 1.0)
    case.save_mesh(mesh, ())
    times = Field(mesh.points[:, 0], "ms", "Activation time", low_word="EARLY", high_word="LATE")
    doubt = Field(mesh.points[:, 1] / 7, "ms", "Doubt of it")
    fields = {"activation_time": times, "activation_time_sd": doubt}
    case.save_result("sinus", Result("electrophysiology", "eikonal", fields), mesh)
    return case
