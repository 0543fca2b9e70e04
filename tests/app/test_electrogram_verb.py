import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.point_table import read_named_points
from geometry.errors import Refused
from geometry.shapes import slab
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble, PacingSite


@pytest.fixture
def case(tmp_path: Path) -> Case:
    bare = slab((30.0, 4.0, 2.0), 1.0)
    mesh = replace(bare, fiber=np.tile([1.0, 0.0, 0.0], (len(bare.tets), 1)))
    case = Case.create(tmp_path / "case", "slab")
    case.save_mesh(mesh, ())
    site = PacingSite(x=0.0, y=2.0, z=1.0)
    scenario = Electrophysiology(tier="eikonal", start="paced", sites=(site,), ensemble=Ensemble(members=0))
    case.save_result("paced", run_electrophysiology(mesh, scenario), mesh)
    return case


def test_electrograms_are_written_and_fall_when_the_front_passes(case: Case, tmp_path: Path) -> None:
    points, out, answer = tmp_path / "points.csv", tmp_path / "egm.csv", tmp_path / "answer.json"
    points.write_text("x,y,z\n10,2,2.5\n20,2,2.5\n")
    arguments = ["--points", str(points), "--point", "22,2,2.5", "--out", str(out), "--json", str(answer)]
    assert main(["electrogram", str(case.folder), *arguments]) == 0
    assert out.read_text().splitlines()[0] == "time_ms,uni_1_mV,uni_2_mV,uni_3_mV,bi_1_2_mV,bi_2_3_mV"
    found = {row["name"]: row for row in json.loads(answer.read_text())["electrograms"]}
    # the front runs along the fibres at 0.65 m/s
    assert found["uni_1"]["downslope_ms"] == pytest.approx(10 / 0.65, abs=1.0)
    assert found["uni_2"]["downslope_ms"] == pytest.approx(20 / 0.65, abs=1.0)
    assert found["bi_2_3"]["spacing_mm"] == pytest.approx(2.0)
    assert found["uni_1"]["amplitude_mV"] > 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "No catheter point"),
        (["--point", "900,0,0"], "away from the heart"),
        (["--point", "a,b,c"], "not a point"),
        (["--point", "1,1,1", "--scenario", "flow"], "no finished run"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    case: Case, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["electrogram", str(case.folder), *arguments, "--out", str(tmp_path / "egm.csv")]) == 2
    assert words in capsys.readouterr().err


def test_a_table_of_points_may_have_names_and_says_which_row_is_wrong(tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("name,x,y,z\nV1, 1, 2, 3\nV2,4,5,6\n")
    assert read_named_points(table) == [("V1", (1.0, 2.0, 3.0)), ("V2", (4.0, 5.0, 6.0))]
    table.write_text("1,2,3\n4,five,6\n")
    with pytest.raises(Refused, match="Row 2"):
        read_named_points(table)
