"""The verb that measures a case again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.commands import opened_case, run, tell_metrics
from geometry.measures.body import indexed

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


MEASURE_VERBS: Mapping[str, Any] = {"measure": measure}
