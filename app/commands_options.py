"""The verb that compares: options of one case against a baseline, or the measures of two cases."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.commands import opened_case
from app.console import print_json, say
from app.options import keep_choice, kept_choice, options_table
from geometry.errors import Refused
from geometry.measures.change import OTHER_SCAN, SAME_SCAN, compare_measures
from solvers.comparison.table import OptionsTable, Row
from solvers.comparison.threshold import share_text

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def compare(
    case: Path,
    *runs: str,
    baseline: str | None = None,
    better: list[str] | None = None,
    threshold: list[str] | None = None,
    json: Json = None,
) -> None:
    """Compare runs of a case as options (outcomes, differences, P(best), ties), or the measures of two cases.

    CASE RUN RUN ...: --baseline is the run that the others differ from (the first without it); --better METRIC=lower, =higher
    or =neither, once for each, says which way is better where that is not declared with the metric; --threshold METRIC=VALUE
    holds a metric against another limit than the declared one. What was compared is kept for the window and the report;
    without runs, what was kept is shown. CASE CASE: a change of a measure that two readers could differ by is not called one.
    """
    if len(runs) == 1 and (Path(runs[0]) / "case.json").is_file():
        _compare_cases(case, Path(runs[0]), json)
        return
    opened = opened_case(case)
    choice = kept_choice(opened)
    if runs:
        choice = replace(choice, runs=tuple(runs), baseline=runs[0])
    choice = replace(choice, baseline=baseline or choice.baseline, better={**choice.better, **_ways(better or [])})
    choice = replace(choice, thresholds={**choice.thresholds, **_limits(threshold or [])})
    table = options_table(opened, choice)
    keep_choice(opened, choice)
    _tell(table)
    print_json({"case": str(case), **table.to_dict()}, json)


def _ways(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, way = word.partition("=")
        if not sign or way not in ("lower", "higher", "neither"):
            raise Refused(
                f"{word!r} says not which way is better; write METRIC=lower, METRIC=higher or METRIC=neither."
            )
        found[name] = "" if way == "neither" else way
    return found


def _limits(words: list[str]) -> dict[str, float]:
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            found[name] = float(value)
        except ValueError as wrong:
            raise Refused(f"{word!r} is no threshold; write METRIC=VALUE, e.g. qrs_duration=120.") from wrong
    return found


def _tell(table: OptionsTable) -> None:
    for row in table.rows:
        way = f"{row.outcome.better} is better" if row.outcome.better else "no way is better"
        by = " (chosen by the user)" if row.outcome.chosen else ""
        say(f"{row.label}, {way}{by}{'. ' + row.why if row.why else ''}")
        for (name, title), line in zip(table.options, _lines(row), strict=True):
            mark = "baseline" if name == table.baseline else ""
            say(f"  {title:24.24} {line or mark}")
    for note in table.notes:
        say(note)


def _lines(row: Row) -> list[str]:
    found = []
    for cell in row.cells:
        parts = [cell.metric.text() if cell.metric is not None else "no answer"]
        parts += [cell.difference.text()] if cell.difference is not None else []
        if cell.best is not None:
            tie = " tied" if row.tie and cell.tied else ""
            parts.append(f"P(best) {share_text(cell.best, row.count)} of {row.count} members{tie}")
        texts = cell.texts(row)
        parts += [texts[name] for name in ("chance", "inside") if texts[name]]
        found.append("   ".join(parts))
    return found


def _compare_cases(case_a: Path, case_b: Path, json: str | None) -> None:
    first, second = opened_case(case_a), opened_case(case_b)
    for opened in (first, second):
        if not opened.measures():
            raise Refused(f"The case {opened.title!r} has no measures yet; segment it first.")
    same = first.image_digest() == second.image_digest()
    changes = compare_measures(first.measures(), second.measures(), SAME_SCAN if same else OTHER_SCAN)
    for change in changes:
        say(f"  {change.label}: {change.text()}")
    rows = [vars(change) | {"change": change.change} for change in changes]
    print_json({"before": str(case_a), "after": str(case_b), "same_scan": same, "changes": rows}, json)


OPTION_VERBS: Mapping[str, Any] = {"compare": compare}
