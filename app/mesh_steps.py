"""How the mesh of a case is made: of the wall from a cine, of the blood from a contrast CT."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.case import Case
from app.heart_steps import motion as follow_cine
from app.heart_steps import with_moved
from app.mesh_options import CAVITIES, WHOLE, MeshOptions, needed_options
from app.scenario_tree import with_doubts_of
from app.scenarios import default_scenarios
from app.staleness import scar_digest
from geometry.heart_mesh import HeartMesh
from geometry.image import Image
from geometry.measures.body import body_surface
from geometry.metric import Metric
from geometry.outline_doubt import with_outline_doubt
from geometry.progress import Progress, part
from geometry.segmentation import RV, Segmentation
from geometry.unbroken import unbroken

if TYPE_CHECKING:
    from geometry.meshing.long_axis import LongAxisPlane

Built = tuple[HeartMesh, tuple[Metric, ...]]
PHASES = 4  # of a cine, with which blood can follow it


def build_mesh(
    case: Case, segmentation: Segmentation, image: Image, options: Mapping[str, Any], progress: Progress
) -> None:
    """Mesh the segmentation and keep it, with the scenarios that a new twin starts with; ``options`` as of ``MeshOptions``."""
    asked = needed_options(case, image.modality, options)
    edge = asked.edge_for(image.modality)
    kept: dict[str, Any] = asked.to_job() | {"edge": edge, "landmarks": case.landmarks().moved()}
    kept |= {"long_axis_maps": len(kept.pop("files", ()))}
    if image.modality == "CT":
        built, metrics = _blood_pool(segmentation, edge, asked, part(progress, 0.0, 0.9))
        built = with_outline_doubt(built, segmentation, part(progress, 0.9, 1.0))
    elif asked.part in CAVITIES:
        built, metrics = _cavity(segmentation, edge, asked, body_surface(case.subject()), progress)
    else:
        left = segmentation if asked.part == WHOLE else without_right(segmentation)
        built, metrics = _ventricles(case, left, edge, asked, part(progress, 0.0, 0.9))
        built = with_outline_doubt(built, segmentation, part(progress, 0.9, 1.0))
    if image.modality == "MR":
        kept |= {"scar": scar_digest(case)}
    if asked.part in CAVITIES:
        case.save_mesh(built, metrics, **kept)
        if segmentation.labels.ndim == 4 and segmentation.labels.shape[3] >= PHASES:
            follow_cine(case, {}, part(progress, 0.9, 1.0))
        return
    with unbroken():  # a mesh comes with its scenarios
        case.save_mesh(built, metrics, **kept)
        for name, scenario in default_scenarios(case.measures(), built).items():
            if name not in case.scenarios():
                case.save_scenario(name, scenario)
        for name, scenario in with_doubts_of(case.scenarios(), built).items():
            case.save_scenario(name, scenario)


def _ventricles(case: Case, segmentation: Segmentation, edge: float, asked: MeshOptions, progress: Progress) -> Built:
    from geometry.mesh_measures.summary import measured_wall
    from geometry.meshing.scar_edges import scar_edge_for
    from geometry.meshing.ventricles import build_ventricles
    from solvers.directions.fibers import add_fibers
    from solvers.directions.places import name_places
    from solvers.wall_records import FiberAngles

    fine = scar_edge_for(edge, asked.scar_edge) if case.scar_rule() is not None else None
    planes = _planes(asked)
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


def _planes(asked: MeshOptions) -> "tuple[LongAxisPlane, ...]":
    from geometry.meshing.long_axis import read_planes

    return read_planes([Path(file) for file in asked.files]) if asked.files else ()


def _cavity(
    segmentation: Segmentation, edge: float, asked: MeshOptions, body: float | None, progress: Progress
) -> Built:
    from geometry.meshing.cavity_blood import build_cavity

    side, planes = CAVITIES[asked.part], _planes(asked)
    doing = part(progress, 0.0, 0.8)
    built = build_cavity(segmentation, side, edge=edge, planes=planes, body=body, progress=doing)
    return _layered(built, asked, part(progress, 0.8, 1.0)), ()


def _refined(case: Case, built: HeartMesh, edge: float, fine: float, progress: Progress) -> HeartMesh:
    from geometry.meshing.scar_edges import refined_at_scar

    marked = _with_scar(case, built)
    return refined_at_scar(replace(marked, notes=built.notes), edge, fine, progress)


def _with_scar(case: Case, built: HeartMesh) -> HeartMesh:
    """The mesh with the scar of the late enhancement as regions, where it was measured."""
    study, picked = case.scar(chances=False), case.scar_rule()
    if study is None or picked is None:
        return built
    from geometry.scar.on_mesh import scar_on_mesh
    from geometry.scar.rules import classify, rule_named

    return scar_on_mesh(built, classify(study.tissue, rule_named(picked), study.no_reflow), study.tissue).mesh


def _blood_pool(segmentation: Segmentation, edge: float, asked: MeshOptions, progress: Progress) -> Built:
    from geometry.centerline import centerline, flow_metrics
    from geometry.mesh_measures.summary import measured_narrowing
    from geometry.meshing.blood_pool import build_blood_pool

    built = build_blood_pool(segmentation, edge=edge, progress=part(progress, 0.0, 0.8))
    built = _layered(built, asked, part(progress, 0.8, 0.9))
    progress(0.9, "Measuring the narrowing")
    line = centerline(built)
    return built, (*flow_metrics(built, line), *measured_narrowing(built, line))


def _layered(built: HeartMesh, asked: MeshOptions, progress: Progress) -> HeartMesh:
    """The blood with wall layers where they were asked for; as it was, with a sentence, where they do not fit."""
    if not asked.wall_layers:
        return built
    from geometry.meshing.grading import GradingError
    from geometry.meshing.wall_layers import GROWTH, with_wall_layers

    growth = asked.layer_growth or GROWTH
    try:
        return with_wall_layers(built, asked.wall_layers, asked.first_layer, growth, progress).mesh
    except GradingError as failure:
        return replace(built, notes=(*built.notes, f"There are no wall layers: {failure}."))
