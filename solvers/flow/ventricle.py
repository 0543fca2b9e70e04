"""A ventricle that fills and ejects: its blood driven by the motion of the wall that the cine shows."""

import time

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from geometry.wall_motion.motion import WallMotion
from solvers.backend import dolfinx
from solvers.flow.execution import ALONE, Execution, fingerprint, made_for
from solvers.flow.moving import MovingFlow
from solvers.flow.moving_wall import CineWall, least_volume_share
from solvers.flow.outlets import outlet_of
from solvers.flow.steady import fluid_of
from solvers.flow.valve_times import valve_times
from solvers.flow.ventricle_answers import answers
from solvers.flow.ventricle_beats import pump
from solvers.result import Result
from solvers.scenario import Flow

LEAST_SHARE = 0.02  # of its volume that every tetrahedron must keep


def run_ventricle(
    mesh: HeartMesh, motion: WallMotion, scenario: Flow, progress: Progress, how: Execution = ALONE
) -> Result:
    """Compute beats of a ventricle whose wall moves; the last one is kept.

    mesh    blood of one ventricle (``geometry.meshing.cavity_blood``), motion its own (``geometry.wall_motion.cavity``)
    Fields: velocity (t, n, 3) m/s, pressure (t, n) mmHg, displacement (t, n, 3) mm from the mesh.
    Raises Refused (a mesh or motion that cannot be used, flow that cannot be computed) and Cancelled.
    """
    if how.ranks > 1:
        raise Refused("The flow in a ventricle whose wall moves runs in one process. Run it without --ranks.")
    began = time.perf_counter()
    cycle = 60_000.0 / scenario.heart_rate
    wall = CineWall(mesh, motion, cycle)
    progress(0.0, "Following the volume over the beat")
    least = least_volume_share(mesh, wall, np.linspace(0.0, cycle, 49))
    if least < LEAST_SHARE:
        raise Refused(
            f"A tetrahedron of the moving blood keeps only {least:.0%} of its volume. Mesh the cavity with longer edges, "
            "then let it follow the cine again."
        )
    valves = valve_times(mesh, wall, cycle, outlet_of(scenario.windkessel))
    flow = MovingFlow(mesh, fluid_of(scenario), wall)
    words = fingerprint(mesh, scenario, motion.series.tobytes())
    pumping = pump(flow, valves, scenario, progress, made_for(how, words))
    stamp = {
        "scenario": scenario.model_dump(mode="json"),
        "mesh": mesh.digest(),
        "tetrahedra": len(mesh.tets),
        "dolfinx": dolfinx.__version__,
        "seconds": round(time.perf_counter() - began, 2),
    }
    found = answers(motion, pumping, valves, least)
    return Result("flow", "Navier-Stokes, moving wall", *found, stamp)
