"""A mesh from elsewhere as the heart of a case, and the heart of a case for elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.case import Case
from app.provenance import IMPORTED
from app.scenarios import default_scenarios
from geometry.errors import Refused
from geometry.exchange.mesh_import import Wishes, import_mesh
from geometry.exchange.surface_words import parse_surfaces
from geometry.exchange.writing import write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.landmarks import Landmarks
from geometry.mesh_measures.summary import measured_wall
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from solvers.directions.fibers import add_fibers
from solvers.directions.places import name_places
from solvers.wall_records import FiberAngles

NEEDED = ("endo_lv", "epi", "base")
RULED = "The file has no fibres to use; they were laid by rule."
OWN_FIBERS = (
    "The fibres of the file are kept and go out with the mesh; activation lays its own by the angles of its scenario."
)


def take_mesh(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Make a mesh file the heart of the case, whatever it had before. Options: files, unit, surfaces (texts), edge."""
    files = [Path(file) for file in options["files"]]
    edge = float(options["edge"]) if options.get("edge") else None
    wishes = Wishes(options.get("unit"), parse_surfaces(options.get("surfaces") or []), edge)
    mesh = import_mesh(files, wishes, part(progress, 0.0, 0.7))
    mesh, metrics = measured(with_fibers(mesh, part(progress, 0.7, 0.9)))
    case.save_landmarks(Landmarks())  # they were those of another heart
    case.save_mesh(mesh, metrics, source=IMPORTED, unit=wishes.unit, surfaces=dict(wishes.surfaces), edge=edge)
    for name, scenario in default_scenarios(case.measures(), mesh).items():
        if name not in case.scenarios():
            case.save_scenario(name, scenario)


def measured(mesh: HeartMesh) -> tuple[HeartMesh, tuple[Metric, ...]]:
    """The mesh with the names of its places and its measures, as far as a shape from elsewhere allows them."""
    if not _is_known(mesh):
        return mesh, ()
    try:
        return measured_wall(name_places(mesh))
    except Refused as refusal:
        return replace(mesh, notes=(*mesh.notes, f"It could not be measured: {refusal}")), ()


def give_mesh(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Write the mesh to a file. Options: out (its ending names the format), surface (the only one to write)."""
    mesh = case.mesh()
    if mesh is None:
        raise Refused(f"The case {case.title!r} has no mesh yet; build or import one first.")
    out = Path(options["out"])
    out.parent.mkdir(parents=True, exist_ok=True)
    progress(0.1, "Writing the mesh")
    write_mesh(mesh, out, surface=options.get("surface"))


def with_fibers(mesh: HeartMesh, progress: Progress = silent) -> HeartMesh:
    """The mesh with wall coordinates, and with fibres and sheets by rule where it has none, if its surfaces are known."""
    if not _is_known(mesh):
        return mesh
    ruled = add_fibers(mesh, FiberAngles(), progress)
    if mesh.fiber is None:
        return replace(ruled, notes=(*mesh.notes, RULED))
    if mesh.sheet is not None:
        return replace(ruled, fiber=mesh.fiber, sheet=mesh.sheet, notes=(*mesh.notes, OWN_FIBERS))
    assert ruled.sheet is not None
    across = np.cross(np.cross(mesh.fiber, ruled.sheet), mesh.fiber)  # the part of the sheet beside the fibre
    length = np.linalg.norm(across, axis=1, keepdims=True)
    if (length < 0.01).any():
        return replace(ruled, fiber=mesh.fiber, sheet=None, notes=(*mesh.notes, OWN_FIBERS))
    sheet = across / length
    return replace(
        ruled, fiber=mesh.fiber, sheet=sheet, notes=(*mesh.notes, OWN_FIBERS, "Its sheets were laid by rule.")
    )


def _is_known(mesh: HeartMesh) -> bool:
    return mesh.kind == "ventricles" and set(NEEDED) <= set(mesh.facet_names.values())
