"""DICOM, classic and enhanced, from a folder, a zip archive or one file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from geometry.dicom.deidentify import Imported, record_of, subject_of
from geometry.dicom.files import Member, list_members, open_all, parse, size_of, tolerant
from geometry.dicom.frame import Frame, frames_of
from geometry.dicom.pixels import plane_of, read_pictures, read_voxels
from geometry.dicom.series import (
    Series,
    choose_series,
    leftovers,
    refuse_two_patients,
    sort_into_series,
)
from geometry.dicom.series_roles import CT_PHASE, OTHER, is_cine
from geometry.dicom.series_summary import SeriesSummary
from geometry.dicom.stack import Stack, build_stack
from geometry.dicom.thumbnails import thumbnail
from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, part, silent


def list_dicom_series(path: Path, progress: Progress = silent) -> tuple[SeriesSummary, ...]:
    """The series that lie at ``path``, the best one first; raises Refused where there is no DICOM of one patient."""
    with tolerant():
        found, _ = _read_series(path, part(progress, 0.0, 0.7))
        pictures = _thumbnails(found, part(progress, 0.7, 1.0))
    return tuple(replace(series.summary, thumbnail=pictures.get(series.summary.key)) for series in found)


def read_dicom(
    path: Path,
    *,
    modality: str | None,
    series: str | None,
    secret: bytes | None = None,
    progress: Progress = silent,
) -> Imported:
    """The scan of the heart at ``path``; raises Refused where there is none that can be used."""
    with tolerant():
        return _read(path, modality, series, secret, progress)


def _read(path: Path, modality: str | None, key: str | None, secret: bytes | None, progress: Progress) -> Imported:
    found, notes = _read_series(path, part(progress, 0.0, 0.5))
    chosen = choose_series(found, modality, key)
    stack = build_stack(list(chosen.frames))
    kind = chosen.summary.modality
    voxels = read_voxels(stack, kind, part(progress, 0.5, 1.0))
    if voxels.min() == voxels.max():
        raise Refused("The pictures of this series are all of one grey value; choose another series.")
    source = _source(chosen, stack)
    image = Image(
        voxels=voxels,
        affine=stack.affine,
        modality=kind,
        times=stack.times,
        cycle=stack.cycle,
        source=source,
        notes=(
            f"Read as {source}.",
            *_inverted(chosen),
            *_doubts(chosen, found),
            *notes,
            *stack.notes,
            *leftovers(chosen, found),
        ),
    )
    data = _one_data_set(stack.pattern.member)
    subject = subject_of(data)
    return Imported(image, subject, record_of(data, stack.pattern, subject, secret))


def _thumbnails(found: tuple[Series, ...], progress: Progress) -> dict[str, NDArray[np.uint8]]:
    """key -> a small picture of the middle slice, for every series of which that picture can be read."""
    middle = {}
    for series in found:
        row = series.group.rows[len(series.group.rows) // 2]
        if row[0].colors == 1 and row[0].rows and row[0].columns:
            middle[series.summary.key] = row[0]
    wanted = {frame.member: frame for frame in middle.values()}
    pictures = {p.member: p for p in read_pictures(wanted, progress, lenient=True)}
    return {
        key: thumbnail(plane_of(pictures[frame.member], frame, frame.modality), inverted=frame.inverted)
        for key, frame in middle.items()
        if frame.member in pictures and frame.index < len(pictures[frame.member].pixels)
    }


def _one_data_set(member: Member) -> Dataset:
    for _, stream in open_all((member,), silent):
        data = parse(stream, pixels=False) if stream is not None else None
        if data is not None:
            return data
    raise Refused("A file of the scan vanished or changed while it was read; start again.")


def _inverted(chosen: Series) -> tuple[str, ...]:
    inverted = any(frame.inverted for frame in chosen.frames)
    return ("The pictures were stored with white as their smallest value; they were turned.",) if inverted else ()


def _doubts(chosen: Series, found: tuple[Series, ...]) -> tuple[str, ...]:
    """What speaks against the series that was taken, as sentences."""
    role, reason = chosen.summary.role, chosen.summary.reason
    if role == OTHER:
        better = [series.summary.key for series in found if series.summary.role != OTHER and not series.summary.problem]
        hint = f" Series {', '.join(better)} may suit better." if better else ""
        return (f"This looks neither like a cine nor like late enhancement nor like CT of the heart: {reason}.{hint}",)
    if role == CT_PHASE and "no contrast" in reason:
        return ("No contrast agent is named in this CT: blood and wall may look alike.",)
    return ()


def _read_series(path: Path, progress: Progress) -> tuple[tuple[Series, ...], tuple[str, ...]]:
    frames, broken = _read_frames(list_members(path), progress)
    refuse_two_patients(frames)
    notes = []
    if broken:
        notes.append(f"{broken} of the files could not be read and were left out.")
    studies = len({frame.study for frame in frames})
    if studies > 1:
        notes.append(f"There are {studies} examinations of the patient in here; only one of them was used.")
    return sort_into_series(frames), tuple(notes)


def _read_frames(members: tuple[Member, ...], progress: Progress) -> tuple[list[Frame], int]:
    """Every frame of every readable DICOM file, and the number of files that are broken."""
    if not members:
        raise Refused("There is nothing in here; choose the folder or the zip archive that holds the scan.")
    frames: list[Frame] = []
    broken = listed = 0
    for member, stream in open_all(members, progress):
        try:
            if stream is None:
                raise EOFError
            data = parse(stream, pixels=False)
            if data is not None:
                listed += _listed(data)
                frames.extend(_frames(data, member, size_of(stream)))
        except Exception:  # pydicom raises many things on broken files; each is just one more broken file
            broken += 1
    frames = _without_copies(frames)
    if not frames:
        raise Refused(_nothing(len(members), broken, listed))
    return frames, broken


def _without_copies(frames: list[Frame]) -> list[Frame]:
    """Each picture once, though it may have been exported twice."""
    known: set[tuple[str, int]] = set()
    kept = []
    for frame in frames:
        if not frame.uid or (frame.uid, frame.index) not in known:
            kept.append(frame)
            known.add((frame.uid, frame.index))
    return kept


def _frames(data: Dataset, member: Member, size: int) -> tuple[Frame, ...]:
    """The frames of a data set; none where it is no picture (a report, a DICOMDIR); raises where it is cut short."""
    if data.get("Rows"):
        return tuple(frames_of(data, member, size))
    if data.get("Modality") is None and data.get("DirectoryRecordSequence") is None:
        raise EOFError
    return ()


def _listed(data: Dataset) -> int:
    """How many images a DICOMDIR names; 0 for any other data set."""
    records = data.get("DirectoryRecordSequence") or []
    return sum(str(record.get("DirectoryRecordType")) == "IMAGE" for record in records)


def _nothing(files: int, broken: int, listed: int) -> str:
    if listed:
        return (
            f"The DICOMDIR lists {listed} images, but none of their files is here; "
            "copy the folders that belong to it as well, and choose the folder that holds them all."
        )
    if broken:
        return f"{broken} of {files} files look like DICOM but are damaged or cut short; copy the scan again."
    what = "This file is no DICOM image" if files == 1 else f"There is no DICOM image among the {files} files in here"
    return f"{what}; choose a DICOM folder or zip archive, or a NIfTI, NRRD or MHA file."


def _source(chosen: Series, stack: Stack) -> str:
    kind, role = chosen.summary.modality, chosen.summary.role
    if kind == "CT":
        view = "volume" if stack.phases == 1 else "volumes over the beat"
    elif role == OTHER:
        view = "volume" if stack.phases == 1 else "cine" if is_cine(chosen.group) else "pictures"
    else:
        view = role
    return f"{kind} {view}, {stack.slices} slices" + (f", {stack.phases} phases" if stack.phases > 1 else "")
