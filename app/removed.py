"""Scenarios that were taken out of a case with their runs: put aside, so that taking them out can be undone."""

import shutil

from app.case import Case
from app.scenario_tree import needed_scenario, without

ASIDE = "removed"


def remove_scenario(case: Case, name: str) -> None:
    """Take a scenario out of the case and put it, with its run, aside; its children go to its parent."""
    scenarios = case.scenarios()
    needed_scenario(scenarios, name)
    for key, one in without(scenarios, name).items():
        if one != scenarios[key]:
            case.save_scenario(key, one)
    place = case.folder / ASIDE / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    run = case.folder / "runs" / name
    if run.exists():
        run.rename(place / "run")
    (case.folder / "scenarios" / f"{name}.json").rename(place / "scenario.json")


def restore_run(case: Case, name: str) -> None:
    """Put the run of a scenario back that was put aside (the record itself is the caller's to keep again)."""
    place = case.folder / ASIDE / name
    run = case.folder / "runs" / name
    if (place / "run").exists() and not run.exists():
        run.parent.mkdir(exist_ok=True)
        (place / "run").rename(run)
    shutil.rmtree(place, ignore_errors=True)


def forget_removed(case: Case) -> None:
    """Delete what was put aside: nobody can undo it any more."""
    shutil.rmtree(case.folder / ASIDE, ignore_errors=True)
