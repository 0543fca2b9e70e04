"""What a worker does for each verb. This is the only place from which the solvers (and so dolfinx) are reached."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.arrhythmia_steps import induce
from app.calibration import calibrate
from app.case import MAIN, Case
from app.date_secret import date_secret
from app.device_steps_ep import DEVICE_STEPS_EP
from app.device_steps_flow import DEVICE_STEPS_FLOW
from app.edited import edit_case, keep_noted, needed_segmentation
from app.electrogram_steps import electrogram
from app.heart_steps import HEART_STEPS
from app.live import LiveActivation
from app.measured_velocity import velocity
from app.needed import needed_image, needed_mesh
from app.scenario_order import scenario_order
from app.scenarios import checkpoint_of
from app.sensitivity import learn_from_run, learn_step
from geometry.errors import Refused
from geometry.landmarks import Landmarks
from geometry.progress import Progress, part
from geometry.segmentation import Segmentation
from solvers.result import Result
from solvers.scenario import Electrophysiology, Flow

MANUAL = "manual"
Options = Mapping[str, Any]


def run_task(folder: Path, verb: str, options: Options, progress: Progress) -> None:
    """Do ``verb`` on the case in ``folder`` while holding its lock; refuses an unknown verb."""
    if verb not in TASKS:
        raise Refused(f"There is no step called {verb!r}; there are: {', '.join(TASKS)}.")
    case = Case.open(folder)
    with case.locked():
        TASKS[verb](case, options, progress)


def list_series(case: Case, options: Options, progress: Progress) -> None:
    """Look which series a scan holds, to choose one for the import. Options: scan."""
    from geometry.read_scan import list_series as look_through

    case.save_series(look_through(_scan(options), progress))


def import_scan(case: Case, options: Options, progress: Progress) -> None:
    """Read a scan into the case. Options: scan, modality, series, role (the main scan without)."""
    from geometry.read_scan import import_scan as read

    progress(0.0, "Reading the scan")
    imported = read(
        _scan(options),
        modality=options.get("modality"),
        series=options.get("series"),
        secret=date_secret(),
        progress=part(progress, 0, 0.8),
    )
    progress(0.9, "Keeping the scan without the patient's identity")
    if not options.get("role"):
        case.save_landmarks(Landmarks())  # they were those of another scan
    case.save_image(imported.image, options.get("role") or MAIN, imported.record)
    if imported.subject is not None and case.subject() is None:
        case.save_subject(imported.subject)


def segment(case: Case, options: Options, progress: Progress) -> None:
    """Segment the scan and measure. Options: method ("manual": an empty one to draw in), seeds."""
    from geometry.measure import check_segmentation, ventricular_measures
    from geometry.segmenters.catalogue import segment as run_segmenter

    image = needed_image(case)
    if options.get("method") == MANUAL:
        case.save_segmentation(Segmentation(np.zeros(image.voxels.shape, np.uint8), image.affine), ())
        return
    progress(0.0, "Finding the heart")
    seeds = [(float(x), float(y), float(z)) for x, y, z in options.get("seeds") or ()]
    found = run_segmenter(image, options.get("method"), seeds, part(progress, 0.0, 0.9))
    found = replace(found, notes=(*found.notes, *check_segmentation(found)))
    progress(0.9, "Measuring volumes")
    case.save_segmentation(found, ventricular_measures(found, image))
    measure(case, options, part(progress, 0.92, 1.0))


def measure(case: Case, options: Options, progress: Progress) -> None:
    """Measure the present segmentation: volumes over the beat, wall thickness."""
    from geometry.measure import ventricular_measures
    from geometry.measures.function import heart_function

    segmentation, image = needed_segmentation(case), needed_image(case)
    if not segmentation.labels.any():
        return
    metrics = ventricular_measures(segmentation, image)
    function, more = heart_function(segmentation, image, part(progress, 0.1, 0.9))
    case.save_measures((*metrics, *more), function)


def edit(case: Case, options: Options, progress: Progress) -> None:
    """Use an editing tool that needs no mouse. Options: tool, phases, and those of ``geometry.editing``."""
    edit_case(case, options, part(progress, 0.0, 0.8))
    measure(case, options, part(progress, 0.8, 1.0))


def keep_edits(case: Case, options: Options, progress: Progress) -> None:
    """Bring the noted edits of the case into its segmentation and measure again."""
    keep_noted(case, part(progress, 0.0, 0.8))
    measure(case, options, part(progress, 0.8, 1.0))


def labels(case: Case, options: Options, progress: Progress) -> None:
    """Take label maps from elsewhere as the segmentation. Options: files, scheme, phases."""
    from geometry.label_import import import_labels
    from geometry.measure import check_segmentation, ventricular_measures
    from geometry.read_scan import only_sentences

    image = needed_image(case)
    files = [Path(file) for file in options["files"]]
    scheme, phases = options.get("scheme"), options.get("phases") or ()
    with only_sentences():
        found = import_labels(files, image, scheme=scheme, phases=phases, progress=part(progress, 0, 0.8))
    found = replace(found, notes=(*found.notes, *check_segmentation(found)))
    progress(0.8, "Measuring volumes")
    case.save_segmentation(found, ventricular_measures(found, image))
    measure(case, options, part(progress, 0.85, 1.0))


def export_labels(case: Case, options: Options, progress: Progress) -> None:
    """Write the labels to a file. Options: out (its ending names the format), phase (from 0; all without)."""
    from geometry.exchange_labels import write_labels

    phase = options.get("phase")
    progress(0.1, "Writing the labels")
    write_labels(
        needed_segmentation(case), Path(options["out"]), needed_image(case), None if phase is None else int(phase)
    )


def scar(case: Case, options: Options, progress: Progress) -> None:
    """Measure scar on the late enhancement. Options: rule, remote (points), no_reflow."""
    from geometry.scar.rules import rule_named
    from geometry.scar.study import measure_scar

    picked = rule_named(options.get("rule") or "fwhm").name
    remote = [(float(x), float(y), float(z)) for x, y, z in options.get("remote") or ()]
    no_reflow = bool(options.get("no_reflow", True))
    lge = case.image("lge")
    if lge is None:
        raise Refused(f"The case {case.title!r} has no late enhancement; add the scan with the role lge first.")
    study = measure_scar(
        lge,
        needed_image(case),
        needed_segmentation(case),
        remote=remote,
        no_reflow=no_reflow,
        progress=part(progress, 0, 0.95),
    )
    progress(0.95, "Keeping the result")
    case.save_scar(study, picked, remote=remote, no_reflow=no_reflow)


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


def simulate(case: Case, options: Options, progress: Progress) -> None:
    """Run a stored scenario. Options: scenario (its name), workers, ranks (MPI processes of the monodomain equation or the flow),
    restart (go on from where a run was stopped), cluster (address of a Dask scheduler for the members of the ensemble)."""
    name = str(options["scenario"])
    result = computed_result(case, name, case.scenario(name), options, part(progress, 0.0, 0.95))
    progress(0.95, "Keeping the result")
    case.save_result(name, result, needed_mesh(case))
    shutil.rmtree(_members_of(case, name), ignore_errors=True)
    learn_from_run(case, name, part(progress, 0.95, 1.0))


def computed_result(
    case: Case, name: str, scenario: Electrophysiology | Flow, options: Options, progress: Progress
) -> Result:
    """What a scenario gives on the mesh of the case; ``options`` as for ``simulate``, ``name`` that of its checkpoint."""
    heart = needed_mesh(case)
    workers = int(options.get("workers") or os.cpu_count() or 1)
    os.environ["OMP_NUM_THREADS"] = str(workers)  # the compiled kernels use as many threads as there may be workers
    cluster = str(options.get("cluster") or os.environ.get("CARDIOTWIN_CLUSTER", ""))
    members = _members_of(case, name)
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


def _members_of(case: Case, name: str) -> Path:
    """Where the finished members of a run's ensemble are kept until all are."""
    return case.folder / "checkpoints" / f"{name}-members"


def repeat(case: Case, options: Options, progress: Progress) -> None:
    """Run everything again that a report tells, beside the kept runs. Options: files (report.json), out, workers."""
    from app.repeat import repeat_runs

    def compute(name: str, scenario: Electrophysiology | Flow, inner: Progress) -> Result:
        result = computed_result(case, f"repeat-{name}", scenario, options, inner)
        shutil.rmtree(_members_of(case, f"repeat-{name}"), ignore_errors=True)
        return result

    repeat_runs(case, Path(options["files"][0]), Path(options["out"]), compute, progress)


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
    "series": list_series,
    "import": import_scan,
    "segment": segment,
    "edit": edit,
    "keep_edits": keep_edits,
    "labels": labels,
    "export_labels": export_labels,
    "scar": scar,
    "measure": measure,
    "mesh": mesh,
    "import_mesh": import_mesh,
    "export_mesh": export_mesh,
    "simulate": simulate,
    "induce": induce,
    "learn": learn_step,
    "calibrate": calibrate,
    "electrogram": electrogram,
    "report": report,
    "repeat": repeat,
    "road": road,
    "ecg": measured_ecg,
    "velocity": velocity,
    **HEART_STEPS,
    **DEVICE_STEPS_EP,
    **DEVICE_STEPS_FLOW,
}


def _scan(options: Options) -> Path:
    if not options.get("scan"):
        raise Refused(
            "No scan was given (its path is never written down, so a job cannot be repeated by hand); choose it."
        )
    return Path(options["scan"])
