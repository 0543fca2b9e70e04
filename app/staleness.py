"""What in a case no longer fits what it was made from."""

from pydantic import ValidationError

from app.case import Case
from app.provenance import IMPORTED, digest, read_options, read_origin
from geometry.landmarks import landmarks_from
from solvers.result_file import read_numbers
from solvers.scenario import Electrophysiology, Flow


def out_of_date(case: Case) -> tuple[str, ...]:
    """What was made from something that has changed since, as sentences."""
    found = []
    segmentation, mesh, scar = (case.folder / name for name in ("segmentation", "mesh", "scar"))
    if segmentation.exists() and case.image_digest() and read_origin(segmentation) != case.image_digest():
        found.append("The segmentation was made from another scan; segment again.")
    made_from = (IMPORTED, case.segmentation_digest())
    if mesh.exists() and case.segmentation_digest() and read_origin(mesh) not in made_from:
        found.append("The mesh is older than its segmentation; build it again.")
    own = (mesh / "origin.json").exists() and read_origin(mesh) != IMPORTED
    if own and read_options(mesh).get("scar", "") != scar_digest(case):
        found.append("The mesh holds another scar than was measured last, or none; build it again.")
    if own_marks_differ(case):
        found.append("Landmarks were moved after fibres, coordinates and segments were laid; lay them again.")
    if scar.exists() and read_origin(scar) != case.scar_source():
        found.append("Scar was measured on another segmentation or enhancement scan; measure it again.")
    if (mesh / "heart.npz").exists():
        current = digest(mesh / "heart.npz")
        older = [name for name in case.runs() if read_origin(case.folder / "runs" / name) != current]
        found += [f"The run {name!r} is older than its mesh; run it again." for name in older]
    changed = [name for name, scenario in case.scenarios().items() if _ran_otherwise(case, name, scenario)]
    found += [f"The scenario {name!r} was changed after its run; run it again." for name in changed]
    return tuple(found)


def own_marks_differ(case: Case) -> bool:
    """Whether landmarks were moved, or put back, since the mesh was named by them."""
    mesh = case.folder / "mesh"
    if not (mesh / "heart.npz").exists():
        return False
    return landmarks_from(read_options(mesh).get("landmarks") or {}) != case.landmarks()


def scar_digest(case: Case) -> str:
    """A hash of the scar that a mesh would hold; empty while none was measured."""
    path = case.folder / "scar" / "scar.nii.gz"
    return digest(path) if path.exists() else ""


def _ran_otherwise(case: Case, name: str, scenario: Electrophysiology | Flow) -> bool:
    if name not in case.runs():
        return False
    ran = read_numbers(case.folder / "runs" / name)["stamp"].get("scenario")
    if ran is None:
        return False
    try:  # an entry that was not there yet when it ran has its default
        return type(scenario).model_validate(ran) != scenario
    except ValidationError:
        return True
