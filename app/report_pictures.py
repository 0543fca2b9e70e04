"""The pictures of a report: fields with their legends, curves, and the options on one axis each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.case import Case
from app.heart_picture import draw_field
from app.options_picture import draw_options
from app.report_curves import draw_curves
from geometry.progress import Progress
from solvers.result import Result

WANTED = ("activation_time", "velocity", "wall_shear_stress")
FIELD, BESIDE, ACROSS = (2.7, 2.16), (4.7, 1.85), (7.1, 1.85)  # inches: of a field, of curves beside one and across
MOST_OUTCOMES = 4  # of the options, on the first page


@dataclass(frozen=True)
class Pictures:
    """PNG files: of the fields and of the curves by run, and of the options (None where nothing is compared);
    and those that were taken in the window, as ``facts["captures"]`` tells of them."""

    fields: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    curves: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    options: Path | None = None
    captures: Sequence[Path] = ()


def draw_pictures(case: Case, facts: Mapping[str, Any], room: Path, progress: Progress) -> Pictures:
    """Draw all pictures of the report with these ``facts`` into the folder ``room``."""
    fields: dict[str, list[Path]] = {}
    curves: dict[str, list[Path]] = {}
    names = [run["name"] for run in facts["runs"]]
    for index, name in enumerate(names):
        progress(index / len(names), f"Drawing '{name}' for the report")
        result = case.result(name)
        fields[name] = _draw_fields(case, name, result, room)
        known = [trace for trace in ("ecg", "pressure_flow") if trace in result.traces]
        size = BESIDE if len(fields[name]) == 1 else ACROSS
        curves[name] = [draw_curves(result, trace, room / f"{name}-{trace}.png", size) for trace in known]
    table = facts["options"]
    options = draw_options(table, main_outcomes(table), room / "options.png") if table else None
    taken = [case.folder / "captures" / str(one["file"]) for one in facts["captures"]]
    return Pictures(fields, curves, options, taken)


def main_outcomes(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The outcomes for the first page: those with a better way first, then with members, then with a threshold of severity."""
    ranked = sorted(
        table["outcomes"], key=lambda row: (not row["better"], not row["members"], row["threshold"] is None)
    )
    return ranked[:MOST_OUTCOMES]


def _draw_fields(case: Case, name: str, result: Result, room: Path) -> list[Path]:
    """The main field, and of the first one that has a doubt: with it, and its probability over the threshold.

    None of a run on an older mesh.
    """
    mesh = case.mesh()
    known = [
        one for one in WANTED if mesh is not None and one in result.fields and result.fields[one].fits(len(mesh.points))
    ]
    chosen = [(one, False) for one in known][:1]
    for doubted in [one for one in known if f"{one}_sd" in result.fields][:1]:
        chosen += [(doubted, True), (f"{doubted}_exceedance", False)]
    paths = []
    for number, (one, doubt) in enumerate(chosen):
        path = room / f"{name}-{number}.png"
        draw_field(case, name, one, path, doubt=doubt, size=FIELD)
        paths.append(path)
    return paths
