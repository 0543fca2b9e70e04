import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.staleness import out_of_date
from geometry.shapes import slab
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble, PacingSite


@pytest.fixture
def case(tmp_path: Path) -> Case:
    bare = slab((20.0, 6.0, 6.0), 2.0)
    mesh = replace(bare, fiber=np.tile([1.0, 0.0, 0.0], (len(bare.tets), 1)))
    case = Case.create(tmp_path / "case", "slab")
    case.save_mesh(mesh, ())
    site = PacingSite(x=0.0, y=2.0, z=1.0)
    scenario = Electrophysiology(tier="eikonal", start="paced", sites=(site,), ensemble=Ensemble(members=0))
    case.save_scenario("paced", scenario)
    case.save_result("paced", run_electrophysiology(mesh, scenario), mesh)
    return case


def test_electrodes_are_moved_kept_told_and_put_back(case: Case, tmp_path: Path) -> None:
    table, answer, out = tmp_path / "mine.csv", tmp_path / "answer.json", tmp_path / "out.csv"
    table.write_text("name,x,y,z\nV1,10,90,3\nLL,0,0,-300\n")
    common = ["electrodes", str(case.folder), "--scenario", "paced", "--json", str(answer)]
    assert main([*common, "--electrodes", str(table), "--out", str(out)]) == 0
    found = json.loads(answer.read_text())
    assert found["moved"] == ["LL", "V1"]
    assert found["electrodes"]["V1"] == [10, 90, 3]
    assert any("changed after its run" in sentence for sentence in out_of_date(case))
    table.write_text("V6,5,-80,3\n")  # another one; the two stay moved
    assert main([*common, "--electrodes", str(table)]) == 0
    assert json.loads(answer.read_text())["moved"] == ["LL", "V1", "V6"]
    assert main([*common, "--reset"]) == 0
    assert json.loads(answer.read_text())["moved"] == []
    assert out_of_date(case) == ()
    # what was written is read again
    assert main([*common, "--electrodes", str(out)]) == 0
    assert json.loads(answer.read_text())["electrodes"]["V1"] == [10, 90, 3]


def test_a_run_with_moved_electrodes_has_another_ecg(case: Case, tmp_path: Path) -> None:
    before = case.result("paced").traces["ecg"].values
    table = tmp_path / "mine.csv"
    table.write_text("V1,195,3,3\n")  # the right side of the chest
    assert main(["simulate", str(case.folder), "--scenario", "paced", "--electrodes", str(table)]) == 0
    trace = case.result("paced").traces["ecg"]
    changed = np.abs(trace.values - before).max(axis=1) > 1e-9
    assert [name for name, other in zip(trace.channels, changed, strict=True) if other] == ["V1"]
    # the wave runs along +x towards it: positive (Wilson's terminal is far away)
    seen = trace.values[trace.channels.index("V1")]
    assert seen.max() > 5 * abs(seen.min())
    assert not any("nearest place" in note for note in case.result("paced").notes)
    table.write_text("V1,60,3,3\n")
    assert main(["simulate", str(case.folder), "--scenario", "paced", "--electrodes", str(table)]) == 0
    assert any("Electrode V1 lies" in note and "nearest place" in note for note in case.result("paced").notes)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("V9,1,2,300\n", "no electrode"),
        ("V1,1,2,300\nV1,2,2,300\n", "two places"),
        ("V1,1,2,3\n", "from the heart's wall"),
        ("V1,1,2,nan\n", "Row 1"),
        ("", "holds no electrode"),
    ],
)
def test_tables_that_make_no_sense_change_nothing(
    case: Case, rows: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(rows)
    assert main(["electrodes", str(case.folder), "--scenario", "paced", "--electrodes", str(table)]) == 2
    assert words in capsys.readouterr().err
    scenario = case.scenario("paced")
    assert isinstance(scenario, Electrophysiology)
    assert scenario.electrodes == ()


def test_a_run_from_before_an_entry_was_there_is_not_called_changed(case: Case) -> None:
    path = case.folder / "runs" / "paced" / "result.json"
    facts = json.loads(path.read_text())
    for name in ("layers", "grey_zone", "electrodes", "extracellular_every"):
        del facts["stamp"]["scenario"][name]
    path.write_text(json.dumps(facts))
    assert out_of_date(case) == ()
