"""What in a case no longer fits what it was made from."""

from pydantic import ValidationError

from app.case import Case
from app.provenance import IMPORTED, digest_of, read_options, read_origin
from app.scenario_tree import depths_among, numbers_digest, parent_moved
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
    known = stale_scenarios(case)
    found += [sentence for name in known for sentence in known[name]]
    heart = _mesh_digest(case)
    orphans = [name for name in case.runs() if name not in known and _older_than_mesh(case, name, heart)]
    found += [f"The run {name!r} is older than its mesh; run it again." for name in orphans]
    return tuple(found)


def own_marks_differ(case: Case) -> bool:
    """Whether landmarks were moved, or put back, since the mesh was named by them."""
    mesh = case.folder / "mesh"
    if not (mesh / "heart.npz").exists():
        return False
    return landmarks_from(read_options(mesh).get("landmarks") or {}) != case.landmarks()


def scar_digest(case: Case) -> str:
    """A hash of the scar that a mesh would hold; empty while none was measured."""
    return digest_of(case.folder / "scar" / "scar.nii.gz")


def stale_scenarios(case: Case) -> dict[str, tuple[str, ...]]:
    """What no longer fits of each scenario by name: its run to the mesh or to its numbers, a child to its parent."""
    scenarios, old = case.scenarios(), old_runs(case)
    found = {}
    for name in scenarios:
        moved = parent_moved(scenarios, name)
        told = (old[name],) if name in old else ()
        found[name] = (*told, f"'{scenarios[name].title}': {moved}") if moved else told
    return found


def old_runs(case: Case) -> dict[str, str]:
    """The runs that are to be made again, by the name of their scenario, each with a sentence why; parents come first."""
    scenarios, heart, found = case.scenarios(), _mesh_digest(case), dict[str, str]()
    for name in depths_among(scenarios, case.runs()):
        if _older_than_mesh(case, name, heart):
            found[name] = f"The run '{scenarios[name].title}' is older than its mesh; run it again."
        elif (changed := _ran_otherwise(case, name, scenarios[name])) is not None:
            found[name] = changed
    return found


def run_fits(case: Case, name: str) -> bool:
    """Whether a scenario was run, on the mesh and with the numbers that it has now."""
    return name in case.runs() and name not in old_runs(case)


def _mesh_digest(case: Case) -> str:
    """A hash of the mesh; empty while there is none."""
    return digest_of(case.folder / "mesh" / "heart.npz")


def _older_than_mesh(case: Case, name: str, heart: str) -> bool:
    return bool(heart) and read_origin(case.folder / "runs" / name) != heart


def _ran_otherwise(case: Case, name: str, scenario: Electrophysiology | Flow) -> str | None:
    """A sentence where the run had other numbers than the scenario has now; an entry that came later had its default."""
    ran = read_numbers(case.folder / "runs" / name)["stamp"].get("scenario")
    try:
        if ran is None or numbers_digest(type(scenario).model_validate(ran)) == numbers_digest(scenario):
            return None
    except ValidationError:
        return f"The run '{scenario.title}' was made by a version of the program whose scenarios had other entries; run it again."
    return f"The scenario '{scenario.title}' was changed after its run; run it again."
