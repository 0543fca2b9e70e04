"""Runs of a case as options: which are compared, with which baseline, what is called better and where thresholds are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.option_facts import planned_facts
from app.option_models import Ran, unlike_notes
from app.scenario_tree import scenario_tree
from app.staleness import stale_scenarios
from geometry.errors import Refused
from geometry.metric import Metric
from solvers.comparison.outcomes import outcome_of
from solvers.comparison.table import Option, OptionsTable, compare_options
from solvers.result_file import read_members, read_numbers

FILE = "options.json"


@dataclass(frozen=True)
class Choice:
    """Which runs are compared, in which order; ``better`` and ``thresholds`` hold what the user has said, by metric name."""

    runs: tuple[str, ...] = ()
    baseline: str = ""
    better: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


def ordered_runs(case: Case) -> tuple[str, ...]:
    """The finished runs in the order of the tree; those without a scenario last."""
    known = [branch.name for branch in scenario_tree(case.scenarios())]
    runs = case.runs()
    return (*(name for name in known if name in runs), *(name for name in runs if name not in known))


def kept_choice(case: Case) -> Choice:
    """What was last chosen to compare, without runs that are gone; else those up to date, of the kind of the first."""
    facts = _kept(case)
    runs, better = ordered_runs(case), {str(k): str(v) for k, v in facts.get("better", {}).items()}
    chosen = tuple(name for name in facts.get("runs", ()) if name in runs)
    if len(chosen) < 2:
        kinds = {name: read_numbers(case.folder / "runs" / name)["kind"] for name in runs}
        alike = tuple(name for name in runs if kinds[name] == kinds[runs[0]])
        known = stale_scenarios(case)
        fresh = tuple(name for name in alike if not known.get(name))
        chosen = fresh if len(fresh) > 1 else alike
    baseline = facts.get("baseline", "")
    limits = {str(k): float(v) for k, v in facts.get("thresholds", {}).items()}
    return Choice(chosen, baseline if baseline in chosen else next(iter(chosen), ""), better, limits)


def told_runs(case: Case) -> tuple[str, ...]:
    """The finished runs as a report tells them: the baseline of what is compared, its options, the rest; old ones last."""
    known, choice = stale_scenarios(case), kept_choice(case)

    def rank(name: str) -> tuple[bool, bool, bool]:
        return bool(known.get(name)), name != choice.baseline, name not in choice.runs

    return tuple(sorted(ordered_runs(case), key=rank))


def keep_choice(case: Case, choice: Choice) -> None:
    """Keep in the case what is compared: the window and the report show the same table."""
    for name in choice.better:
        outcome_of(name, choice.better)  # refuses a word that is no way to be better
    facts = {"runs": list(choice.runs), "baseline": choice.baseline, "better": dict(choice.better)}
    _keep(case, facts | {"thresholds": dict(choice.thresholds)})


def keep_threshold(case: Case, name: str, value: float) -> None:
    """Keep where the user wants the threshold of a metric, in its unit; which runs are compared stays as it is."""
    facts = _kept(case)
    _keep(case, facts | {"thresholds": {**facts.get("thresholds", {}), name: value}})


def _kept(case: Case) -> dict[str, Any]:
    path = case.folder / FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _keep(case: Case, facts: Mapping[str, Any]) -> None:
    replace_text(case.folder / FILE, json.dumps(facts, indent=1))


def options_table(case: Case, choice: Choice) -> OptionsTable:
    """The table of the chosen runs; refuses names of runs that are not there and fewer than two."""
    table = compare_options(_options(case, choice.runs), choice.baseline, choice.better, choice.thresholds)
    known = stale_scenarios(case)
    doubts = tuple(sentence for name in choice.runs for sentence in known.get(name, ()))
    ran = [read_numbers(case.folder / "runs" / name) for name in choice.runs]
    titles = dict(table.options)
    pairs = zip(choice.runs, ran, strict=True)
    unlike = unlike_notes([_ran(titles[name], one) for name, one in pairs])
    return replace(table, notes=(*doubts, *unlike, *table.notes))


def _ran(title: str, numbers: Mapping[str, Any]) -> Ran:
    values = {facts["name"]: float(facts["value"]) for facts in numbers["metrics"]}
    return Ran.of(title, numbers["method"], numbers["stamp"], values)


def _options(case: Case, names: Sequence[str]) -> list[Option]:
    runs, scenarios = case.runs(), case.scenarios()
    missing = [name for name in names if name not in runs]
    if missing:
        raise Refused(f"The case has no finished run {missing[0]!r}; it has: {', '.join(runs) or 'none yet'}.")
    found, mesh = [], case.mesh()
    for name in names:
        folder = case.folder / "runs" / name
        metrics = {facts["name"]: Metric(**facts) for facts in read_numbers(folder)["metrics"]}
        metrics |= {fact.name: fact for fact in planned_facts(case, name, mesh)}
        title = scenarios[name].title if name in scenarios else name
        found.append(Option(name, title, metrics, read_members(folder)))
    return found
