"""The companion mesh of a case: made once for each mesh, kept beside it."""

from app.case import Case
from app.provenance import digest
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh, load_mesh, save_mesh
from geometry.meshing.companion import NODES, companion_of
from geometry.meshing.grading import GradingError

SMALL = 1.3  # times the nodes of a companion: a mesh no larger needs none


def needs_companion(mesh: HeartMesh) -> bool:
    """Whether answers on the mesh itself are too slow to drag by, and a coarser one can have fibres of its own."""
    ruled = all(len(mesh.tagged(name)) for name in ("endo_lv", "epi", "base"))
    return ruled and len(mesh.points) > SMALL * NODES


def companion(case: Case, mesh: HeartMesh) -> HeartMesh | None:
    """The kept one, else a new one that is kept; None where none can be made (then the fine mesh answers)."""
    folder = case.folder / "mesh"
    path = folder / f"companion-{digest(folder / 'heart.npz')[:12]}.npz"
    if path.exists():
        return load_mesh(path)
    try:
        made = companion_of(mesh)
        fresh = path.with_name(f".{path.name}")
        save_mesh(made, fresh)
        fresh.replace(path)
    except (GradingError, Refused, OSError):
        return None
    return made
