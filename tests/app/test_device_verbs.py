"""Devices tried by command line on a small pipe that knows its annulus."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from app.__main__ import main
from app.case import Case
from app.devices import find_line, surfaces
from app.needed import needed_mesh
from app.ostia import proposed_ostia
from geometry.image import Image
from geometry.shapes import tube
from solvers.devices.records import ImplantedValve, PlacedSurface, Stent
from solvers.scenario import Flow


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case.create(tmp_path / "case", "Pipe")
    mesh = tube(11.5, 60.0, 2.5, 0.4)
    marks = {**mesh.landmarks, "annulus": (0.0, 0.0, 5.0), "sinotubular": (0.0, 0.0, 50.0)}
    made.save_mesh(replace(mesh, landmarks=marks), ())
    made.save_scenario("systole", Flow())
    return made


def answer(case: Case, *words: str) -> dict[str, object]:
    out = case.folder.parent / "answer.json"
    assert main(["device", words[0], str(case.folder), *words[1:], "--json", str(out)]) == 0
    found: dict[str, object] = json.loads(out.read_text())
    return found


def test_a_valve_is_tried_and_kept_as_a_child(case: Case) -> None:
    told = answer(case, "valve", "--depth", "3", "--septum", "2", "--keep", "valve")
    assert told["size"] == 23 and told["fits"] == [23]  # 23 mm across: 415 mm2 less the corners of the polygon
    assert told["metrics"]["septum_overlap"]["value"] == pytest.approx(1.0)  # type: ignore[index]
    child = case.scenario("valve")
    assert isinstance(child, Flow) and isinstance(child.device, ImplantedValve)
    assert child.device.depth == 3.0 and child.orifice == "prosthesis"


def test_ostia_are_proposed_from_the_ct_and_those_given_by_hand_stay(case: Case) -> None:
    straight = replace(needed_mesh(case), points=tube(11.5, 60.0, 2.5).points)
    case.save_mesh(straight, ())
    affine = np.diag([0.8, 0.8, 0.8, 1.0])
    affine[:3, 3] = (-32.0, -32.0, 0.0)
    x, y, z = (0.8 * np.indices((80, 80, 56)) + affine[:3, 3, None, None, None]).astype(np.float32)
    bright = np.hypot(x, y) < 11.5
    bright |= (np.hypot(y, z - 18.0) < 1.7) & (x < -5) & (x > -24)  # leaves to the left, 13 mm above the annulus
    bright |= (np.hypot(x, z - 20.0) < 1.7) & (y > 5) & (y < 24)  # to the front
    case.save_image(Image(np.where(bright, 400, -50).astype(np.int16), affine, "CT"))
    told = answer(case, "valve", "--ostia", "auto", "--right-ostium=0,11.5,19", "--keep", "valve")
    child = case.scenario("valve")
    assert isinstance(child, Flow) and isinstance(child.device, ImplantedValve)
    assert child.device.left_ostium == pytest.approx((-11.5, 0.0, 18.0 - 1.7), abs=1.0)
    assert child.device.right_ostium == (0.0, 11.5, 19.0)
    assert told["metrics"]["left_coronary_height"]["value"] == pytest.approx(11.3, abs=1.0)  # type: ignore[index]
    found = proposed_ostia(case, needed_mesh(case))
    assert found is not None and {one.side for one in found.ostia} == {"left", "right"}
    case.save_mesh(replace(needed_mesh(case), landmarks={}), ())
    assert proposed_ostia(case, needed_mesh(case)) is None  # they were those of another mesh


def test_a_stent_is_placed_at_the_narrowest_and_kept_for_every_state(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_line(case)
    case.save_scenario("systole_exercise", Flow(heart_rate=110))
    told = answer(case, "stent", "--diameter", "21", "--length", "12", "--recoil", "0")
    assert told["kept"] == ["stent_systole", "stent_systole_exercise"]
    child = case.scenario("stent_systole_exercise")
    assert isinstance(child, Flow) and isinstance(child.device, Stent)
    assert child.device.z == pytest.approx(30.0, abs=1.0) and child.heart_rate == 110
    after = told["metrics"]["area_after"]["value"]  # type: ignore[index]
    assert after == pytest.approx(346.4, rel=0.03)  # pi 10.5^2


def test_a_stent_that_the_mesh_cannot_follow_is_refused_before_anything_is_kept(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    find_line(case)
    words = ["stent", str(case.folder), "--diameter", "50", "--length", "12", "--taper", "3"]
    assert main(["device", *words]) == 2
    assert "its tetrahedra would collapse" in capsys.readouterr().err
    assert set(case.scenarios()) == {"systole"}


def test_a_surface_is_brought_in_without_its_name_and_measured(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "Jane Doe.stl"
    pv.Sphere(radius=4.0).save(file)
    told = answer(case, "surface", str(file), "--at=0,0,5", "--keep", "placed")
    assert surfaces(case) == ("surface_1",) == (told["surface"],)
    assert told["metrics"]["clearance"]["value"] == pytest.approx(7.44, abs=0.05)  # type: ignore[index]
    assert isinstance(case.scenario("placed").device, PlacedSurface)
    assert not [path for path in case.folder.rglob("*") if "Jane" in path.name]
    again = answer(case, "surface", "--name", "surface_1", "--at=9,0,5")
    assert again["metrics"]["overlap"]["value"] > 0  # type: ignore[index]


def test_what_cannot_be_is_a_sentence(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["device", "surface", str(case.folder), "--name", "none"]) == 2
    assert "no surface 'none'" in capsys.readouterr().err
    assert main(["device", "valve", str(case.folder), "--size", "27"]) == 2
    assert "no size 27 mm" in capsys.readouterr().err
