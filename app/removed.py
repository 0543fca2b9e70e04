"""Scenarios that were taken out of a case with their runs: put aside, so that taking them out can be undone."""

import shutil

from app.case import Case
from app.scenario_tree import Scenarios, without

ASIDE = "removed"


def replace_scenarios(case: Case, wanted: Scenarios) -> None:
    """Make ``wanted`` the scenarios of the case: the runs of those left out are put aside, those of old ones come back."""
    now = case.scenarios()
    for name in now:
        if name not in wanted:
            _put_aside(case, name)
    for name, one in wanted.items():
        if name not in now:
            _bring_back(case, name)
        if now.get(name) != one:
            case.save_scenario(name, one)


def remove_scenario(case: Case, name: str) -> None:
    """Take a scenario out of the case and put its run aside; its children go to its parent. Refuses an unknown one."""
    replace_scenarios(case, without(case.scenarios(), name))


def forget_removed(case: Case) -> None:
    """Delete what was put aside: nobody can undo it any more."""
    shutil.rmtree(case.folder / ASIDE, ignore_errors=True)


def _put_aside(case: Case, name: str) -> None:
    place, run = case.folder / ASIDE / name, case.folder / "runs" / name
    shutil.rmtree(place, ignore_errors=True)
    if run.exists():
        place.parent.mkdir(exist_ok=True)
        run.rename(place)
    (case.folder / "scenarios" / f"{name}.json").unlink()


def _bring_back(case: Case, name: str) -> None:
    place, run = case.folder / ASIDE / name, case.folder / "runs" / name
    if place.exists() and not run.exists():
        run.parent.mkdir(exist_ok=True)
        place.rename(run)
