"""The verbs that take a mesh from elsewhere and give ours away."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from app.case import Case
from app.commands import Json, discard, opened_case, run
from app.console import print_json, say
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.surface import area_vectors


def take(
    case: Path,
    *,
    files: Annotated[list[Path], Parameter("--from")],
    unit: str | None = None,
    surface: list[str] | None = None,
    edge: float | None = None,
    title: str | None = None,
    json: Json = None,
) -> None:
    """Make a mesh (VTU, VTK, VTKHDF, MSH, XDMF, openCARP, Tetgen) or a closed surface (VTP, STL, PLY) the heart of a case.

    --from, once for each file: .pts, .elem and .lon of other names, or surfaces apart from each other (endo_lv.stl, epi.stl,
    base.stl; their names tell what they are), which close the wall together or name the boundary of a mesh.

    CASE is made where it is not there yet. --unit is um, mm, cm or m where the guess is wrong; --surface NUMBER=NAME (endo_lv,
    endo_rv, epi, base), once for each, or --surface cobiveco, tells what the tags of the boundary mean; --edge is the size in
    mm of the tetrahedra that a surface is filled with.
    """
    for file in files:
        if not file.is_file():
            raise Refused(f"There is no mesh file {file}; check the path.")
    fresh = not (case / "case.json").is_file()
    opened = Case.create(case, title or case.name) if fresh else opened_case(case)
    options = {"files": [str(file.resolve()) for file in files], "unit": unit, "surfaces": surface or [], "edge": edge}
    try:
        run(opened, "import_mesh", options)
    except BaseException:
        if fresh:
            discard(opened)
        raise
    mesh = opened.mesh()
    assert mesh is not None
    _tell(opened, mesh, json)


def give(
    case: Path,
    *,
    out: Annotated[Path, Parameter("--to")],
    surface: str | None = None,
    json: Json = None,
) -> None:
    """Write the mesh with tags, fibres and fields; the ending of --to names the format.

    .vtu .vtkhdf .vtk .xdmf .msh .pts (openCARP) hold the tetrahedra, .vtp .stl .ply the surface or, with --surface NAME, one
    named part of it. Lengths are in mm, in openCARP's files in micrometres.
    """
    opened = opened_case(case)
    run(opened, "export_mesh", {"out": str(out.resolve()), "surface": surface})
    say(f"Wrote {out}")
    print_json({"case": str(case), "file": str(out), "surface": surface}, json)


MESH_VERBS: Mapping[str, Any] = {"import-mesh": take, "export-mesh": give}


def _tell(case: Case, mesh: HeartMesh, target: str | None) -> None:
    from geometry.quality import mesh_quality

    quality, volume = mesh_quality(mesh), float(mesh.tet_volumes().sum()) / 1000
    areas = {
        name: float(np.linalg.norm(area_vectors(mesh.points, mesh.tagged(name)), axis=1).sum()) / 100
        for name in mesh.facet_names.values()
    }
    for note in mesh.notes:
        say(f"  {note}")
    say(f"  {quality.nodes} nodes, {quality.tets} tetrahedra, edges {quality.edge:.2f} mm, {volume:.1f} ml")
    say("  Surfaces: " + (", ".join(f"{name} {area:.0f} cm2" for name, area in areas.items()) or "none has a name"))
    facts: dict[str, Any] = {"case": str(case.folder), "volume_ml": volume, "surfaces_cm2": areas, "kind": mesh.kind}
    print_json(facts | {"quality": vars(quality) | {}, "fibers": mesh.fiber is not None, "notes": mesh.notes}, target)
