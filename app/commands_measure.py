"""The verbs that measure a case again, and compare the measures of two."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.commands import opened_case, run, tell_metrics
from app.console import print_json, say
from geometry.errors import Refused
from geometry.measures.body import indexed
from geometry.measures.change import OTHER_SCAN, SAME_SCAN, compare_measures

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def measure(case: Path, *, json: Json = None) -> None:
    """Measure the present segmentation again: volumes over the beat, wall thickness, and both per body surface."""
    opened = opened_case(case)
    run(opened, "measure", {})
    metrics, function = opened.measures(), opened.function()
    wall = None if function is None or function.wall is None else function.wall.to_dict()
    curves = [] if function is None else [curve.to_dict() for curve in function.curves]
    more = {"case": str(case), "wall": wall, "curves": curves}
    tell_metrics((*metrics, *indexed(metrics, opened.subject())), json, more)


def compare(case_a: Path, case_b: Path, *, json: Json = None) -> None:
    """Compare the measures of two cases; a change that two readers could differ by is not called one."""
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


MEASURE_VERBS: Mapping[str, Any] = {"measure": measure, "compare": compare}
