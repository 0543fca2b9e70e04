"""The beats of a flow scenario, in this process or in several under MPI that share the elements out."""

from typing import Any

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from solvers.backend import MPI
from solvers.flow.beat import Beat
from solvers.flow.beats import run_beats
from solvers.flow.drive import drive_of, flow_model, passage_of
from solvers.flow.execution import Execution, of_rank
from solvers.flow.outlets import outlet_models, periodic_starts
from solvers.ranks import on_ranks
from solvers.scenario import Flow


def scenario_beats(
    blood: HeartMesh, line: Centerline, scenario: Flow, profile: Floats | None, progress: Progress, how: Execution
) -> Beat:
    """The last of the beats, on ``how.ranks`` processes the same to the tolerance of the linear solver.

    line  centreline of ``blood``, which is the mesh as it is computed on;  profile  (n, 3) as ``drive_of`` has it
    Raises Refused and Cancelled.
    """
    if how.ranks == 1:
        return beats_together(MPI.COMM_SELF, blood, line, scenario, profile, how, progress=progress)
    return on_ranks(how.ranks, beats_together, blood, line, scenario, profile, how, progress=progress)


def beats_together(
    comm: Any,
    blood: HeartMesh,
    line: Centerline,
    scenario: Flow,
    profile: Floats | None,
    how: Execution,
    *,
    progress: Progress,
) -> Beat:
    """The same by the processes of ``comm``, which all call this and get the whole beat; the first keeps the checkpoint."""
    outlets, drive = outlet_models(blood, scenario), drive_of(blood, scenario, profile)
    flow = flow_model(blood, line, scenario, outlets, drive, comm)
    start = periodic_starts(outlets, drive.value, drive.pulse.cycle, passage_of(line, scenario, drive))
    mine = of_rank(how, comm.rank)
    return run_beats(flow, drive.pulse, start, scenario.time_step, scenario.beats, progress, mine, drive.value)
