from dataclasses import replace
from json import loads
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from geometry.corridor import distance_to_way
from geometry.shapes import slab, two_chamber_heart
from solvers.directions.fibers import add_fibers
from solvers.scenario import Electrophysiology, Ensemble, PacingSite
from solvers.wall_records import FiberAngles


@pytest.fixture
def case(tmp_path: Path) -> Path:
    found = Case.create(tmp_path / "case", "two chambers")
    found.save_mesh(add_fibers(two_chamber_heart(3.2), FiberAngles()), ())
    own = Electrophysiology(tier="eikonal", conduction="lbbb", ensemble=Ensemble(members=2))
    found.save_scenario("own", own)
    return found.folder


def test_leads_are_set_and_their_places_compared(case: Path, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    words = ["device", "pacing", str(case), "--scenario", "own", "--new", "crt", "--crt", "--lead", "his@150"]
    assert main([*words, "--candidate=-45,3,-25", "--json", str(told)]) == 0
    kept = Case.open(case).scenario("crt")
    assert isinstance(kept, Electrophysiology) and kept.start == "paced"
    assert [site.role for site in kept.sites] == ["rv_lead", "lv_lead", "his"] and kept.sites[2].time == 150.0
    assert Case.open(case).scenario("own").start == "his_purkinje"  # type: ignore[union-attr]
    found = loads(told.read_text())
    assert found["members"] == 2 and len(found["tried"]) == 2
    shares = [row["best"]["qrs_duration"] for row in found["tried"]]
    assert sum(shares) == pytest.approx(1.0)
    assert {metric["name"] for metric in found["tried"][0]["metrics"]} >= {"qrs_duration", "q_lv", "lv_activation"}


def test_places_tried_lie_in_the_corridor_of_a_vein_that_is_drawn_by_places(case: Path, tmp_path: Path) -> None:
    words = ["device", "pacing", str(case), "--scenario", "own", "--new", "crt", "--no-compare"]
    drawn = "-44,18,-12;-47,0,-30;-36,-14,-55"
    assert main([*words, "--crt", "--vein", drawn, "--width", "10", "--along", "3", "--candidate=-45,3,-25"]) == 0
    kept = Case.open(case).scenario("crt")
    assert isinstance(kept, Electrophysiology) and kept.vein_width == 10.0 and len(kept.vein) > 20
    assert len(kept.candidates) == 4
    for site in (kept.sites[1], *kept.candidates):
        assert distance_to_way(np.array(kept.vein), np.array([[site.x, site.y, site.z]]))[0] <= 5.02
    table = tmp_path / "vein.csv"
    table.write_text("x,y,z\n-44,18,-12\n-36,-14,-55\n")
    again = ["device", "pacing", str(case), "--scenario", "crt", "--no-compare"]
    assert main([*again, "--vein", str(table)]) == 0
    other = Case.open(case).scenario("crt")
    assert isinstance(other, Electrophysiology) and other.vein != kept.vein and other.vein_width == 10.0
    assert main([*again, "--vein", "400,0,0;410,0,0"]) == 2
    assert main([*again, "--vein", "none"]) == 0
    assert Case.open(case).scenario("crt").vein == ()  # type: ignore[union-attr]


def test_lesions_are_added_to_a_scenario_of_its_own_and_what_lies_beside_the_heart_is_refused(case: Path) -> None:
    epi = two_chamber_heart(3.2)
    points = epi.points[np.unique(epi.tagged("epi"))]
    place = ",".join(f"{c:.2f}" for c in points[np.argmin(points[:, 0])])
    words = ["device", "ablation", str(case), "--scenario", "own", "--new", "ablated"]
    assert main([*words, f"--spot={place}", "--radius", "7"]) == 0
    kept = Case.open(case).scenario("ablated")
    assert isinstance(kept, Electrophysiology) and kept.lesions[0].radius == 7.0
    assert main([*words, "--spot=400,0,0"]) == 2
    assert not Case.open(case).scenario("own").lesions  # type: ignore[union-attr]


def test_a_drug_that_blocks_the_rapid_rectifier_prolongs_qt(tmp_path: Path) -> None:
    found = Case.create(tmp_path / "strand", "strand")
    mesh = slab((8.0, 2.0, 2.0), 1.0)
    found.save_mesh(replace(mesh, fiber=np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))), ())
    site = (PacingSite(x=0.0, y=1.0, z=1.0),)
    paced = Electrophysiology(tier="eikonal", start="paced", sites=site, ensemble=Ensemble(members=0))
    found.save_scenario("paced", paced)
    told = tmp_path / "told.json"
    words = ["device", "drug", str(found.folder), "--scenario", "paced", "--new", "dosed"]
    assert main([*words, "--drug", "dofetilide@4", "--json", str(told)]) == 0
    bare, dosed = loads(told.read_text())["effects"]
    assert dosed["apd90"] > bare["apd90"] + 10.0
    assert dosed["qt"] - bare["qt"] == pytest.approx(dosed["apd90"] - bare["apd90"], abs=1e-6)  # one kind of cell
    kept = found.scenario("dosed")
    assert isinstance(kept, Electrophysiology) and kept.drug.name == "dofetilide" and kept.drug.dose == 4.0
