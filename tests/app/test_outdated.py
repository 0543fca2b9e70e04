"""Runs that are out of date, run again in one go from the command line: parents first, and one that fails stops no other."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app import commands_simulate
from app.__main__ import main
from app.case import Case
from app.scenario_tree import as_child
from app.staleness import old_runs
from geometry.errors import Refused
from geometry.metric import Metric
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Result
from solvers.scenario import Electrophysiology, Ensemble
from solvers.wall_records import Velocities

BASE = Electrophysiology(title="Base", tier="eikonal", ensemble=Ensemble(members=0))
NO_WAY = 0.2  # m/s, the velocity along fibres that the stand-in refuses


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A parent whose name comes last, its child and its grandchild; all ran, then all were changed. Another is up to date."""
    made = Case.create(tmp_path / "case", "Old runs")
    mesh = half_ellipsoid_ventricle(edge=10.0)
    made.save_mesh(mesh, ())
    made.save_scenario("z_base", BASE)
    made.save_scenario("m_child", as_child(made.scenarios(), "z_base", BASE.model_copy(update={"title": "Child"})))
    made.save_scenario("a_last", as_child(made.scenarios(), "m_child", BASE.model_copy(update={"title": "Last"})))
    made.save_scenario("fresh", BASE.model_copy(update={"title": "Fresh"}))
    for name, scenario in made.scenarios().items():
        stamp = {"scenario": scenario.model_dump(mode="json")}
        made.save_result(name, Result("electrophysiology", "eikonal", stamp=stamp), mesh)
        if name != "fresh":
            made.save_scenario(name, scenario.model_copy(update={"velocities": Velocities(fiber=0.5)}))
    return made


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scenarios that were run, in this order, by a stand-in for the worker that refuses those without conduction."""
    found = list[str]()

    def run(case: Case, verb: str, options: Mapping[str, Any]) -> None:
        assert verb == "simulate" and options["workers"] == 1
        found.append(options["scenario"])
        scenario, mesh = case.scenario(options["scenario"]), case.mesh()
        assert isinstance(scenario, Electrophysiology) and mesh is not None
        if scenario.velocities.fiber == NO_WAY:
            raise Refused("Nothing conducts.")
        stamp = {"scenario": scenario.model_dump(mode="json")}
        metric = Metric("total_activation_time", "Total activation time", 105.0, "ms")
        case.save_result(found[-1], Result("electrophysiology", "eikonal", metrics=(metric,), stamp=stamp), mesh)

    monkeypatch.setattr(commands_simulate, "run", run)
    return found


def test_parents_come_before_their_children_whatever_they_are_called(case: Case) -> None:
    assert list(old_runs(case)) == ["z_base", "m_child", "a_last"]


def test_all_runs_that_are_out_of_date_are_run_again_and_no_other(case: Case, ran: list[str], tmp_path: Path) -> None:
    out = tmp_path / "told.json"
    assert main(["simulate", str(case.folder), "--outdated", "--workers", "1", "--json", str(out)]) == 0
    assert ran == ["z_base", "m_child", "a_last"]
    assert old_runs(case) == {}
    told = json.loads(out.read_text())
    assert list(told["runs"]) == ["z_base", "m_child", "a_last"] and told["not_made"] == []
    assert told["runs"]["a_last"]["metrics"]["total_activation_time"]["value"] == 105.0


def test_one_that_cannot_be_run_is_told_at_the_end_and_keeps_no_other_from_it(
    case: Case, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lost = BASE.model_copy(update={"velocities": Velocities(fiber=NO_WAY)})
    case.save_scenario("z_base", lost)
    assert main(["simulate", str(case.folder), "--outdated", "--workers", "1"]) == 2
    assert ran == ["z_base", "m_child", "a_last"] and list(old_runs(case)) == ["z_base"]
    assert "1 of 3 runs could not be made again. 'Base': Nothing conducts." in capsys.readouterr().err


def test_with_nothing_out_of_date_nothing_is_run(
    case: Case, ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in list(old_runs(case)):
        case.save_scenario(name, case.scenario("fresh"))
    assert main(["simulate", str(case.folder), "--outdated"]) == 0
    assert "Every run is up to date." in capsys.readouterr().err and ran == []


@pytest.mark.parametrize(("options", "said"), [([], "--scenario"), (["--outdated", "--restart"], "leave out")])
def test_what_to_run_is_asked_for_once(
    case: Case, ran: list[str], capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["simulate", str(case.folder), *options]) == 2
    assert said in capsys.readouterr().err and ran == []
