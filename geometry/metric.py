"""A number somebody reads: with its unit, its interval and where it comes from."""

import re
from dataclasses import asdict, dataclass
from typing import Any

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
        digits = digits_for(self.value, self.low, self.high)
        shown = with_unit(f"{self.value:.{digits}f}", self.unit)
        if self.low is None or self.high is None:
            return shown
        return f"{shown} ({self.low:.{digits}f} to {self.high:.{digits}f})"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def digits_for(value: float, low: float | None, high: float | None) -> int:
    """How many digits after the point a value is shown with: no more than its interval supports."""
    width = abs(value) / 5 if low is None or high is None else high - low
    if width == 0:
        return 0
    for digits, least in ((0, 3.0), (1, 0.3), (2, 0.03), (3, 0.003)):
        if width >= least:
            return digits
    return 4
