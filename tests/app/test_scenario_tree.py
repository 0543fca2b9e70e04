"""The tree of scenarios: what a child changes in words, what no longer fits, and its verbs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.input_list import inputs_of
from app.options import kept_choice, options_table, told_runs
from app.removed import remove_scenario, replace_scenarios
from app.scenario_rebase import rebased
from app.scenario_tree import (
    as_child,
    child_of,
    confirmed,
    depths_among,
    numbers_digest,
    paced_of,
    parent_moved,
    scenario_tree,
)
from app.scenario_words import change_line
from app.scenarios import at_exercise, default_scenarios
from app.staleness import out_of_date, run_fits, stale_scenarios
from geometry.errors import Refused
from geometry.metric import Metric
from geometry.shapes import half_ellipsoid_ventricle, tube
from solvers.devices.records import ImplantedValve, Stent
from solvers.flow_records import Resistance
from solvers.result import Result
from solvers.scenario import Doubt, Electrophysiology, Ensemble, Flow, PacingSite
from solvers.scenario_file import read_scenario
from solvers.wall_records import Velocities

SITE = PacingSite(x=0.0, y=0.0, z=-60.0)
PACING = Electrophysiology(title="Pacing", tier="eikonal", start="paced", sites=(SITE,))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A baseline, a child with a second site, a grandchild that conducts slower; the first two have runs with members."""
    made = Case.create(tmp_path / "case", "Tree")
    mesh = half_ellipsoid_ventricle(edge=12.0)
    made.save_mesh(mesh, ())
    made.save_scenario("pacing", PACING)
    name, child = child_of(made.scenarios(), "pacing", "Two sites")
    made.save_scenario(name, child.model_copy(update={"sites": (SITE, SITE.model_copy(update={"x": 20.0}))}))
    name, grandchild = child_of(made.scenarios(), "two_sites", "Slow")
    made.save_scenario(name, grandchild.model_copy(update={"velocities": Velocities(fiber=0.5)}))
    for run, shift in (("pacing", 0.0), ("two_sites", -20.0)):
        values = 100.0 + shift + np.arange(12.0)
        stamp = {"scenario": made.scenario(run).model_dump(mode="json")}
        members = {"total_activation_time": values, "input:velocities.fiber": np.linspace(0.5, 0.8, 12)}
        metric = Metric("total_activation_time", "Total activation time", 105.0 + shift, "ms", 100 + shift, 111 + shift)
        made.save_result(
            run, Result("electrophysiology", "eikonal", metrics=(metric,), stamp=stamp, members=members), mesh
        )
    return made


def test_what_a_child_changes_is_told_in_words() -> None:
    two = PACING.model_copy(update={"sites": (SITE, SITE)})
    assert change_line(PACING, two) == "two pacing sites instead of one"
    moved = PACING.model_copy(update={"sites": (SITE.model_copy(update={"x": 3.0, "y": 4.0, "time": 30.0}),)})
    assert change_line(PACING, moved) == "pacing site moved by 5 mm and when it fires 0 \u2192 30 ms"
    assert change_line(Flow(), Flow(viscosity=4.5)) == "viscosity of blood 3.5 \u2192 4.5 mPa s"
    blocked = PACING.model_copy(update={"conduction": "lbbb", "title": "LBBB", "parent": "pacing"})
    assert change_line(PACING, blocked) == "conduction: normal \u2192 left bundle block"
    assert change_line(PACING, PACING.model_copy(update={"title": "Other"})) == "the same numbers"


def test_a_device_is_told_by_its_name_and_size() -> None:
    stented = Flow(device=Stent(diameter=14.0, length=20.0))
    assert change_line(Flow(), stented) == "device: none \u2192 stent 14 x 20 mm"
    assert (
        change_line(stented, Flow(device=Stent(diameter=16.0, length=20.0))) == "diameter when expanded 14 \u2192 16 mm"
    )
    valve = Flow(device=ImplantedValve(size=23))
    assert change_line(stented, valve) == "device: stent 14 x 20 mm \u2192 valve 23 mm, balloon-expandable"


def test_the_list_of_inputs_tells_the_doubt_that_a_scenario_has_of_its_own() -> None:
    measured = Doubt(number="velocities.fiber", sd=0.02, status="estimated", source="calibrated")
    fixed = Doubt(number="velocities.cross", sd=0.0, status="measured", source="catheter")
    rows = {row.path: row for row in inputs_of(PACING.model_copy(update={"doubts": (measured, fixed)}))}
    told = rows["velocities.fiber"]
    assert (told.sd, told.status, told.source) == (0.02, "estimated", "calibrated")
    assert rows["velocities.cross"].sd is None and rows["velocities.cross"].source == "catheter"
    assert rows["fibers.endo"].sd == 5


def test_children_follow_their_parent_and_tell_their_change(case: Case) -> None:
    found = [(branch.name, branch.depth) for branch in scenario_tree(case.scenarios())]
    assert found == [("pacing", 0), ("two_sites", 1), ("slow", 2)]
    assert scenario_tree(case.scenarios())[2].change == "conduction velocity along the fibres 0.65 \u2192 0.5 m/s"


def test_files_without_a_parent_stay_readable_and_circles_end(case: Case) -> None:
    path = case.folder / "scenarios" / "old.json"
    path.write_text(json.dumps({"kind": "flow", "title": "Old"}))
    assert read_scenario(path).parent == ""
    loop = Electrophysiology(parent="loop")
    assert [branch.name for branch in scenario_tree({"loop": loop})] == ["loop"]


def test_a_child_says_when_its_parent_has_changed_until_it_is_confirmed(case: Case) -> None:
    assert stale_scenarios(case) == {"pacing": (), "two_sites": (), "slow": ()}
    case.save_scenario("pacing", case.scenario("pacing").model_copy(update={"title": "Apical"}))
    assert stale_scenarios(case)["two_sites"] == ()  # a title is no number
    case.save_scenario("pacing", case.scenario("pacing").model_copy(update={"velocities": Velocities(cross=0.2)}))
    stale = stale_scenarios(case)
    assert "changed after its run" in stale["pacing"][0]
    assert "parent 'Apical' was changed" in stale["two_sites"][0] and stale["slow"] == ()
    case.save_scenario("two_sites", confirmed(case.scenarios(), "two_sites"))
    assert stale_scenarios(case)["two_sites"] == () and parent_moved(case.scenarios(), "two_sites") == ""


def test_a_run_that_is_older_than_its_mesh_says_so(case: Case) -> None:
    assert [run_fits(case, name) for name in ("pacing", "two_sites", "slow")] == [True, True, False]
    before = case.scenario("two_sites")
    case.save_scenario("two_sites", before.model_copy(update={"velocities": Velocities(cross=0.2)}))
    assert not run_fits(case, "two_sites")
    case.save_scenario("two_sites", before)
    case.save_mesh(half_ellipsoid_ventricle(edge=11.0), ())
    assert not run_fits(case, "pacing")
    assert "older than its mesh" in stale_scenarios(case)["pacing"][0] and stale_scenarios(case)["slow"] == ()
    assert sum("older than its mesh" in sentence for sentence in out_of_date(case)) == 2


def test_what_is_up_to_date_is_compared_and_told_before_what_is_old(case: Case) -> None:
    mesh = half_ellipsoid_ventricle(edge=11.0)
    case.save_mesh(mesh, ())
    fresh = {name: case.result(name) for name in case.runs()}["two_sites"]
    both = {"slow": "slow", "two_sites": "two_sites"}
    for name in both:
        stamp = {"scenario": case.scenario(name).model_dump(mode="json")}
        case.save_result(name, replace(fresh, stamp=stamp), mesh)
    assert set(kept_choice(case).runs) == set(both)
    assert told_runs(case) == ("two_sites", "slow", "pacing")
    older = options_table(case, replace(kept_choice(case), runs=("two_sites", "pacing")))
    assert older.notes[0] == "The run 'Pacing' is older than its mesh; run it again."


def test_leads_are_tried_on_the_beat_that_they_were_asked_for() -> None:
    """A beat with a left bundle block is not paced in a scenario of a heart that conducts normally."""
    normal = Electrophysiology()
    known = {"sinus": normal, "blocked": normal.model_copy(update={"conduction": "lbbb"}), "pacing": PACING}
    assert paced_of(known, "sinus") == "pacing" and paced_of(known, "blocked") == ""
    known["crt"] = as_child(known, "blocked", PACING.model_copy(update={"conduction": "lbbb"}))
    assert paced_of(known, "blocked") == "crt" and paced_of(known, "sinus") == "pacing"


def test_runs_are_indented_below_those_that_are_listed_too(case: Case) -> None:
    scenarios = case.scenarios()
    assert depths_among(scenarios, ("pacing", "slow")) == {"pacing": 0, "slow": 1}
    assert depths_among(scenarios, ("slow",)) == {"slow": 0}


def test_an_entry_that_a_later_program_adds_changes_no_hash() -> None:
    assert numbers_digest(Flow()) == numbers_digest(Flow.model_validate({"kind": "flow"}))
    assert numbers_digest(Flow()) != numbers_digest(Electrophysiology())


def test_removing_moves_children_up_and_can_be_taken_back(case: Case) -> None:
    before = case.scenarios()
    remove_scenario(case, "two_sites")
    assert set(case.scenarios()) == {"pacing", "slow"} and case.runs() == ("pacing",)
    assert case.scenario("slow").parent == "pacing" and parent_moved(case.scenarios(), "slow") == ""
    replace_scenarios(case, before)
    assert set(case.runs()) == {"pacing", "two_sites"} and case.scenarios() == before


def test_the_verbs_grow_and_prune_the_tree(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(case.folder)
    assert (
        main(["scenario", "copy", folder, "pacing", "--set", "conduction=rbbb", "--site=1,2,-50", "--json", "-"]) == 0
    )
    made = json.loads(capsys.readouterr().out)
    assert (
        made["name"] == "pacing_2"
        and made["change"] == "pacing site moved by 10 mm; conduction: normal \u2192 right bundle block"
    )
    assert main(["scenario", "copy", folder, "pacing", "--set", "velocities.fiber=9"]) == 2
    assert (
        main(["scenario", "copy", folder, "pacing", "--title", "Sure", "--sd", "velocities.fiber=0.02,measured,a, b"])
        == 0
    )
    doubt = Case.open(Path(folder)).scenario("sure").doubts[0]
    assert (doubt.number, doubt.sd, doubt.status, doubt.source) == ("velocities.fiber", 0.02, "measured", "a, b")
    assert main(["scenario", "delete", folder, "sure"]) == 0
    for wrong in ("velocities.fibre=0.02", "velocities.fiber=0.02,guessed", "velocities.fiber"):
        assert main(["scenario", "copy", folder, "pacing", "--sd", wrong]) == 2
    assert "velocities.fiber" in capsys.readouterr().err
    assert main(["scenario", "rename", folder, "pacing_2", "--title", "RBBB"]) == 0
    assert main(["scenario", "delete", folder, "two_sites"]) == 0 and not (case.folder / "removed").exists()
    assert main(["scenario", "list", folder, "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)["scenarios"]
    assert [(row["title"], row["depth"]) for row in rows] == [("Pacing", 0), ("RBBB", 1), ("Slow", 1)]
    assert main(["scenario", "show", folder, "rbbb"]) == 2


def test_compare_puts_runs_side_by_side_and_keeps_what_was_chosen(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(case.folder), "pacing", "two_sites", "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["outcomes"]
    assert row["better_by"] == "declared" and row["members"] == 12 and not row["tie"]
    assert row["options"]["two_sites"]["p_best"] == 1.0
    assert row["options"]["two_sites"]["difference"]["low"] == pytest.approx(-20.0)
    assert main(["compare", str(case.folder), "--better", "total_activation_time=higher", "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["outcomes"]
    assert row["better_by"] == "chosen" and row["options"]["pacing"]["p_best"] == 1.0
    assert main(["compare", str(case.folder), "pacing", "slow"]) == 2
    assert "no finished run 'slow'" in capsys.readouterr().err
    with pytest.raises(Refused):
        case.result("slow")


def test_a_child_takes_over_what_its_parent_changed_and_keeps_its_own(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, parent = str(case.folder), case.scenario("pacing")
    moved = (SITE.model_copy(update={"time": 5.0}),)
    case.save_scenario(
        "pacing", parent.model_copy(update={"sites": moved, "velocities": Velocities(fiber=0.7, cross=0.2)})
    )
    told = stale_scenarios(case)["two_sites"][0]
    assert "changed after this one was made from it: " in told and "across the fibres 0.25 \u2192 0.2 m/s" in told
    assert main(["scenario", "rebase", folder, "two_sites"]) == 0
    printed = capsys.readouterr().err
    child = case.scenario("two_sites")
    assert isinstance(child, Electrophysiology) and isinstance(parent, Electrophysiology)
    assert child.velocities == Velocities(fiber=0.7, cross=0.2) and len(child.sites) == 2
    assert child.sites[0].time == parent.sites[0].time  # changed on both: its own is kept, and that is told
    assert "its own is kept" in printed and "one pacing site instead of two" in printed
    assert "'Slow': Its parent 'Two sites' was changed" in printed  # the grandchild is one of another parent now
    assert stale_scenarios(case)["two_sites"] == ("The scenario 'Two sites' was changed after its run; run it again.",)
    assert main(["scenario", "rebase", folder, "slow"]) == 0
    slow = case.scenario("slow")
    assert isinstance(slow, Electrophysiology) and slow.velocities == Velocities(fiber=0.5, cross=0.2)
    assert (
        "own \u2192 its parent's): conduction velocity along the fibres 0.5 \u2192 0.7 m/s" in capsys.readouterr().err
    )


def test_what_cannot_be_taken_over_is_refused(case: Case) -> None:
    with pytest.raises(Refused, match="changes no other scenario"):
        rebased(case.scenarios(), "pacing")
    with pytest.raises(Refused, match="'Pacing' has not changed"):
        rebased(case.scenarios(), "two_sites")
    case.save_scenario("two_sites", case.scenario("two_sites").model_copy(update={"parent_was": {}}))
    case.save_scenario("pacing", case.scenario("pacing").model_copy(update={"velocities": Velocities(cross=0.2)}))
    with pytest.raises(Refused, match="made from it is not known"):
        rebased(case.scenarios(), "two_sites")


def test_rows_and_mappings_of_records_are_taken_over_one_by_one() -> None:
    one, two = Resistance(resistance=1.0), Resistance(resistance=2.0)
    base = Flow(outlets={"outlet_a": one, "outlet_b": one})
    _, child = child_of({"base": base}, "base")
    assert isinstance(child, Flow)
    child = child.model_copy(update={"outlets": {"outlet_a": two, "outlet_b": one}, "device": Stent(diameter=14.0)})
    after = base.model_copy(update={"outlets": {"outlet_a": one, "outlet_b": two, "outlet_c": two}, "viscosity": 4.0})
    found = rebased({"base": after, "child": child}, "child")
    assert isinstance(found.scenario, Flow) and found.kept == ()
    assert found.scenario.outlets == {"outlet_a": two, "outlet_b": two, "outlet_c": two}
    assert found.scenario.viscosity == 4.0 and found.scenario.device == Stent(diameter=14.0)


def test_exercise_is_a_child_of_rest_and_follows_it() -> None:
    made = default_scenarios((), tube(8.0, 20.0, 4.0))
    assert made["systole_exercise"].parent == "systole" and parent_moved(made, "systole_exercise") == ""
    changed = {**made, "systole": made["systole"].model_copy(update={"stroke_volume": 90.0})}
    found = rebased(changed, "systole_exercise").scenario
    assert isinstance(found, Flow) and (found.stroke_volume, found.heart_rate) == (90.0, 110.0)


def test_a_flow_at_exercise_keeps_the_ensemble_of_the_one_at_rest_until_somebody_changes_it() -> None:
    made = default_scenarios((), tube(8.0, 20.0, 4.0))
    assert made["systole"].ensemble.members > 0 and made["systole_exercise"].ensemble == made["systole"].ensemble
    many = Ensemble(members=24, seed=5)
    changed = {**made, "systole": made["systole"].model_copy(update={"ensemble": many})}
    assert at_exercise("systole", changed["systole"]).ensemble == many
    assert rebased(changed, "systole_exercise").scenario.ensemble == many
    own = made["systole_exercise"].model_copy(update={"ensemble": Ensemble(members=4)})
    found = rebased({**changed, "systole_exercise": own}, "systole_exercise").scenario
    assert found.ensemble.members == 4 and found.ensemble.seed == 5  # its own members, the draws of its parent
    assert at_exercise("systole", Flow(ensemble=Ensemble(members=0))).ensemble.members == 0


def test_a_record_is_given_to_a_child_as_json(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.save_scenario("flow", Flow())
    entry = 'outlets={"outlet_a": {"resistance": 2.0}}'
    assert main(["scenario", "copy", str(case.folder), "flow", "--title", "Two", "--set", entry]) == 0
    two = case.scenario("two")
    assert isinstance(two, Flow) and two.outlets == {"outlet_a": Resistance(resistance=2.0)}
    assert main(["scenario", "copy", str(case.folder), "flow", "--set", "outlets={outlet_a: 2}"]) == 2
    assert "is no JSON" in capsys.readouterr().err


def test_a_plan_at_exercise_is_not_called_at_rest() -> None:
    assert at_exercise("systole", Flow()).title == "Systole at exercise"
    assert at_exercise("plan", Flow(title="Systole at rest, valve 23 mm")).title == "Systole at exercise, valve 23 mm"
    assert at_exercise("own", Flow(title="My plan")).title == "My plan, exercise"


def test_a_flow_takes_over_what_was_measured_and_no_fraction_that_no_heart_has() -> None:
    def first(fraction: float) -> Flow:
        measured = (
            Metric("stroke_volume", "Stroke volume", 71.0, "ml"),
            Metric("ejection_fraction", "EF", fraction, "%"),
        )
        made = default_scenarios(measured, tube(12.0, 40.0, 4.0))["systole"]
        assert isinstance(made, Flow)
        return made

    assert first(31.0).stroke_volume == 71.0 and first(31.0).ventricle_pressure.ejection_fraction == 31.0
    assert first(2.0).ventricle_pressure == Flow().ventricle_pressure
