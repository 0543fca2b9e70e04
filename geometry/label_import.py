"""A segmentation from elsewhere becomes that of the case: its numbers understood, its grid matched, its phases found."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.exchange_labels import read_label_file
from geometry.image import Image
from geometry.label_file import LabelFile
from geometry.label_grid import onto_grid
from geometry.label_maps import agrees, read_as, to_ours
from geometry.progress import Progress, silent
from geometry.segmentation import LV, MYOCARDIUM, NAMES, Segmentation


def import_labels(
    paths: Sequence[Path],
    image: Image,
    *,
    scheme: str | None = None,
    phases: Sequence[int] = (),
    progress: Progress = silent,
) -> Segmentation:
    """The label maps at ``paths`` as one segmentation on the grid of ``image``; end-diastole and end-systole by volume.

    scheme  how to read the numbers (``label_maps.schemes``); None: by the names in the file, or where only one scheme fits
    phases  for maps of a single phase of a cine, the phase (from 0) of each; else what the file says, or "frameNN" in its name
    Raises Refused, with a sentence, where a map cannot be read, understood or placed.
    """
    if not paths:
        raise Refused("No label map was given; choose a file.")
    labels = np.zeros(image.voxels.shape, np.uint8)
    notes: list[str] = []
    read_by = ""
    for number, path in enumerate(paths):
        progress(number / len(paths), "Reading the label map")
        held = read_label_file(path)
        meaning, read_by = read_as(held.values, held.names, scheme)
        if not agrees(held.values, meaning):
            notes.append(
                "The cavity called left ventricle is not the one that muscle encloses: check the names of the labels."
            )
        ours, told = to_ours(held.values, meaning)
        notes += [*held.notes, *told]
        notes += _put(ours, held, image, labels, _phase_of(path, held, image, number, phases))
    labelled = replace(_with_phases(labels, image, read_by), notes=tuple(dict.fromkeys(notes)))
    return replace(labelled, notes=(*labelled.notes, *_doubts(labelled, image)))


def _put(
    ours: NDArray[np.uint8], held: LabelFile, image: Image, labels: NDArray[np.uint8], phase: int | None
) -> list[str]:
    """Lay a map into ``labels``; what is worth telling."""
    if ours.ndim == 4 and ours.shape[3] != image.phases:
        raise Refused(f"The label map has {ours.shape[3]} phases, the scan {image.phases}; they must be the same.")
    if labels.ndim == 3:
        labels[...], notes = onto_grid(ours, held, image)
        return list(notes)
    if ours.ndim == 4:
        told: list[str] = []
        for k in range(image.phases):
            if ours[..., k].any():
                labels[..., k], notes = onto_grid(ours[..., k], held, image)
                told += notes
        return told
    chosen = 0 if phase is None else phase
    if not 0 <= chosen < image.phases:
        raise Refused(f"The scan has no phase {chosen + 1}; it has {image.phases}.")
    labels[..., chosen], notes = onto_grid(ours, held, image)
    guessed = phase is None
    return (
        [*notes, "The label map has one phase, and nothing says which; it was taken for the first."]
        if guessed
        else list(notes)
    )


def _phase_of(path: Path, held: LabelFile, image: Image, number: int, phases: Sequence[int]) -> int | None:
    """The phase asked for, or the one in the file, or in its name as ACDC writes it (patient001_frame12_gt: the twelfth)."""
    if number < len(phases):
        return phases[number]
    if held.phase is not None and held.phase[1] == image.phases:
        return held.phase[0]
    found = re.search(r"frame(\d+)", path.name)
    return int(found[1]) - 1 if found else None


def _with_phases(labels: NDArray[np.uint8], image: Image, read_by: str) -> Segmentation:
    if not labels.any():
        raise Refused("No label is left on the grid of the scan: the map lies outside it, or is finer than its voxels.")
    found = Segmentation(labels, image.affine, method=f"imported: {read_by} labels")
    if labels.ndim == 3:
        return found
    volume = (labels == LV).sum(axis=(0, 1, 2))
    if not volume.any():
        volume = (labels > 0).sum(axis=(0, 1, 2))
    there = np.flatnonzero(volume)
    ed = int(there[np.argmax(volume[there])])
    es = int(there[np.argmin(volume[there])]) if len(there) > 1 else None
    return replace(found, ed=ed, es=es)


def _doubts(found: Segmentation, image: Image) -> list[str]:
    """Sentences where the picture speaks against the labels, or labels are missing."""
    labels, grey = found.phase(found.ed), image.phase(min(found.ed, image.phases - 1))
    told = []
    if (labels == LV).any() and (labels == MYOCARDIUM).any():
        blood, muscle = float(np.median(grey[labels == LV])), float(np.median(grey[labels == MYOCARDIUM]))
        if blood <= muscle:
            told.append(
                "Blood is not brighter than muscle under these labels: they may lie turned round or belong to another scan."
            )
    told += [
        f"The map has no {NAMES[value].replace('_', ' ')}." for value in (LV, MYOCARDIUM) if not (labels == value).any()
    ]
    return told
