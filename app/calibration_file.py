"""What is kept about a calibration: numbers and words about it, and what they were found from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.case import Case
from app.folders import replace_text
from app.measured_ecg import PLACE
from app.provenance import digest
from geometry.errors import Refused
from solvers.scenario import Electrophysiology, Flow

Target = Literal["qrs", "qt", "cuff"]
TARGETS: dict[Target, str] = {
    "qrs": "fitted to the QRS of the measured ECG",
    "qt": "fitted to the QT interval",
    "cuff": "fitted to the cuff pressure",
}
ENDINGS: dict[Target, str] = {"qrs": "calibrated", "qt": "qt", "cuff": "calibrated"}


@dataclass(frozen=True)
class KeptCalibration:
    """The facts about a calibration, and which of what it was found from is another one now."""

    facts: dict[str, Any]
    changed: tuple[str, ...]


def targets_of(scenario: Electrophysiology | Flow | None) -> tuple[Target, ...]:
    """What a scenario can be fitted to, the first of them where none is named."""
    if isinstance(scenario, Electrophysiology):
        return ("qrs", "qt")
    return () if scenario is None else ("cuff",)


def child_name(name: str, target: Target = "qrs") -> str:
    """What the calibrated scenario is stored as."""
    return f"{name}_{ENDINGS[target]}"


def calibration_file(case: Case, name: str, target: Target = "qrs") -> Path:
    """Where the words and numbers about a calibration lie."""
    return case.folder / "calibrations" / f"{name}{'-qt' if target == 'qt' else ''}.json"


def keep_calibration(
    case: Case, name: str, scenario: Electrophysiology | Flow, facts: dict[str, Any], target: Target = "qrs"
) -> None:
    """Keep what was found about a scenario, with what it was found from."""
    told = facts | {"target": target, "from": _found_from(case, scenario, target)}
    replace_text(calibration_file(case, name, target), json.dumps(told, indent=1))


def kept_calibration(case: Case, name: str, target: Target = "qrs") -> KeptCalibration | None:
    """What is kept about a scenario; None where it was never calibrated."""
    try:
        facts: dict[str, Any] = json.loads(calibration_file(case, name, target).read_text())
        before, now = facts["from"], _found_from(case, case.scenario(name), target)
    except (OSError, ValueError, KeyError, Refused):
        return None
    return KeptCalibration(facts, tuple(what for what, found in now.items() if before.get(what) != found))


def _found_from(case: Case, scenario: Electrophysiology | Flow, target: Target) -> dict[str, Any]:
    mesh, ecg = case.folder / "mesh" / "heart.npz", case.folder / PLACE
    found: dict[str, Any] = {"scenario": scenario.model_dump(mode="json", exclude={"title"}, exclude_defaults=True)}
    if target == "cuff":
        return found
    return found | {"mesh": digest(mesh), "measured ECG": digest(ecg) if ecg.exists() else ""}
