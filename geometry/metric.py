"""A number somebody reads: with its unit, its interval and where it comes from."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Metric:
    """One answer.

    name       stable key, e.g. "ejection_fraction"
    label      as shown, e.g. "LV ejection fraction"
    value      in ``unit``
    low, high  bounds of the 90 % interval, or None where there is none
    note       convention, source or warning in words
    """

    name: str
    label: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    note: str = ""

    def text(self) -> str:
        """The value with no more digits than its interval supports, e.g. "58 % (54 to 62)"."""
        digits = _digits(self.value, self.low, self.high)
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        shown = f"{self.value:.{digits}f}{unit}"
        if self.low is None or self.high is None:
            return shown
        return f"{shown} ({self.low:.{digits}f} to {self.high:.{digits}f})"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def _digits(value: float, low: float | None, high: float | None) -> int:
    width = abs(value) / 5 if low is None or high is None else high - low
    if width == 0:
        return 0
    for digits, least in ((0, 3.0), (1, 0.3), (2, 0.03), (3, 0.003)):
        if width >= least:
            return digits
    return 4
