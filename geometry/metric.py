"""A number somebody reads: with its unit, its interval and where it comes from."""

import math
import re
from dataclasses import asdict, dataclass
from typing import Any

MOST_DIGITS = 4  # after the point
FINEST = {"mm": 1, "ms": 1, "deg": 1, "mmHg": 1, "%": 2, "ml": 2}  # after the point: no scan or model here tells more
RAISED = {"2": "\u00b2", "3": "\u00b3"}
SHOWN = {
    "1": "",
    "deg": "\u00b0",
    "ml": "mL",
    "l": "L",
    "l/min": "L/min",
    "ml/s": "mL/s",
    "ml/m2": "mL/m\u00b2",
    "l/min/m2": "L/min/m\u00b2",
    "uA": "\u00b5A",
    "um": "\u00b5m",
}


def shown_unit(unit: str) -> str:
    """A unit as people write it: mm2 and mm^2 as mm\u00b2, mPa*s as mPa s, deg as \u00b0, nothing for "1"."""
    if unit in SHOWN:
        return SHOWN[unit]
    return re.sub(r"(?<=[A-Za-z])\^?([23])(?!\d)", lambda found: RAISED[found.group(1)], unit.replace("*", " "))


def shown_text(text: str) -> str:
    """A note with the units and powers in it as people write them."""
    raised = re.sub(r"(?:\^|(?<=\d [cm]m)|(?<=\d m))([23])\b", lambda found: RAISED[found.group(1)], text)
    return re.sub(r"(?<=\d) deg\b", "\u00b0", raised)


def with_unit(number: str, unit: str) -> str:
    """A number and its unit, e.g. "107 mm\u00b2", "38\u00b0"."""
    shown = shown_unit(unit)
    return number + ("" if shown in ("", "\u00b0") else " ") + shown


@dataclass(frozen=True)
class Metric:
    """One answer.

    name       stable key, e.g. "ejection_fraction"
    label      as shown, e.g. "LV ejection fraction"
    value      in ``unit``
    low, high  bounds of the 90 % interval, or None where there is none
    note       source or warning in words
    convention what was counted, where that can be done in two ways (see ``geometry/measures/reference.py``)
    """

    name: str
    label: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    note: str = ""
    convention: str = ""

    def text(self) -> str:
        """The value with no more digits than its interval supports, e.g. "58 % (54 to 62)"."""
        digits = digits_for(self.value, self.low, self.high, self.unit)
        shown = with_unit(rounded(self.value, digits), self.unit)
        if self.low is None or self.high is None:
            return shown
        return f"{shown} ({rounded(self.low, digits)} to {rounded(self.high, digits)})"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def rounded(value: float, digits: int, plus: bool = False) -> str:
    """A value with so many digits after the point, its sign written where ``plus``; zero has no minus."""
    return f"{value:+z.{digits}f}" if plus else f"{value:z.{digits}f}"


def with_sd(mean: float, sd: float, unit: str) -> str:
    """A mean with its SD, of which two digits count at most, e.g. "0.060 +- 0.018", "75 +- 21 mL"."""
    digits = max(0, 1 - math.floor(math.log10(sd))) if sd > 0 else digits_for(mean, None, None, unit)
    if digits and f"{sd:.{digits}f}".endswith("0"):
        digits -= 1
    return with_unit(f"{rounded(mean, digits)} \u00b1 {rounded(sd, digits)}", unit)


def digits_for(value: float, low: float | None, high: float | None, unit: str = "") -> int:
    """How many digits after the point a value is shown with: no more than its interval and its unit support; none of 0."""
    known = low is not None and high is not None
    width = high - low if low is not None and high is not None else abs(value) / 5
    finest = FINEST.get(unit, MOST_DIGITS)
    digits = next((count for count, least in enumerate((3.0, 0.3, 0.03, 0.003)) if width >= least), MOST_DIGITS)
    digits = min(digits, finest) if width else 0
    return digits if known or round(value, digits) else 0
