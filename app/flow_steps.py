"""What a worker does for blood flow: a vessel between rigid walls, or a ventricle whose wall moves."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from app.case import Case
from app.measured_velocity import needed_velocity
from app.mesh_options import CAVITIES, last_options
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.measures.body import body_surface
from geometry.progress import Progress, part
from solvers.flow.execution import Execution
from solvers.result import Result
from solvers.scenario import Flow
from solvers.threads import one_thread


def simulate_flow(
    case: Case,
    blood: HeartMesh,
    scenario: Flow,
    progress: Progress,
    workers: int,
    how: Execution,
    cluster: str,
    members: Path,
) -> Result:
    """Run a flow scenario on the mesh of a case.

    cluster, members   as ``run_flow`` has them: where an ensemble runs, and where its finished members are kept
    """
    if last_options(case).part not in CAVITIES or blood.kind != "blood_pool":
        from solvers.flow.run import run_flow

        with one_thread():
            return run_flow(
                blood,
                scenario,
                progress,
                workers=workers,
                body=body_surface(case.subject()),
                how=how,
                profile=_profile(case, blood, scenario),
                cluster=cluster,
                kept_members=members,
            )
    from solvers.flow.ventricle import run_ventricle

    motion = case.motion()
    if motion is None:
        raise Refused(
            "This blood is that of a ventricle, which pumps by the motion of its wall. Let the wall follow the cine first "
            "(motion), then simulate."
        )
    with one_thread():
        return run_ventricle(blood, motion, scenario, progress, how)


def with_lines(result: Result, blood: HeartMesh, progress: Progress) -> Result:
    """The result of a flow with particles followed through its beat and its streamlines, for the window."""
    from solvers.flow.paths import NAME, particle_paths
    from solvers.flow.streamlines import NAME as STREAMLINES
    from solvers.flow.streamlines import streamlines

    velocity, moved = result.fields["velocity"], result.fields.get("displacement")
    if moved is not None and not moved.times:  # by a device, before the beat
        blood, moved = blood.with_points(blood.points + np.asarray(moved.values)), None
    particles, facts = particle_paths(blood, velocity, moved, part(progress, 0.0, 0.5))
    drawn = {NAME: particles, STREAMLINES: streamlines(blood, velocity, moved, part(progress, 0.5, 1.0))}
    return replace(result, lines={**result.lines, **drawn}, stamp={**result.stamp, NAME: facts})


def _profile(case: Case, blood: HeartMesh, scenario: Flow) -> Floats | None:
    from solvers.flow.measured import measured_profile

    return measured_profile(blood, needed_velocity(case)) if scenario.profile == "measured" else None
