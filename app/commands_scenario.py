"""The verbs that grow the tree of scenarios: list, show, copy, rename, delete, confirm, rebase."""

from json import loads as json_value
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from app.case import Case
from app.commands import opened_case, point
from app.console import print_json, say
from app.input_list import inputs_of
from app.removed import forget_removed, remove_scenario
from app.scenario_rebase import rebased
from app.scenario_tree import child_of, confirmed, needed_scenario, parent_moved, scenario_tree
from app.scenario_words import NAMING, change_line, changes_in_words
from app.staleness import stale_scenarios
from geometry.errors import Refused
from solvers.scenario import Doubt, Electrophysiology, Flow, PacingSite
from solvers.scenario_file import with_entries
from solvers.uncertainty.doubts import with_doubt

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]
SCENARIO_VERBS = App(
    name="scenario", help="The scenarios of a case: a tree of baselines and children that change something."
)


@SCENARIO_VERBS.command(name="list")
def list_scenarios(case: Path, *, json: Json = None) -> None:
    """List the tree: what each child changes against its parent, and what no longer fits."""
    opened = Case.open(case)
    stale, runs, rows = stale_scenarios(opened), opened.runs(), []
    for branch in scenario_tree(opened.scenarios()):
        ran = "" if branch.name in runs else "  (not run)"
        change = f": {branch.change}" if branch.change else ""
        say(f"{'    ' * branch.depth}{branch.name}  '{branch.title}'{change}{ran}")
        for sentence in stale[branch.name]:
            say(f"{'    ' * branch.depth}    {sentence}")
        rows.append(vars(branch) | {"stale": list(stale[branch.name]), "run": branch.name in runs})
    print_json({"case": str(case), "scenarios": rows}, json)


@SCENARIO_VERBS.command
def show(case: Path, name: str, *, json: Json = None) -> None:
    """Tell what one scenario changes against its parent, and every number in it with status and source."""
    scenarios = Case.open(case).scenarios()
    one = needed_scenario(scenarios, name)
    parent = scenarios.get(one.parent)
    if parent is not None:
        say(f"'{one.title}' changes '{parent.title}': {change_line(parent, one)}")
    rows = inputs_of(one)
    for row in rows:
        say(f"  {row.text()}")
    changes = list(changes_in_words(parent, one)) if parent is not None else []
    facts = {"case": str(case), "name": name, "changes": changes, "inputs": [vars(row) for row in rows]}
    print_json({**facts, "scenario": one.model_dump(mode="json")}, json)


@SCENARIO_VERBS.command
def copy(
    case: Path,
    name: str,
    *,
    title: str = "",
    set: Annotated[list[str] | None, Parameter("--set", allow_leading_hyphen=True)] = None,
    site: Annotated[list[str] | None, Parameter("--site", allow_leading_hyphen=True)] = None,
    sd: Annotated[list[str] | None, Parameter("--sd")] = None,
    json: Json = None,
) -> None:
    """Make a child of a scenario; --set ENTRY=VALUE changes something in it, e.g. --set viscosity=4.5.

    Entries inside others are written with a dot (velocities.fiber=0.5), whole records as JSON
    (outlets={"outlet_left": {"resistance": 2}}). --site x,y,z (mm, RAS), once for each, are the places
    it is paced from. --sd ENTRY=SD,STATUS,SOURCE says how sure a number is (velocities.fiber=0.05,measured,"mapping"; 0: not
    varied); status and source may be left out.
    """
    opened = Case.open(case)
    with opened.locked():
        scenarios = opened.scenarios()
        key, child = child_of(scenarios, name, title)
        child = _changed(child, set or [], site or [])
        for told in sd or []:
            child = with_doubt(child, _doubt(told))
        opened.save_scenario(key, child)
    words = change_line(scenarios[name], child)
    say(f"{key}  '{child.title}': {words}")
    print_json({"case": str(case), "name": key, "title": child.title, "change": words}, json)


@SCENARIO_VERBS.command
def rename(case: Path, name: str, *, title: str, json: Json = None) -> None:
    """Give a scenario another title (its name in files stays, and so does its run)."""
    words = " ".join(title.split())
    if not words:
        raise Refused("A scenario needs a title; write a short one.")
    opened = Case.open(case)
    with opened.locked():
        one = needed_scenario(opened.scenarios(), name)
        opened.save_scenario(name, one.model_copy(update={"title": words}))
    print_json({"case": str(case), "name": name, "title": words}, json)


@SCENARIO_VERBS.command
def delete(case: Path, name: str, *, json: Json = None) -> None:
    """Delete a scenario and its run for good; its children become children of its parent."""
    opened = Case.open(case)
    with opened.locked():
        remove_scenario(opened, name)
        forget_removed(opened)
    print_json({"case": str(case), "deleted": name}, json)


@SCENARIO_VERBS.command
def confirm(case: Path, name: str, *, json: Json = None) -> None:
    """Say that a child is meant as it is, though its parent's numbers have changed since it was made."""
    opened = opened_case(case)
    with opened.locked():
        opened.save_scenario(name, confirmed(opened.scenarios(), name))
    print_json({"case": str(case), "name": name}, json)


@SCENARIO_VERBS.command
def rebase(case: Path, name: str, *, json: Json = None) -> None:
    """Let a child take over what was changed on its parent since it was made; what it changes itself stays as it is."""
    opened = opened_case(case)
    with opened.locked():
        found = rebased(opened.scenarios(), name)
        opened.save_scenario(name, found.scenario)
    now = opened.scenarios()
    below = [f"'{one.title}': {parent_moved(now, key)}" for key, one in now.items() if one.parent == name]
    for sentence in (*found.sentences(), *(words for words in below if not words.endswith(": "))):
        say(f"  {sentence}")
    facts = {"case": str(case), "name": name, "taken": list(found.taken), "kept": list(found.kept)}
    print_json({**facts, "change": change_line(now[found.scenario.parent], found.scenario)}, json)


def _changed(child: Electrophysiology | Flow, entries: list[str], sites: list[str]) -> Electrophysiology | Flow:
    values: dict[str, Any] = {}
    for entry in entries:
        path, sign, value = entry.partition("=")
        if not sign or path in NAMING:
            raise Refused(f"{entry!r} changes nothing; write ENTRY=VALUE, e.g. --set viscosity=4.5.")
        values[path] = _plain(value)
    if sites:
        values["sites"] = tuple(PacingSite(x=x, y=y, z=z).model_dump() for x, y, z in map(point, sites))
        values["start"] = "paced"
    return with_entries(child, values)


def _plain(value: str) -> Any:
    """A record or a row of them is written as JSON; all else stays the text that it is."""
    if value[:1] not in ("{", "["):
        return value
    try:
        return json_value(value)
    except ValueError as fault:
        raise Refused(f"{value!r} is no JSON ({fault}); put names between double quotes.") from fault


def _doubt(told: str) -> Doubt:
    """ENTRY=SD, ENTRY=SD,STATUS or ENTRY=SD,STATUS,SOURCE."""
    path, _, words = told.partition("=")
    size, _, rest = words.partition(",")
    status, _, source = rest.partition(",")
    try:
        facts = {"number": path, "sd": float(size), "status": status or "estimated", "source": source.strip()}
        return Doubt.model_validate(facts)
    except ValueError as failure:
        raise Refused(
            f"{told!r} says not how sure a number is; write ENTRY=SD,STATUS,SOURCE with a status of measured, estimated or "
            "population default, e.g. --sd velocities.fiber=0.05,measured."
        ) from failure
