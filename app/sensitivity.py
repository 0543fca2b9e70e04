"""What the ensemble of a run teaches, in its folder: emulators, Sobol indices and what to measure next."""

from collections.abc import Mapping
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.progress import Progress
from solvers.scenario import Electrophysiology, Flow
from solvers.uncertainty.member_table import MemberTable
from solvers.uncertainty.sampling import varied_numbers, with_numbers
from solvers.uncertainty.sensitivity import Sensitivity, learn
from solvers.uncertainty.sensitivity_file import NUMBERS, load_sensitivity, sensitivity_text


def learn_from_run(case: Case, run: str, progress: Progress) -> None:
    """Learn from the members that a finished run kept; does nothing where it had too few."""
    result = case.result(run)
    scenario = result.stamp.get("scenario")
    if not result.members or not isinstance(scenario, Mapping):
        return
    kind = Flow if scenario["kind"] == "flow" else Electrophysiology
    asked = kind.model_validate(scenario)
    table = MemberTable.of(result.members, result.metrics, list(varied_numbers(asked)))
    learned = learn(table, asked.ensemble.seed, progress)
    if learned is not None:
        replace_text(case.folder / "runs" / run / NUMBERS, sensitivity_text(learned))


def learn_step(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Learn again from the members of a finished run. Options: run."""
    learn_from_run(case, str(options["run"]), progress)


def sensitivity_of(case: Case, run: str) -> Sensitivity | None:
    """What was learned from a run; None where it had too few members."""
    return load_sensitivity(case.folder / "runs" / run)


def needed_sensitivity(case: Case, run: str) -> Sensitivity:
    """What was learned from a run; refuses where nothing was."""
    found = sensitivity_of(case, run) if run in case.runs() else None
    if found is None:
        known = ", ".join(name for name in case.runs() if sensitivity_of(case, name) is not None)
        raise Refused(
            f"Nothing was learned from a run {run!r}; an ensemble of 8 members at least is needed. "
            + (f"There is one in: {known}." if known else "Run a scenario with more members.")
        )
    return found


def inputs_at(found: Sensitivity, wanted: Mapping[str, float]) -> list[float]:
    """The inputs in their order, at their means unless ``wanted`` by name; refuses unknown names and what is out of range."""
    known = {number.name: number for number in found.table.varied}
    for name, value in wanted.items():
        if name not in known:
            raise Refused(f"{name!r} was not varied in this run; varied were: {', '.join(known)}.")
        if not known[name].low <= value <= known[name].high:
            raise Refused(f"{name} must lie between {known[name].low:g} and {known[name].high:g} {known[name].unit}.")
    return [float(wanted.get(name, number.mean)) for name, number in known.items()]


def full_model_at(case: Case, run: str, found: Sensitivity, values: list[float]) -> str:
    """Store the scenario with these inputs and no ensemble, to confirm an emulated answer; its name."""
    scenario = case.scenario(run)
    numbers = {number.path: value for number, value in zip(found.table.varied, values, strict=True)}
    alone = scenario.ensemble.model_copy(update={"members": 0})
    moved = with_numbers(scenario, numbers).model_copy(
        update={"ensemble": alone, "title": f"{scenario.title}, confirmed"}
    )
    name = f"{run}_confirmed"
    case.save_scenario(name, as_child(case.scenarios(), run, moved))
    return name
