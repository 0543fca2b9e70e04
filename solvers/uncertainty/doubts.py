"""The doubt of a scenario's numbers: what is declared for each, and what this scenario says instead."""

from dataclasses import dataclass, replace

from geometry.errors import Refused
from solvers.scenario import Doubt, Electrophysiology, Flow
from solvers.uncertainty.sampling import Varied, varied_numbers


@dataclass(frozen=True)
class Doubted:
    """A number with its spread; ``own``: the scenario says it, else it is as declared. An SD of 0: it is not varied."""

    number: Varied
    own: bool


def doubted_numbers(scenario: Electrophysiology | Flow) -> tuple[Doubted, ...]:
    """Every number that has an SD, declared or of the scenario's own, in the order they are declared."""
    own = {doubt.number: doubt for doubt in scenario.doubts}
    found = {number.name: number for number in varied_numbers(scenario.model_copy(update={"doubts": ()}))}
    found |= {number.name: number for number in varied_numbers(scenario)}
    return tuple(
        Doubted(_with(number, own[name]), True) if name in own else Doubted(number, False)
        for name, number in found.items()
    )


def with_doubt(scenario: Electrophysiology | Flow, doubt: Doubt) -> Electrophysiology | Flow:
    """The scenario with this doubt in place of what was said or declared of the number; refuses one that it has not."""
    others = tuple(kept for kept in scenario.doubts if kept.number != doubt.number)
    probe = doubt.model_copy(update={"sd": doubt.sd or 1.0})
    known = {number.name for number in varied_numbers(scenario.model_copy(update={"doubts": (probe,)}))}
    if doubt.number not in known:
        raise Refused(f"The scenario has no number {doubt.number!r}; with an SD there are: {', '.join(sorted(known))}.")
    return scenario.model_copy(update={"doubts": (*others, doubt)})


def without_doubt(scenario: Electrophysiology | Flow, name: str) -> Electrophysiology | Flow:
    """The scenario with the SD of a number as declared."""
    return scenario.model_copy(update={"doubts": tuple(kept for kept in scenario.doubts if kept.number != name)})


def _with(number: Varied, doubt: Doubt) -> Varied:
    return replace(number, sd=doubt.sd, status=doubt.status, source=doubt.source)
