"""What depends on the landmarks of a heart, laid again where they were moved."""

from dataclasses import replace

from geometry.heart_mesh import HeartMesh
from geometry.landmarks import Landmarks, with_landmarks
from geometry.progress import Progress, silent
from solvers.directions.coordinates import KEPT
from solvers.directions.fibers import add_fibers
from solvers.directions.places import name_places
from solvers.wall_records import FiberAngles


def renewed(mesh: HeartMesh, landmarks: Landmarks, own_fibers: bool = False, progress: Progress = silent) -> HeartMesh:
    """The mesh with the landmarks, and with coordinates, fibres and segments that fit them.

    Of Laplace's equations only that from apex to base is solved again. ``own_fibers``: fibres of a file, which stay.
    Refuses as ``with_landmarks`` does.
    """
    moved = with_landmarks(mesh, landmarks)
    kept = {name: values for name, values in moved.point_data.items() if name != f"{KEPT}apex_base"}
    laid = add_fibers(replace(moved, point_data=kept), FiberAngles(), progress)
    if own_fibers:
        laid = replace(laid, fiber=mesh.fiber, sheet=mesh.sheet)
    return name_places(laid)
