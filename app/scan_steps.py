"""What a worker does with scans and what is seen on them: read, segment, measure, edit, take labels from elsewhere, scar."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.case import MAIN, Case
from app.date_secret import date_secret
from app.edited import edit_case, keep_noted, needed_segmentation
from app.needed import needed_image
from geometry.errors import Refused
from geometry.landmarks import Landmarks
from geometry.progress import Progress, part
from geometry.segmentation import Segmentation

MANUAL = "manual"
Options = Mapping[str, Any]


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


def _scan(options: Options) -> Path:
    if not options.get("scan"):
        raise Refused(
            "No scan was given (its path is never written down, so a job cannot be repeated by hand); choose it."
        )
    return Path(options["scan"])


SCAN_STEPS: Mapping[str, Callable[[Case, Options, Progress], None]] = {
    "series": list_series,
    "import": import_scan,
    "segment": segment,
    "edit": edit,
    "keep_edits": keep_edits,
    "labels": labels,
    "export_labels": export_labels,
    "scar": scar,
    "measure": measure,
}
