"""What is kept about a calibration: numbers and words about it, and what they were found from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.case import Case
from app.folders import replace_text
from app.measured_ecg import PLACE
from app.provenance import digest
from geometry.errors import Refused
from solvers.scenario import Electrophysiology


@dataclass(frozen=True)
class KeptCalibration:
    """The facts about a calibration, and which of what it was found from is another one now."""

    facts: dict[str, Any]
    changed: tuple[str, ...]


def child_name(name: str) -> str:
    """What the calibrated scenario is stored as."""
    return f"{name}_calibrated"


def calibration_file(case: Case, name: str) -> Path:
    """Where the words and numbers about a calibration lie."""
    return case.folder / "calibrations" / f"{name}.json"


def keep_calibration(case: Case, name: str, scenario: Electrophysiology, facts: dict[str, Any]) -> None:
    """Keep what was found about a scenario, with what it was found from."""
    replace_text(calibration_file(case, name), json.dumps(facts | {"from": _found_from(case, scenario)}, indent=1))


def kept_calibration(case: Case, name: str) -> KeptCalibration | None:
    """What is kept about a scenario; None where it was never calibrated."""
    try:
        facts: dict[str, Any] = json.loads(calibration_file(case, name).read_text())
        before, now = facts["from"], _found_from(case, case.scenario(name))
    except (OSError, ValueError, KeyError, Refused):
        return None
    return KeptCalibration(facts, tuple(what for what, found in now.items() if before.get(what) != found))


def _found_from(case: Case, scenario: Any) -> dict[str, Any]:
    mesh, ecg = case.folder / "mesh" / "heart.npz", case.folder / PLACE
    numbers = scenario.model_dump(mode="json", exclude={"title"})
    return {"scenario": numbers, "mesh": digest(mesh), "measured ECG": digest(ecg) if ecg.exists() else ""}
