"""What changed between two readings, and whether it is more than two readers of the same heart would differ by."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geometry.metric import Metric, rounded, with_unit

SAME_SCAN, OTHER_SCAN = "another_reader", "another_scan"
REAL, NOISE, UNKNOWN, UNLIKE = "real", "within reading noise", "reading noise not known", "other convention"
REPEATABILITY = 1.96 * 2**0.5  # times the standard deviation of one reading: 95 % of repeats differ by less


@dataclass(frozen=True)
class Change:
    """One quantity before and after.

    noise    the largest difference that reading alone makes, in the unit; None where none is on record
    verdict  "real", "within reading noise", "reading noise not known" or "other convention"
    source   where the noise is from
    """

    name: str
    label: str
    unit: str
    before: float
    after: float
    noise: float | None
    verdict: str
    source: str

    @property
    def change(self) -> float:
        """After - before."""
        return self.after - self.before

    def text(self) -> str:
        """E.g. "+12 points: real (reading noise 7.5)"; a change in the noise is not given as a number of its own."""
        digits = 1 if max(abs(self.before), abs(self.after)) < 20 else 0
        unit = "points" if self.unit == "%" else self.unit
        step = with_unit(rounded(self.change, digits, plus=True), unit)
        noise = "" if self.noise is None else with_unit(f"{self.noise:.{digits}f}", unit)
        if self.verdict == NOISE:
            return f"no change beyond reading noise ({noise})"
        return f"{step}, {self.verdict}" + (f" (reading noise {noise})" if noise else "")


@dataclass(frozen=True)
class _Noise:
    kind: str
    value: float
    source: str

    def limit(self, before: float, after: float) -> float:
        """As it stands, or from a coefficient of variation in %."""
        mean = (abs(before) + abs(after)) / 2
        return self.value if self.kind == "limit" else REPEATABILITY * self.value / 100.0 * mean


def compare_measures(
    before: Sequence[Metric], after: Sequence[Metric], situation: str = SAME_SCAN
) -> tuple[Change, ...]:
    """The quantities that both have, in the order of ``after``.

    ``situation`` is SAME_SCAN for two segmentations of one scan and OTHER_SCAN for two scans.
    """
    known = {metric.name: metric for metric in before}
    return tuple(
        _compare(known[m.name], m, situation) for m in after if m.name in known and known[m.name].unit == m.unit
    )


def _compare(before: Metric, after: Metric, situation: str) -> Change:
    noise = _table().get((situation, after.name))
    limit = None if noise is None else noise.limit(before.value, after.value)
    if before.convention != after.convention:
        verdict = UNLIKE
    elif before.value == after.value:
        verdict = NOISE if limit is not None else UNKNOWN
    elif limit is None:
        verdict = UNKNOWN
    else:
        verdict = REAL if abs(after.value - before.value) > limit else NOISE
    source = "" if noise is None else noise.source
    return Change(after.name, after.label, after.unit, before.value, after.value, limit, verdict, source)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], _Noise]:
    with (Path(__file__).parent / "reading_noise.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["situation"], row["quantity"]): _Noise(
            row["kind"], float(row["value"]), f"{row['source']}{', doi ' + row['doi'] if row['doi'] else ''}"
        )
        for row in rows
    }
