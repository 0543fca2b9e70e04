"""What a worker does for blood flow: a vessel between rigid walls, or a ventricle whose wall moves."""

from dataclasses import replace
from pathlib import Path

from app.case import Case
from app.mesh_options import CAVITIES, last_options
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.measures.body import body_surface
from geometry.progress import Progress, part
from solvers.result import Result
from solvers.scenario import Flow


def simulate_flow(
    case: Case, blood: HeartMesh, scenario: Flow, progress: Progress, workers: int, cluster: str, members: Path
) -> Result:
    """Run a flow scenario on the mesh of a case, and follow particles through its beat for the window to draw.

    cluster, members   as ``run_flow`` has them: where an ensemble runs, and where its finished members are kept
    """
    from solvers.flow.paths import NAME, particle_paths

    result = _computed(case, blood, scenario, part(progress, 0.0, 0.95), workers, cluster, members)
    fields = result.fields
    lines, facts = particle_paths(blood, fields["velocity"], fields.get("displacement"), part(progress, 0.95, 1.0))
    return replace(result, lines={**result.lines, NAME: lines}, stamp={**result.stamp, NAME: facts})


def _computed(
    case: Case, blood: HeartMesh, scenario: Flow, progress: Progress, workers: int, cluster: str, members: Path
) -> Result:
    if last_options(case).part not in CAVITIES or blood.kind != "blood_pool":
        from solvers.flow.run import run_flow

        body = body_surface(case.subject())
        return run_flow(blood, scenario, progress, workers=workers, body=body, cluster=cluster, kept_members=members)
    from solvers.flow.ventricle import run_ventricle

    motion = case.motion()
    if motion is None:
        raise Refused(
            "This blood is that of a ventricle, which pumps by the motion of its wall. Let the wall follow the cine first "
            "(motion), then simulate."
        )
    return run_ventricle(blood, motion, scenario, progress)
