import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.commands_arrhythmia import outcome
from geometry.shapes import slab
from solvers.scenario import Electrophysiology


@pytest.fixture
def case(tmp_path: Path) -> Case:
    bare = slab((8.0, 3.0, 3.0), 1.0)
    case = Case.create(tmp_path / "case", "slab")
    case.save_mesh(replace(bare, fiber=np.tile([1.0, 0.0, 0.0], (len(bare.tets), 1))), ())
    case.save_scenario("paced", Electrophysiology(cell="mitchell_schaeffer_2003", time_step=0.1))
    return case


def test_a_protocol_runs_as_a_job_and_tells_each_attempt(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    out = case.folder.parent / "answer.json"
    arguments = [
        "--sites",
        "0,0,0",
        "--s1",
        "450",
        "--train",
        "1",
        "--s2",
        "440,150",
        "--s3",
        "",
        "--watch",
        "40",
        "--json",
        str(out),
    ]
    assert main(["induce", str(case.folder), "--scenario", "paced", *arguments]) == 0
    found = json.loads(out.read_text())
    assert [(row["intervals_ms"], row["captured"]) for row in found["attempts"]] == [([440.0], True), ([150.0], False)]
    assert "Re-entry from 0 of 1 sites" in capsys.readouterr().err


def test_bad_intervals_and_a_restart_without_a_checkpoint_are_refused(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    paced = [str(case.folder), "--scenario", "paced"]
    assert main(["induce", *paced, "--s2", "fast"]) == 2
    assert "no list of intervals" in capsys.readouterr().err
    assert main(["simulate", *paced, "--restart"]) == 2
    assert "no checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sustained": True, "going_on": True, "returns": 3}, "re-entry, cycle 310 ms"),
        ({"captured": False}, "not captured"),
        ({}, "no re-entry, the wave ended 180 ms after the stimulus"),
        ({"returns": 1}, "no re-entry, the wave ended 180 ms after the stimulus (some tissue was activated 2 times)"),
        (
            {"returns": 1, "going_on": True},
            "open, the wave was still going when the watch ended (some tissue was activated 2 times)",
        ),
    ],
)
def test_each_attempt_says_what_came_of_it(changed: dict, words: str) -> None:
    row = {"sustained": False, "captured": True, "going_on": False, "returns": 0, "active_for_ms": 180.0}
    assert outcome({**row, "cycle_length_ms": 310.0, **changed}) == words
