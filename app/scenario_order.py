"""The order in which scenarios are shown and run."""

from collections.abc import Mapping

from solvers.scenario import Electrophysiology, Flow


def scenario_order(scenarios: Mapping[str, Electrophysiology | Flow]) -> list[str]:
    """The names, those that a person looks at first in front: sinus rhythm before what-if."""
    return sorted(scenarios, key=lambda name: (_paced(scenarios[name]), name))


def _paced(scenario: Electrophysiology | Flow) -> bool:
    return isinstance(scenario, Electrophysiology) and scenario.start == "paced"


def in_order(found: dict[str, Electrophysiology | Flow]) -> dict[str, Electrophysiology | Flow]:
    """The scenarios in the order in which they are run."""
    return {name: found[name] for name in scenario_order(found)}
