"""Electrograms of a finished run at catheter points, as a table."""

from collections.abc import Mapping, Sequence
from csv import reader as csv_reader
from csv import writer as csv_writer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.case import Case
from app.needed import needed_mesh
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from solvers.result import Result
from solvers.scenario import Electrophysiology

if TYPE_CHECKING:
    from solvers.electrophysiology.electrogram import Electrograms

Options = Mapping[str, Any]
ACTIVATION = "activation_time"


def electrogram(case: Case, options: Options, progress: Progress) -> None:
    """Write the electrograms of a run. Options: run, points (x, y, z in mm), out (.csv)."""
    from solvers.electrophysiology.eikonal_model import EikonalModel
    from solvers.electrophysiology.lesions import ablated

    heart = needed_mesh(case)
    scenario, activation = activation_of(case.result(str(options["run"])), heart)
    progress(0.1, "Preparing the heart")
    model = EikonalModel(ablated(heart, scenario.lesions))
    progress(0.6, "Computing the electrograms")
    write_electrograms(model.electrograms(scenario, activation, np.array(options["points"])), Path(options["out"]))


def activation_of(result: Result, heart: HeartMesh) -> tuple[Electrophysiology, np.ndarray]:
    """The scenario and the activation (n,) ms of a run; refuses one of blood, or on another mesh."""
    if ACTIVATION not in result.fields or "scenario" not in result.stamp:
        raise Refused("This run has no activation; choose a run of the heart's activation.")
    values = np.asarray(result.fields[ACTIVATION].values, float)
    if result.stamp.get("mesh") != heart.digest() or len(values) != len(heart.points):
        raise Refused("This run was made on another mesh than the case has now; simulate again.")
    return Electrophysiology.model_validate(result.stamp["scenario"]), values


def write_electrograms(found: "Electrograms", path: Path) -> None:
    """A table: time_ms, then uni_1 .. uni_p and bi_1_2 .. in mV."""
    count = len(found.points)
    names = ["time_ms", *(f"uni_{k}_mV" for k in range(1, count + 1)), *(f"bi_{k}_{k + 1}_mV" for k in range(1, count))]
    columns = np.vstack([found.times, found.unipolar, found.bipolar])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv_writer(file)
            writer.writerow(names)
            writer.writerows([f"{value:.6g}" for value in row] for row in columns.T)
    except OSError as failure:
        raise Refused(f"{path} cannot be written ({failure.strerror}). Choose another file.") from failure


def read_points(path: Path) -> list[tuple[float, float, float]]:
    """Points of a table with three columns x,y,z in mm (RAS), with or without a head."""
    return [place for _, place in read_named_points(path)]


def read_named_points(path: Path) -> list[tuple[str, tuple[float, float, float]]]:
    """(name, place) of each row x,y,z or name,x,y,z of a table; refuses rows that are no numbers, naming the row."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [[cell.strip() for cell in row] for row in csv_reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError) as failure:
        raise Refused(f"The table {path.name} cannot be read; give a file of rows x,y,z in mm (.csv).") from failure
    found: list[tuple[str, tuple[float, float, float]]] = []
    for number, row in enumerate(rows, 1):
        place = _place(row[-3:])
        if place is None and number == 1 and not any(_is_number(cell) for cell in row[-3:]):
            continue  # the head
        if place is None:
            raise Refused(f"Row {number} of {path.name} is not x,y,z or name,x,y,z with finite numbers in mm.")
        found.append((row[0] if len(row) > 3 else str(len(found) + 1), place))
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _place(cells: Sequence[str]) -> tuple[float, float, float] | None:
    try:
        x, y, z = (float(cell) for cell in cells)
    except ValueError:
        return None
    return (x, y, z) if np.isfinite([x, y, z]).all() else None
