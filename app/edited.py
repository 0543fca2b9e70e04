"""An edited segmentation: who made it, what is measured on it, and how it gets into the case."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.case import Case
from app.edit_journal import append, forget, last_kept, pending, replayed
from geometry.editing.catalogue import run_tool
from geometry.editing.change import remembering
from geometry.editing.grid import slice_axis
from geometry.errors import Refused
from geometry.image import Image
from geometry.measure import check_segmentation, ventricular_measures
from geometry.measures.volumes import volume_curve
from geometry.metric import Metric
from geometry.progress import Progress
from geometry.segmentation import LV, Segmentation, load_segmentation

CORRECTED = ", corrected by hand"
BY_HAND = "by hand"


def begin_by_hand(case: Case, image: Image) -> Segmentation:
    """Give a case without a segmentation an empty one to draw in."""
    empty = Segmentation(np.zeros(image.voxels.shape, dtype=np.uint8, order="F"), image.affine, method=BY_HAND)
    case.save_segmentation(empty, ())
    return empty


def needed_segmentation(case: Case) -> Segmentation:
    """The segmentation of the case; refuses where there is none."""
    segmentation = case.segmentation()
    if segmentation is None:
        raise Refused(f"The case {case.title!r} is not segmented yet; segment it first.")
    return segmentation


def edit_case(case: Case, options: Mapping[str, Any], progress: Progress) -> None:
    """Use a tool on phases of the case's segmentation. Options: tool, phases (None: all), and the tool's own."""
    given = dict(options)
    name, phases = str(given.pop("tool")), given.pop("phases", None)
    segmentation = needed_segmentation(case)
    labels = segmentation.labels
    wanted = list(range(labels.shape[3] if labels.ndim == 4 else 1)) if phases is None else [int(p) for p in phases]
    progress(0.1, "Editing")
    change = run_tool(name, labels, segmentation.affine, slice_axis(segmentation.affine), wanted, given)
    if not change:
        raise Refused("This edit changes nothing: the labels are already as it would make them.")
    append(case.folder, remembering(change, segmentation))
    keep_noted(case, progress)


def keep_noted(case: Case, progress: Progress) -> None:
    """Bring the noted edits into the segmentation's files, in one move, and measure; notes made meanwhile stay noted."""
    folder = case.folder / "segmentation"
    paths, image = pending(case.folder), case.image()
    if not paths or image is None:
        return
    progress(0.3, "Keeping the edits")
    edited = settled(replayed(load_segmentation(folder), paths))
    progress(0.6, "Measuring volumes")
    case.save_edited(edited, measured(edited, image), int(paths[-1].stem))
    forget(case.folder, [path for path in paths if int(path.stem) <= last_kept(folder)])


def measured(segmentation: Segmentation, image: Image) -> tuple[Metric, ...]:
    """The numbers of a segmentation; none while it is empty."""
    return ventricular_measures(segmentation, image) if segmentation.labels.any() else ()


def settled(segmentation: Segmentation) -> Segmentation:
    """An edited segmentation with what follows from the edits: its method, its notes, ED and ES of one drawn by hand."""
    found = named(segmentation)
    return replace(found, notes=_notes(found))


def named(segmentation: Segmentation) -> Segmentation:
    """An edited segmentation with the method that made it, and with ED and ES where it was drawn by hand."""
    method = segmentation.method.removesuffix(CORRECTED)
    if method == BY_HAND:
        return with_drawn_phases(segmentation)
    return replace(segmentation, method=method + CORRECTED if segmentation.edited else method)


def same_labels(one: Segmentation, other: Segmentation | None) -> bool:
    """Whether two segmentations label every voxel alike."""
    return other is not None and np.array_equal(one.labels, other.labels)


def with_drawn_phases(segmentation: Segmentation) -> Segmentation:
    """ED and ES of a segmentation drawn by hand: the largest and the smallest cavity among the phases that have one."""
    curve = volume_curve(segmentation, LV)
    drawn = np.flatnonzero(curve > 0)
    if len(drawn) == 0:
        return segmentation
    ed, es = int(drawn[curve[drawn].argmax()]), int(drawn[curve[drawn].argmin()])
    return replace(segmentation, ed=ed, es=es if len(drawn) > 1 else None)


def _notes(segmentation: Segmentation) -> tuple[str, ...]:
    """What was noted of the automatic result, and what the check says of the labels as they are now."""
    kept = tuple(
        note for note in segmentation.notes if "slice of the stack" not in note and "touches the edge" not in note
    )
    if not segmentation.labels.any():
        return kept
    try:
        return (*kept, *check_segmentation(segmentation))
    except Refused as refusal:
        return (*kept, str(refusal))
