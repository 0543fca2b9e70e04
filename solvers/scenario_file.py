"""Scenarios from files and from plain data; what is wrong in them is refused with its name and its limits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from geometry.errors import Refused
from solvers.scenario import Electrophysiology, Flow

Scenario = Annotated[Electrophysiology | Flow, Field(discriminator="kind")]
_SCENARIO: TypeAdapter[Electrophysiology | Flow] = TypeAdapter(Scenario)


def read_scenario(path: Path) -> Electrophysiology | Flow:
    """Read a scenario file; refuses with the names and limits of what is wrong in it."""
    try:
        return _SCENARIO.validate_json(path.read_bytes())
    except ValidationError as failure:
        raise _refusal(f"The scenario {path.name}", failure) from failure


def scenario_from(facts: object) -> Electrophysiology | Flow:
    """A scenario from plain data; refuses what is wrong in it."""
    try:
        return _SCENARIO.validate_python(facts)
    except ValidationError as failure:
        raise _refusal("The scenario", failure) from failure


def with_entries(scenario: Electrophysiology | Flow, values: Mapping[str, Any]) -> Electrophysiology | Flow:
    """The scenario with some entries replaced, each named by its path with dots; refuses unknown and impossible ones."""
    tree = scenario.model_dump(mode="json")
    for path, value in values.items():
        *above, last = path.split(".")
        branch: Any = tree
        try:
            for step in above:
                branch = branch[int(step) if isinstance(branch, list) else step]
            branch[int(last) if isinstance(branch, list) else last] = value
        except (LookupError, ValueError, TypeError) as fault:
            raise Refused(f"The scenario has no entry {path!r}; its entries are told by: scenario show.") from fault
    return scenario_from(tree)


def write_scenario(scenario: Electrophysiology | Flow, path: Path) -> None:
    """Write a scenario file."""
    path.write_text(scenario.model_dump_json(indent=1))


def _refusal(what: str, failure: ValidationError) -> Refused:
    wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc'][1:]) or 'kind'}: {e['msg']}" for e in failure.errors())
    return Refused(f"{what} cannot be used ({wrong}). Correct these entries.")
