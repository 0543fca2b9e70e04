"""What is known of an outcome before anybody looks at it: which way is better, and which difference is noise."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from geometry.errors import Refused
from geometry.metric import Metric
from solvers.comparison.threshold import Threshold, UsualRange

Way = Literal["lower", "higher", ""]
WAYS = ("lower", "higher", "")
SITES = ("earliest_site", "latest_site")  # a place in words beside a time: nothing to rank


@dataclass(frozen=True)
class Outcome:
    """A metric as something to compare options by.

    better  "lower", "higher" or "" where nobody has said; ``chosen``: by the user, not declared with the metric
    noise   a difference that the numbers alone can make: in the unit, or (``relative``) a share of the values
    band    what is usual or severe, in words, ``threshold`` the limit of that (``moved``: where the user wants it), ``usual``
            both ends of it where it has two, and ``source`` where they come from
    """

    name: str
    better: Way = ""
    chosen: bool = False
    noise: float = 0.0
    relative: bool = False
    noise_source: str = ""
    band: str = ""
    threshold: Threshold | None = None
    usual: UsualRange | None = None
    moved: bool = False
    source: str = ""

    def noise_at(self, one: float, two: float) -> float:
        """The largest difference between two values that is noise, in the unit of the metric."""
        return self.noise * (abs(one) + abs(two)) / 2 if self.relative else self.noise


@lru_cache(maxsize=1)
def declared_outcomes() -> Mapping[str, Outcome]:
    """Every outcome of outcomes.csv by the name of its metric."""
    with (Path(__file__).parent / "outcomes.csv").open(newline="", encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    return {row["name"]: _outcome(row) for row in rows}


def outcome_of(name: str, better: Mapping[str, str], thresholds: Mapping[str, float] | None = None) -> Outcome:
    """What is declared of the metric ``name``, with the way and the threshold that the user has chosen for it, if any.

    ``better`` is metric name -> "lower", "higher" or "" (neither); refuses other words. ``thresholds`` are in the units of
    the metrics; what lies on the worse side of one counts, above it where nobody has said which side is worse.
    """
    found = _better(declared_outcomes().get(name, Outcome(name)), better)
    if name not in (thresholds or {}):
        return found
    below = found.threshold.below if found.threshold is not None else found.better == "higher"
    return replace(found, threshold=Threshold((thresholds or {})[name], below), moved=True)


def _better(found: Outcome, better: Mapping[str, str]) -> Outcome:
    name = found.name
    if name not in better:
        return found
    if better[name] not in WAYS:
        raise Refused(f"{better[name]!r} is no way to be better for {name}; say lower, higher or nothing.")
    return replace(found, better=cast(Way, better[name]), chosen=True)


def is_outcome(metric: Metric) -> bool:
    """Whether options can be compared by this number."""
    return metric.name not in SITES


def _outcome(row: Mapping[str, str]) -> Outcome:
    relative = row["kind"] == "percent"
    noise = float(row["noise"] or 0.0)
    return Outcome(
        name=row["name"],
        better=cast(Way, row["better"]),
        noise=noise / 100.0 if relative else noise,
        relative=relative,
        noise_source=row["noise_source"],
        band=row["band"],
        threshold=Threshold(float(row["threshold"]), row["beyond"] == "below") if row["threshold"] else None,
        usual=UsualRange(float(row["usual_low"]), float(row["usual_high"])) if row["usual_low"] else None,
        source=row["source"],
    )
