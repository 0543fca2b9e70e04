"""What a worker does to compute a scenario, and to compute again what a report tells."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.case import Case
from app.live import LiveActivation
from app.needed import needed_mesh
from app.scenarios import checkpoint_of, members_of
from app.sensitivity import learn_from_run
from geometry.errors import Refused
from geometry.progress import Progress, part
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow

Options = Mapping[str, Any]


def simulate(case: Case, options: Options, progress: Progress) -> None:
    """Run a stored scenario. Options: scenario (its name), workers, ranks (MPI processes of the monodomain equation or the flow),
    restart (go on from where a run was stopped), cluster (address of a Dask scheduler for the members of the ensemble)."""
    name = str(options["scenario"])
    result = computed_result(case, name, case.scenario(name), options, part(progress, 0.0, 0.95))
    progress(0.95, "Keeping the result")
    case.save_result(name, result, needed_mesh(case))
    shutil.rmtree(members_of(case, name), ignore_errors=True)
    learn_from_run(case, name, part(progress, 0.95, 1.0))


def computed_result(
    case: Case, name: str, scenario: Electrophysiology | Flow, options: Options, progress: Progress
) -> Result:
    """What a scenario gives on the mesh of the case; ``options`` as for ``simulate``, ``name`` that of its checkpoint."""
    heart = needed_mesh(case)
    workers = int(options.get("workers") or os.cpu_count() or 1)
    os.environ["OMP_NUM_THREADS"] = str(workers)  # the compiled kernels use as many threads as there may be workers
    cluster = str(options.get("cluster") or os.environ.get("CARDIOTWIN_CLUSTER", ""))
    members = members_of(case, name)
    progress(0.0, f"Preparing '{scenario.title}'")
    kept = checkpoint_of(case, name)
    kept.parent.mkdir(exist_ok=True)
    restart = bool(options.get("restart"))
    if restart and not kept.exists():
        raise Refused(f"There is no checkpoint of {scenario.title!r} to go on from. Start it from its beginning.")
    if scenario.kind == "flow":
        from app.flow_steps import simulate_flow, with_lines
        from solvers.flow import execution

        how_flow = execution.Execution(execution.Checkpoint(kept), restart, int(options.get("ranks") or 1))
        march = part(progress, 0.0, 0.94)
        result = simulate_flow(case, heart, scenario, march, workers, how_flow, cluster, members)
        result = with_lines(result, heart, part(progress, 0.94, 1.0))
    else:
        from solvers.electrophysiology.execution import Execution
        from solvers.electrophysiology.march_state import Checkpoint
        from solvers.electrophysiology.run import run_electrophysiology

        if restart and scenario.tier == "eikonal":
            raise Refused(f"{scenario.title!r} takes seconds and keeps no checkpoint. Start it from its beginning.")
        with LiveActivation(case, name) as live:
            how = Execution(int(options.get("ranks") or 1), Checkpoint(kept), restart, live)
            result = run_electrophysiology(
                heart, scenario, progress, workers=workers, how=how, cluster=cluster, kept_members=members
            )
    kept.unlink(missing_ok=True)
    return result


def repeat(case: Case, options: Options, progress: Progress) -> None:
    """Run everything again that a report tells, beside the kept runs. Options: files (report.json), out, workers."""
    from app.repeat import repeat_runs

    def compute(name: str, scenario: Electrophysiology | Flow, inner: Progress) -> Result:
        result = computed_result(case, f"repeat-{name}", scenario, options, inner)
        shutil.rmtree(members_of(case, f"repeat-{name}"), ignore_errors=True)
        return result

    repeat_runs(case, Path(options["files"][0]), Path(options["out"]), compute, progress)


SIMULATION_STEPS: Mapping[str, Callable[[Case, Options, Progress], None]] = {"simulate": simulate, "repeat": repeat}
