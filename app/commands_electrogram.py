"""The verb that records electrograms."""

from collections.abc import Mapping
from csv import reader as csv_reader
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from app.commands import Json, opened_case, point, run
from app.console import print_json, say
from app.point_table import read_points
from geometry.errors import Refused


def electrogram(
    case: Path,
    *,
    out: Path,
    points: Path | None = None,
    point_: Annotated[tuple[str, ...], Parameter("--point", allow_leading_hyphen=True)] = (),
    scenario: str | None = None,
    json: Json = None,
) -> None:
    """Record electrograms of a finished run at catheter points: unipolar, and bipolar of each point against the next.

    The heart lies in blood without end (pseudo-bidomain, 0.7 S/m); points may touch the wall.

    Parameters
    ----------
    out
        Table to write (.csv): time_ms, uni_1_mV ..., bi_1_2_mV ...
    points
        Table of points (.csv), a row x,y,z (mm, RAS) each
    point_
        One more point x,y,z; may be repeated
    scenario
        The run; the newest of the heart's activation without
    """
    opened = opened_case(case)
    places = [*(read_points(points) if points is not None else ()), *(point(text) for text in point_)]
    if not places:
        raise Refused(
            "No catheter point was given. Name a table with --points, or a place with --point x,y,z (mm, RAS)."
        )
    name = scenario or next((run for run in reversed(opened.runs()) if _has_activation(opened.result(run))), None)
    if name is None:
        raise Refused("The case has no finished run of the heart's activation; simulate one first.")
    run(opened, "electrogram", {"run": name, "points": places, "out": str(out.resolve())})
    rows = _told(out, np.array(places))
    for row in rows:
        say(f"  {row['name']}: {row['amplitude_mV']:.3g} mV{row['words']}")
    say(f"The electrograms of {name!r} are in {out}")
    numbers = [{key: value for key, value in row.items() if key != "words"} for row in rows]
    print_json({"case": str(case), "run": name, "electrograms": numbers, "table": str(out)}, json)


def _has_activation(result: Any) -> bool:
    return "activation_time" in result.fields


def _told(table: Path, points: np.ndarray) -> list[dict[str, Any]]:
    """Amplitude of each curve, and when it falls steepest (unipolar) or how far its points are apart (bipolar)."""
    with table.open(newline="", encoding="utf-8") as file:
        head, *body = csv_reader(file)
    columns = dict(zip(head, np.array(body, float).T, strict=True))
    times, rows = columns.pop("time_ms"), []
    for number, (name, values) in enumerate(columns.items()):
        row: dict[str, Any] = {"name": name.removesuffix("_mV"), "amplitude_mV": float(np.ptp(values))}
        if number < len(points):
            steepest = int(np.argmin(np.diff(values)))
            row["downslope_ms"] = float(0.5 * (times[steepest] + times[steepest + 1]))
            row["words"] = f", steepest fall at {row['downslope_ms']:.1f} ms"
        else:
            first = number - len(points)
            row["spacing_mm"] = float(np.linalg.norm(points[first + 1] - points[first]))
            row["words"] = f", {row['spacing_mm']:.1f} mm apart"
        rows.append(row)
    return rows


ELECTROGRAM_VERBS: Mapping[str, Any] = {"electrogram": electrogram}
