"""What a worker does with a mesh that is there already: measure it, move it, name it again."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from app.case import Case
from app.edited import needed_segmentation
from app.mesh_options import CAVITIES, last_options
from app.metrics_file import read_metrics
from app.needed import needed_image, needed_mesh
from app.provenance import read_options, read_origin
from app.scenarios import VENTRICLE, ventricle_scenario
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress, part
from geometry.tet_quality import save_quality

Options = Mapping[str, Any]


def with_moved(case: Case, mesh: HeartMesh) -> HeartMesh:
    """A fresh mesh by the landmarks that were moved by hand on the one before it."""
    from solvers.directions.renew import renewed

    moved = case.landmarks()
    return renewed(mesh, moved) if moved.moved() else mesh


def quality(case: Case, options: Options, progress: Progress) -> None:
    """Measure the tetrahedra of the mesh; new meshes are measured when they are kept."""
    progress(0.1, "Measuring the tetrahedra")
    save_quality(needed_mesh(case), case.folder / "mesh")


def fibers(case: Case, options: Options, progress: Progress) -> None:
    """Trace lines along the fibres, to be drawn."""
    from geometry.fiber_lines import save_lines, trace_fibers

    save_lines(trace_fibers(needed_mesh(case), progress=progress), case.folder / "mesh")


def motion(case: Case, options: Options, progress: Progress) -> None:
    """Let the wall of the mesh follow the phases of the cine; the blood of a ventricle gets a beat to simulate with it."""
    from geometry.wall_motion.cavity import follow_cavity
    from geometry.wall_motion.follow import follow_wall

    segmentation, image, heart = needed_segmentation(case), needed_image(case), needed_mesh(case)
    shares = None
    if image.cycle and len(image.times) == image.phases:
        shares = np.asarray(image.times) / image.cycle
    side = CAVITIES.get(last_options(case).part)
    if side is None:
        case.save_motion(follow_wall(heart, segmentation, shares, image.cycle, progress))
        return
    case.save_motion(follow_cavity(heart, segmentation, side, shares, image.cycle, progress))
    if VENTRICLE not in case.scenarios():
        case.save_scenario(VENTRICLE, ventricle_scenario(image.cycle))


def landmarks(case: Case, options: Options, progress: Progress) -> None:
    """Lay everything again that depends on the landmarks: coordinates, fibres, segments. Runs are then out of date."""
    from app.mesh_exchange import OWN_FIBERS
    from solvers.directions.renew import renewed

    moved, folder = case.landmarks(), case.folder / "mesh"
    fresh = renewed(needed_mesh(case), moved, OWN_FIBERS in needed_mesh(case).notes, part(progress, 0.0, 0.9))
    progress(0.9, "Keeping the heart")
    case.save_mesh(
        fresh, read_metrics(folder), read_origin(folder), **{**read_options(folder), "landmarks": moved.moved()}
    )


HEART_STEPS: Mapping[str, Callable[[Case, Options, Progress], None]] = {
    "quality": quality,
    "fibers": fibers,
    "motion": motion,
    "landmarks": landmarks,
}
