"""The verbs of a worker: from here alone the steps, and through them the solvers (and so dolfinx), are reached."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.arrhythmia_steps import induce
from app.calibration import calibrate
from app.case import Case
from app.device_steps_ep import DEVICE_STEPS_EP
from app.device_steps_flow import DEVICE_STEPS_FLOW
from app.edited import needed_segmentation
from app.electrogram_steps import electrogram
from app.heart_steps import HEART_STEPS
from app.measured_velocity import velocity
from app.needed import needed_image
from app.scan_steps import SCAN_STEPS, import_scan, segment
from app.scenario_order import scenario_order
from app.sensitivity import learn_step
from app.simulation_steps import SIMULATION_STEPS, simulate
from geometry.errors import Refused
from geometry.progress import Progress, part

Options = Mapping[str, Any]


def run_task(folder: Path, verb: str, options: Options, progress: Progress) -> None:
    """Do ``verb`` on the case in ``folder`` while holding its lock; refuses an unknown verb."""
    if verb not in TASKS:
        raise Refused(f"There is no step called {verb!r}; there are: {', '.join(TASKS)}.")
    case = Case.open(folder)
    with case.locked():
        TASKS[verb](case, options, progress)


def mesh(case: Case, options: Options, progress: Progress) -> None:
    """Build the mesh, with fibres where there is a wall. Options: those of ``build_mesh``."""
    from app.mesh_steps import build_mesh
    from geometry.measure import check_segmentation

    segmentation, image = needed_segmentation(case), needed_image(case)
    check_segmentation(segmentation)
    build_mesh(case, segmentation, image, options, progress)


def import_mesh(case: Case, options: Options, progress: Progress) -> None:
    """Make a mesh, of one file or several, the heart of the case. Options: files, unit, surfaces, edge."""
    from app.mesh_exchange import take_mesh

    take_mesh(case, options, progress)


def export_mesh(case: Case, options: Options, progress: Progress) -> None:
    """Write the mesh to a file. Options: out (its ending names the format), surface (the only one to write)."""
    from app.mesh_exchange import give_mesh

    give_mesh(case, options, progress)


def measured_ecg(case: Case, options: Options, progress: Progress) -> None:
    """Take a measured ECG into the case. Options: files (the one file), rate (Hz, of a table without times)."""
    from app.measured_ecg import take_ecg

    progress(0.1, "Reading the ECG")
    take_ecg(case, Path(options["files"][0]), options.get("rate"))


def report(case: Case, options: Options, progress: Progress) -> None:
    """Write the one-page report of the case."""
    from app.report import write_report

    write_report(case, progress)


def road(case: Case, options: Options, progress: Progress) -> None:
    """The whole way from a scan to a twin. Options: those of the steps."""
    import_scan(case, options, part(progress, 0.0, 0.02))
    segment(case, options, part(progress, 0.02, 0.12))
    mesh(case, options, part(progress, 0.12, 0.25))
    names = scenario_order(case.scenarios())
    for index, name in enumerate(names):
        start, stop = (0.25 + 0.70 * (index + k) / len(names) for k in (0, 1))
        simulate(case, {**options, "scenario": name}, part(progress, start, stop))
    report(case, options, part(progress, 0.95, 1.0))


TASKS: Mapping[str, Callable[[Case, Options, Progress], None]] = {
    "mesh": mesh,
    "import_mesh": import_mesh,
    "export_mesh": export_mesh,
    "induce": induce,
    "learn": learn_step,
    "calibrate": calibrate,
    "electrogram": electrogram,
    "report": report,
    "road": road,
    "ecg": measured_ecg,
    "velocity": velocity,
    **SCAN_STEPS,
    **HEART_STEPS,
    **SIMULATION_STEPS,
    **DEVICE_STEPS_EP,
    **DEVICE_STEPS_FLOW,
}
