"""The table of options: outcomes with intervals, differences to the baseline, P(best), ties. It recommends nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.metric import Metric, digits_for, rounded, with_unit
from solvers.comparison.best import shares_best, tied_with_best
from solvers.comparison.outcomes import Outcome, is_outcome, outcome_of
from solvers.comparison.pairing import Joint, Members, joint_values, shares_draws
from solvers.comparison.threshold import share_text
from solvers.uncertainty.summary import interval

NOT_PAIRED = (
    "Not all options had the same random numbers, so members cannot be compared one by one: differences are as wide as if "
    "the options were unrelated. Run them with the same seed, number of members and uncertain inputs."
)
NO_MEMBERS = "No members kept"
RUN_ONLY = "Computed for the run, not for its members."
TIE = "\u2248 tied"
NO_RECOMMENDATION = "The table recommends nothing: which outcome counts, and how much, is for people to say."


@dataclass(frozen=True)
class Option:
    """A run as one of several options: its metrics by name and the values of its members (see ``Result.members``)."""

    name: str
    title: str
    metrics: Mapping[str, Metric]
    members: Members = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Of an option to the baseline, in the unit: with its 90 % interval where both have members; in the noise or not."""

    value: float
    low: float | None
    high: float | None
    noise: float
    unit: str

    @property
    def clear(self) -> bool | None:
        """Whether it is more than noise and doubt; None where there is no interval and it is more than noise."""
        if abs(self.value) <= self.noise:
            return False
        if self.low is None or self.high is None:
            return None
        return self.low > self.noise or self.high < -self.noise

    def text(self) -> str:
        """E.g. "-12 ms (-15 to -8)"; no number where it is noise."""
        if abs(self.value) <= self.noise:
            return "within noise"
        digits = digits_for(self.value, self.low, self.high, self.unit)
        shown = with_unit(rounded(self.value, digits, plus=True), self.unit)
        if self.low is None or self.high is None:
            return shown
        return f"{shown} ({rounded(self.low, digits, plus=True)} to {rounded(self.high, digits, plus=True)})"


@dataclass(frozen=True)
class Cell:
    """One outcome of one option; ``best`` is P(best), ``tied`` whether it leads or cannot be told from what leads."""

    metric: Metric | None
    values: tuple[float, ...] = ()
    difference: Difference | None = None
    best: float | None = None
    tied: bool = False

    def texts(self, row: "Row") -> dict[str, str]:
        """As shown in its row: "value", "apart" (difference to the baseline), "share" (P(best), with its tie), "chance"
        (P beyond the threshold) and "inside" (P in the usual range)."""
        share = "" if self.best is None else share_text(self.best, row.count)
        limit, usual = row.outcome.threshold, row.outcome.usual
        return {
            "value": self.metric.text() if self.metric is not None else "no answer",
            "apart": self.difference.text() if self.difference is not None else "",
            "share": f"{share}  {TIE}" if share and row.tie and self.tied else share,
            "chance": "" if limit is None else limit.told(self.values, row.unit),
            "inside": "" if usual is None else usual.told(self.values, row.unit),
        }


@dataclass(frozen=True)
class Row:
    """One outcome of all options, in their order; ``why`` says what is missing for P(best)."""

    outcome: Outcome
    label: str
    unit: str
    cells: tuple[Cell, ...]
    count: int = 0
    why: str = ""

    @property
    def tie(self) -> bool:
        """Whether several options lead and cannot be told apart."""
        return sum(cell.tied for cell in self.cells) > 1


@dataclass(frozen=True)
class OptionsTable:
    """Options in the order they were given, rows by outcome, and sentences about the whole."""

    options: tuple[tuple[str, str], ...]
    baseline: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data, with the members' values."""
        return {
            "options": [{"name": name, "title": title, "baseline": name == self.baseline} for name, title in self.options],
            "outcomes": [_plain_row(row, [name for name, _ in self.options]) for row in self.rows],
            "notes": list(self.notes),
        }  # fmt: skip


def compare_options(
    options: Sequence[Option],
    baseline: str,
    better: Mapping[str, str],
    thresholds: Mapping[str, float] | None = None,
) -> OptionsTable:
    """Options against the one named ``baseline``; ``better`` and ``thresholds`` override what is declared of a metric.

    Refuses fewer than two options and a baseline that is not among them.
    """
    names = [option.name for option in options]
    if len(options) < 2:
        raise Refused("Two options at least are needed to compare; name two finished runs.")
    if baseline not in names:
        raise Refused(f"The baseline {baseline!r} is not among the options: {', '.join(names)}.")
    place = names.index(baseline)
    shared = [
        name
        for name in dict.fromkeys(name for option in options for name in option.metrics)
        if sum(name in option.metrics for option in options) > 1
        and is_outcome(next(option.metrics[name] for option in options if name in option.metrics))
    ]
    if not shared:
        raise Refused("These runs share no numbers; compare runs of the same kind.")
    rows = [_row(options, place, outcome_of(name, better, thresholds)) for name in shared]
    notes = [NO_RECOMMENDATION]
    if len(rows) > 1 and rows[0].why.startswith(NO_MEMBERS):
        notes.insert(0, rows[0].why)  # told once of all rather than in every row
        rows = [replace(row, why="") if row.why == notes[0] else row for row in rows]
    with_members = [option.members for option in options if option.members]
    if len(with_members) > 1 and not all(shares_draws(with_members[0], one) for one in with_members[1:]):
        notes.append(NOT_PAIRED)
    chosen = [row.label for row in rows if row.outcome.chosen and row.outcome.better]
    notes += [f"Which way is better was chosen by the user for: {', '.join(chosen)}."] if chosen else []
    moved = [row.label for row in rows if row.outcome.moved]
    notes += [f"The threshold was set by the user for: {', '.join(moved)}."] if moved else []
    return OptionsTable(tuple((o.name, o.title) for o in options), baseline, tuple(rows), tuple(notes))


def _row(options: Sequence[Option], base: int, outcome: Outcome) -> Row:
    metrics = [option.metrics.get(outcome.name) for option in options]
    told = next(metric for metric in metrics if metric is not None)
    joint = joint_values(outcome.name, [option.members for option in options])
    if joint is not None and told.unit == "deg":
        joint = _unrolled(joint)
    best = tied = None
    if joint is not None and outcome.better:
        best, tied = shares_best(joint, outcome), tied_with_best(joint, outcome)
    cells = tuple(
        Cell(
            metric,
            _finite(option.members.get(outcome.name)),
            None if k == base else _difference(options[base], option, outcome),
            None if best is None else float(best[k]),
            tied is not None and bool(tied[k]),
        )
        for k, (option, metric) in enumerate(zip(options, metrics, strict=True))
    )
    return Row(
        outcome, told.label, told.unit, cells, 0 if joint is None else joint.count, _why(options, outcome, joint)
    )


def _why(options: Sequence[Option], outcome: Outcome, joint: Joint | None) -> str:
    if joint is None:
        bare = [f"'{o.title}'" for o in options if not o.members]
        if bare:
            return (
                f"{NO_MEMBERS}: {', '.join(bare)} (no ensemble, or run by an older version); run again with an ensemble to know "
                "P(best) and the doubt of differences."
            )
        asked = all(len(_finite(o.members.get(outcome.name))) > 1 for o in options)
        return "No member has an answer for all." if asked else RUN_ONLY
    return "" if outcome.better or outcome.chosen else "Choose which way is better."


def _difference(base: Option, option: Option, outcome: Outcome) -> Difference | None:
    one, two = base.metrics.get(outcome.name), option.metrics.get(outcome.name)
    if one is None or two is None:
        return None
    noise, value = outcome.noise_at(one.value, two.value), two.value - one.value
    value = _turned(value) if one.unit == "deg" else value
    joint = joint_values(outcome.name, (base.members, option.members))
    if joint is None:
        return Difference(value, None, None, noise, one.unit)
    apart = joint.values[:, 1] - joint.values[:, 0]
    low, high = interval(value + _turned(apart - value) if one.unit == "deg" else apart)
    return Difference(value, float(low), float(high), noise, one.unit)


def _turned[Angle: (float, Floats)](angle: Angle) -> Angle:
    """An angle in degrees as one between -180 and 180."""
    return (angle + 180.0) % 360.0 - 180.0


def _unrolled(joint: Joint) -> Joint:
    """Angles as numbers that can be compared: all within half a turn of the first."""
    first = joint.values[0, 0]
    return Joint(first + _turned(joint.values - first), joint.count, joint.paired)


def _finite(values: Floats | None) -> tuple[float, ...]:
    return () if values is None else tuple(float(value) for value in values if np.isfinite(value))


def _plain_row(row: Row, names: Sequence[str]) -> dict[str, Any]:
    outcome = row.outcome
    by = ("chosen" if outcome.chosen else "declared") if outcome.better else ""
    facts: dict[str, Any] = {
        "name": outcome.name,
        "label": row.label,
        "unit": row.unit,
        "better": outcome.better,
        "better_by": by,
    }
    facts |= {"members": row.count, "tie": row.tie, "why": row.why, "band": outcome.band}
    facts["noise_source"], limit = outcome.noise_source, outcome.threshold
    facts["threshold"] = None if limit is None else limit.value
    facts["threshold_by"] = "" if limit is None else "chosen" if outcome.moved else "declared"
    facts["beyond"] = "" if limit is None else "below" if limit.below else "above"
    facts["usual"] = None if outcome.usual is None else [outcome.usual.low, outcome.usual.high]
    return facts | {"options": {name: _plain_cell(cell, outcome) for name, cell in zip(names, row.cells, strict=True)}}


def _plain_cell(cell: Cell, outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {"metric": None if cell.metric is None else cell.metric.to_dict()}
    apart = cell.difference
    if apart is not None:
        found["difference"] = {**vars(apart), "clear": apart.clear}
    found["p_beyond"] = None if outcome.threshold is None else outcome.threshold.share(cell.values)
    found["p_usual"] = None if outcome.usual is None else outcome.usual.share(cell.values)
    return found | {"p_best": cell.best, "leads_or_tied": cell.tied, "values": list(cell.values)}
