"""What of the person is kept, because measures are indexed by it: never who, when or where."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from geometry.errors import Refused

OLDEST = 90  # ages above 89 are not told apart (45 CFR 164.514(b)(2)(i)(C))
_RANGES = {"height_cm": (30.0, 250.0), "weight_kg": (1.0, 400.0), "age_years": (0.0, 130.0)}


@dataclass(frozen=True)
class Subject:
    """Body size, sex and age; each None where nobody said.

    sex        "M" or "F"
    height_cm  cm
    weight_kg  kg
    age_years  whole years, 90 for everybody older
    """

    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    age_years: int | None = None

    def __post_init__(self) -> None:
        if self.sex not in (None, "M", "F"):
            raise Refused(f"The sex must be M or F (or left empty), not {self.sex!r}.")
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                what, unit = name.split("_")
                raise Refused(f"The {what} must lie between {low:g} and {high:g} {unit}, not {value:g}.")
        if self.age_years is not None and self.age_years > OLDEST:
            object.__setattr__(self, "age_years", OLDEST)


def subject_text(subject: Subject) -> str:
    """The JSON that ``load_subject`` reads."""
    return json.dumps(asdict(subject), indent=1)


def load_subject(path: Path) -> Subject:
    """Read a JSON file of ``subject_text``; raises Refused where it is damaged."""
    try:
        return Subject(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as cause:
        raise Refused("What is known of the patient (subject.json) cannot be read; enter it again.") from cause
