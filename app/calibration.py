"""A scenario fitted to what was measured of its patient: a child scenario with the posterior, and the words about it."""

from collections.abc import Callable, Mapping
from typing import Any

from app.calibration_cuff import calibrate_to_cuff
from app.calibration_file import TARGETS, Target, targets_of
from app.calibration_qrs import calibrate_to_qrs
from app.calibration_qt import calibrate_to_qt
from app.case import Case
from geometry.errors import Refused
from geometry.progress import Progress

STEPS: Mapping[Target, Callable[[Case, Mapping[str, Any], Progress], None]] = {
    "qrs": calibrate_to_qrs,
    "qt": calibrate_to_qt,
    "cuff": calibrate_to_cuff,
}


def calibrate(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Fit a scenario. Options: scenario, to ("qrs", "qt", "cuff"; what suits the scenario without), and those of that fit."""
    scenario = case.scenario(str(options["scenario"]))
    STEPS[chosen_target(scenario, options.get("to"))](case, options, progress)


def chosen_target(scenario: Any, asked: str | None) -> Target:
    """What a scenario is fitted to; refuses what it has nothing to do with."""
    fitting = targets_of(scenario)
    if not asked:
        return fitting[0]
    found = next((target for target in TARGETS if target == asked), None)
    if found is None:
        raise Refused(f"Nothing is fitted to {asked!r}; choose one of: {', '.join(TARGETS)}.")
    if found not in fitting:
        raise Refused(
            f"The scenario {scenario.title!r} cannot be {TARGETS[found]}; it can be {' or '.join(TARGETS[one] for one in fitting)}."
        )
    return found
