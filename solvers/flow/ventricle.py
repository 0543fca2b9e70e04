"""A ventricle that fills and ejects: its blood driven by the motion of the wall that the cine shows."""

import time
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.progress import Progress
from geometry.wall_motion.motion import WallMotion
from solvers.backend import MPI, dolfinx
from solvers.flow.execution import ALONE, Execution, fingerprint, made_for, of_rank
from solvers.flow.moving import MovingFlow
from solvers.flow.moving_wall import CineWall, least_volume_share
from solvers.flow.outlets import outlet_of
from solvers.flow.steady import fluid_of
from solvers.flow.valve_times import ValveTimes, valve_times
from solvers.flow.ventricle_answers import answers
from solvers.flow.ventricle_beats import Pumping, pump
from solvers.ranks import on_ranks
from solvers.result import Result
from solvers.scenario import Flow

LEAST_SHARE = 0.02  # of its volume that every tetrahedron must keep


def run_ventricle(
    mesh: HeartMesh, motion: WallMotion, scenario: Flow, progress: Progress, how: Execution = ALONE
) -> Result:
    """Compute beats of a ventricle whose wall moves; the last one is kept.

    mesh    blood of one ventricle (``geometry.meshing.cavity_blood``), motion its own (``geometry.wall_motion.cavity``)
    how     ranks, on which the answer is the same to the tolerance of the linear solver, checkpoint and restart
    Fields: velocity (t, n, 3) m/s, pressure (t, n) mmHg, displacement (t, n, 3) mm from the mesh.
    Raises Refused (a mesh or motion that cannot be used, flow that cannot be computed) and Cancelled.
    """
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
    how = made_for(how, fingerprint(mesh, scenario, motion.series.tobytes()))
    pumping = scenario_pumping(wall, valves, scenario, progress, how)
    stamp = {
        "scenario": scenario.model_dump(mode="json"),
        "mesh": mesh.digest(),
        "tetrahedra": len(mesh.tets),
        "dolfinx": dolfinx.__version__,
        "seconds": round(time.perf_counter() - began, 2),
    }
    found = answers(motion, pumping, valves, least)
    return Result("flow", "Navier-Stokes, moving wall", *found, stamp)


def scenario_pumping(wall: CineWall, valves: ValveTimes, scenario: Flow, progress: Progress, how: Execution) -> Pumping:
    """The beats of a scenario, on ``how.ranks`` processes the same to the tolerance of the linear solver.

    Raises Refused and Cancelled.
    """
    if how.ranks == 1:
        return pump_together(MPI.COMM_SELF, wall, valves, scenario, how, progress=progress)
    return on_ranks(how.ranks, pump_together, wall, valves, scenario, how, progress=progress)


def pump_together(
    comm: Any, wall: CineWall, valves: ValveTimes, scenario: Flow, how: Execution, *, progress: Progress
) -> Pumping:
    """The same by the processes of ``comm``, which all call this and get the whole; the first keeps the checkpoint."""
    flow = MovingFlow(wall.blood, fluid_of(scenario), wall, comm=comm)
    return pump(flow, valves, scenario, progress, of_rank(how, comm.rank))
