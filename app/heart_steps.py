"""What a worker does with a mesh that is there already: measure it for the views of it."""

from collections.abc import Callable, Mapping
from typing import Any

from app.case import Case
from geometry.errors import Refused
from geometry.fiber_lines import trace_fibers
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from geometry.tet_quality import save_quality

Options = Mapping[str, Any]


def needed_mesh(case: Case) -> HeartMesh:
    """The mesh of the case; refuses where there is none."""
    found = case.mesh()
    if found is None:
        raise Refused(f"The case {case.title!r} has no mesh yet; build it first.")
    return found


def quality(case: Case, options: Options, progress: Progress) -> None:
    """Measure the tetrahedra of the mesh; new meshes are measured when they are kept."""
    progress(0.1, "Measuring the tetrahedra")
    save_quality(needed_mesh(case), case.folder / "mesh")


def fibers(case: Case, options: Options, progress: Progress) -> None:
    """Trace lines along the fibres, to be drawn."""
    case.save_fiber_lines(trace_fibers(needed_mesh(case), progress=progress))


HEART_STEPS: Mapping[str, Callable[[Case, Options, Progress], None]] = {"quality": quality, "fibers": fibers}
