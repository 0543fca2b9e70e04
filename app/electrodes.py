"""The electrodes of a scenario's ECG: where they are, moved ones from a table, and back to a table."""

from collections.abc import Mapping, Sequence
from csv import writer as csv_writer
from pathlib import Path

from pydantic import ValidationError

from app.case import Case
from app.electrogram_steps import read_named_points
from app.needed import needed_mesh
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.electrodes import NAMES, moved_electrodes
from solvers.scenario import ElectrodePlace, Electrophysiology

Point = tuple[float, float, float]


def electrical(case: Case, name: str) -> Electrophysiology:
    """A stored scenario of the heart's activation; refuses another kind."""
    scenario = case.scenario(name)
    if not isinstance(scenario, Electrophysiology):
        raise Refused(f"{scenario.title!r} has no ECG. Choose a scenario of the heart's activation.")
    return scenario


def placed_electrodes(mesh: HeartMesh, case: Case, name: str) -> dict[str, tuple[Point, bool]]:
    """Electrode -> its place in mm (RAS), and whether it was moved off the template."""
    scenario = electrical(case, name)
    own = {one.name for one in scenario.electrodes}
    found = moved_electrodes(mesh, scenario.electrodes)
    places = zip(found.names, found.positions, strict=True)
    return {name: ((float(p[0]), float(p[1]), float(p[2])), name in own) for name, p in places}


def with_electrodes(case: Case, name: str, moved: Sequence[ElectrodePlace], *, reset: bool = False) -> None:
    """Keep the scenario with some electrodes moved, on top of those moved before unless they are ``reset``."""
    scenario = electrical(case, name)
    if len({one.name for one in moved}) < len(moved):
        moved_electrodes(needed_mesh(case), moved)  # says which one is there twice
    kept = {} if reset else {one.name: one for one in scenario.electrodes}
    kept |= {one.name: one for one in moved}
    changed = scenario.model_copy(update={"electrodes": tuple(kept[one] for one in NAMES if one in kept)})
    moved_electrodes(needed_mesh(case), changed.electrodes)  # refuses before anything is kept
    case.save_scenario(name, changed)


def moved_from_table(path: Path) -> tuple[ElectrodePlace, ...]:
    """Places from a table of rows NAME,x,y,z; refuses names that are no electrodes."""
    found = []
    for name, (x, y, z) in read_named_points(path):
        try:
            found.append(ElectrodePlace.model_validate({"name": name, "x": x, "y": y, "z": z}))
        except ValidationError:
            raise Refused(
                f"{path.name}: {name!r} at ({x:g}, {y:g}, {z:g}) is no electrode. Rows are NAME,x,y,z in mm within 2 m, "
                f"with one of the names {', '.join(NAMES)}."
            ) from None
    if not found:
        raise Refused(f"{path.name} holds no electrode. Give rows NAME,x,y,z in mm (RAS).")
    return tuple(found)


def write_electrodes(places: Mapping[str, Point], path: Path) -> None:
    """Write a table that ``moved_from_table`` reads."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv_writer(file)
            writer.writerow(["name", "x", "y", "z"])
            writer.writerows([name, *(f"{c:.2f}" for c in place)] for name, place in places.items())
    except OSError as failure:
        raise Refused(f"{path} cannot be written ({failure.strerror}). Choose another file.") from failure
