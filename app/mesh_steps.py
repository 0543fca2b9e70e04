"""How the mesh of a case is made: of the wall from a cine, of the blood from a contrast CT."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.case import Case
from app.heart_steps import with_moved
from app.scenarios import default_scenarios
from app.staleness import scar_digest
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.meshing import USUAL_EDGES
from geometry.metric import Metric
from geometry.progress import Progress, part
from geometry.segmentation import RV, Segmentation

if TYPE_CHECKING:
    from geometry.meshing.long_axis import LongAxisPlane

WHOLE, LEFT = "ventricles", "lv"
CAVITIES = {"lv_blood": "lv", "rv_blood": "rv"}
PARTS = (WHOLE, LEFT, *CAVITIES)
Built = tuple[HeartMesh, tuple[Metric, ...]]


def build_mesh(
    case: Case, segmentation: Segmentation, image: Image, options: Mapping[str, Any], progress: Progress
) -> None:
    """Mesh the segmentation and keep it, with the scenarios that a new twin starts with.

    Options: part (one of ``PARTS``), edge, scar_edge (mm), files (label maps of long-axis planes), wall_layers (how many, in
    blood), first_layer (mm), layer_growth.
    """
    wanted = options.get("part") or WHOLE
    if wanted not in PARTS:
        raise Refused(f"There is no part {wanted!r} to mesh; there are: {', '.join(PARTS)}.")
    edge = float(options.get("edge") or USUAL_EDGES[image.modality])
    kept: dict[str, Any] = {"edge": edge, "landmarks": case.landmarks().moved()}
    if image.modality == "MR":
        kept |= {"scar": scar_digest(case), "scar_edge": options.get("scar_edge")}
        kept |= {"part": wanted, "long_axis_maps": len(options.get("files") or ())}
        if wanted in CAVITIES:
            built, metrics = _cavity(segmentation, CAVITIES[wanted], edge, options, progress)
        else:
            if options.get("wall_layers"):
                raise Refused("Wall layers are for blood, and this mesh is of the wall; leave --wall-layers out.")
            left = segmentation if wanted == WHOLE else without_right(segmentation)
            built, metrics = _ventricles(case, left, edge, options, progress)
    else:
        if options.get("scar_edge") or options.get("files") or wanted != WHOLE:
            raise Refused("The mesh of a CT is of the blood; leave parts, edges at scar and long-axis label maps out.")
        built, metrics = _blood_pool(segmentation, edge, options, progress)
    if options.get("wall_layers"):
        kept |= {name: options.get(name) for name in ("wall_layers", "first_layer", "layer_growth")}
    case.save_mesh(built, metrics, **kept)
    if wanted in CAVITIES:
        return
    for name, scenario in default_scenarios(case.measures(), built).items():
        if name not in case.scenarios():
            case.save_scenario(name, scenario)


def _ventricles(
    case: Case, segmentation: Segmentation, edge: float, options: Mapping[str, Any], progress: Progress
) -> Built:
    from geometry.mesh_measures.summary import measured_wall
    from geometry.meshing.ventricles import build_ventricles
    from solvers.directions.fibers import add_fibers
    from solvers.directions.places import name_places
    from solvers.scenario import FiberAngles

    fine = _scar_edge(case, edge, options)
    planes = _planes(options)
    doing = part(progress, 0.0, 0.4 if fine else 0.6)
    built = build_ventricles(segmentation, edge=edge, planes=planes, progress=doing)
    if fine:
        built = _refined(case, built, edge, fine, part(progress, 0.4, 0.6))
    progress(0.6, "Laying fibres")
    built = name_places(add_fibers(built, FiberAngles(), part(progress, 0.6, 0.9)))
    progress(0.9, "Measuring the wall")
    built, metrics = measured_wall(with_moved(case, built))
    progress(0.95, "Bringing scar onto the mesh")
    return _with_scar(case, built), metrics


def without_right(segmentation: Segmentation) -> Segmentation:
    """The labels without the right ventricle."""
    return replace(segmentation, labels=np.where(segmentation.labels == RV, 0, segmentation.labels).astype(np.uint8))


def _planes(options: Mapping[str, Any]) -> "tuple[LongAxisPlane, ...]":
    from geometry.meshing.long_axis import read_planes

    files = [Path(file) for file in options.get("files") or ()]
    return read_planes(files) if files else ()


def _cavity(
    segmentation: Segmentation, side: str, edge: float, options: Mapping[str, Any], progress: Progress
) -> Built:
    from geometry.meshing.cavity_blood import build_cavity

    if options.get("scar_edge"):
        raise Refused("Edges at scar were asked for, and blood has none; leave --scar-edge out.")
    built = build_cavity(segmentation, side, edge=edge, planes=_planes(options), progress=part(progress, 0.0, 0.8))
    return _layered(built, options, part(progress, 0.8, 1.0)), ()


def _scar_edge(case: Case, edge: float, options: Mapping[str, Any]) -> float | None:
    """mm at scar; None where there is none."""
    from geometry.meshing.scar_edges import scar_edge_for

    wanted = options.get("scar_edge")
    if case.scar_rule() is None:
        if wanted:
            raise Refused(f"The case {case.title!r} has no scar to refine the mesh at; measure it first (scar).")
        return None
    return scar_edge_for(edge, float(wanted) if wanted else None)


def _refined(case: Case, built: HeartMesh, edge: float, fine: float, progress: Progress) -> HeartMesh:
    from geometry.meshing.scar_edges import refined_at_scar

    marked = _with_scar(case, built)
    return refined_at_scar(replace(marked, notes=built.notes), edge, fine, progress)


def scar_volume(case: Case) -> float:
    """mm3 of core and border that the mesh will be refined at; 0 while no scar was measured."""
    study, picked = case.scar(chances=False), case.scar_rule()
    if study is None or picked is None:
        return 0.0
    from geometry.scar.rules import BORDER, classify, rule_named

    labels = classify(study.tissue, rule_named(picked), study.no_reflow)
    return float((labels >= BORDER).sum() * abs(np.linalg.det(study.tissue.affine[:3, :3])))


def _with_scar(case: Case, built: HeartMesh) -> HeartMesh:
    """The mesh with the scar of the late enhancement as regions, where it was measured."""
    study, picked = case.scar(chances=False), case.scar_rule()
    if study is None or picked is None:
        return built
    from geometry.scar.on_mesh import scar_on_mesh
    from geometry.scar.rules import classify, rule_named

    return scar_on_mesh(built, classify(study.tissue, rule_named(picked), study.no_reflow), study.tissue).mesh


def _blood_pool(segmentation: Segmentation, edge: float, options: Mapping[str, Any], progress: Progress) -> Built:
    from geometry.centerline import centerline, flow_metrics
    from geometry.mesh_measures.summary import measured_narrowing
    from geometry.meshing.blood_pool import build_blood_pool

    built = build_blood_pool(segmentation, edge=edge, progress=part(progress, 0.0, 0.8))
    built = _layered(built, options, part(progress, 0.8, 0.9))
    progress(0.9, "Measuring the narrowing")
    line = centerline(built)
    return built, (*flow_metrics(built, line), *measured_narrowing(built, line))


def _layered(built: HeartMesh, options: Mapping[str, Any], progress: Progress) -> HeartMesh:
    """The blood with wall layers where they were asked for; as it was, with a sentence, where they do not fit."""
    if not options.get("wall_layers"):
        return built
    from geometry.meshing.grading import GradingError
    from geometry.meshing.wall_layers import GROWTH, with_wall_layers

    first = float(options["first_layer"]) if options.get("first_layer") else None
    growth = float(options.get("layer_growth") or GROWTH)
    try:
        return with_wall_layers(built, int(options["wall_layers"]), first, growth, progress).mesh
    except GradingError as failure:
        return replace(built, notes=(*built.notes, f"There are no wall layers: {failure}."))
