"""DICOM, classic and enhanced, from a folder, a zip archive or one file."""

from pathlib import Path

from pydicom.dataset import Dataset

from geometry.dicom_files import Member, list_members, open_all, parse
from geometry.dicom_frame import Frame, frames_of
from geometry.dicom_kinds import looks_short_axis
from geometry.dicom_pixels import read_voxels
from geometry.dicom_series import (
    Series,
    SeriesSummary,
    choose_series,
    leftovers,
    refuse_two_patients,
    sort_into_series,
)
from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, part, silent
from geometry.stack import Stack, build_stack


def list_dicom_series(path: Path, progress: Progress = silent) -> tuple[SeriesSummary, ...]:
    """The series that lie at ``path``, the best one first; raises Refused where there is no DICOM of one patient."""
    found, _ = _read_series(path, progress)
    return tuple(series.summary for series in found)


def read_dicom(path: Path, *, modality: str | None, series: str | None, progress: Progress = silent) -> Image:
    """The scan of the heart at ``path``; raises Refused where there is none that can be used."""
    found, notes = _read_series(path, part(progress, 0.0, 0.5))
    chosen = choose_series(found, modality, series)
    stack = build_stack(list(chosen.frames))
    kind = chosen.summary.modality
    voxels = read_voxels(stack, kind, part(progress, 0.5, 1.0))
    if voxels.min() == voxels.max():
        raise Refused("The pictures of this series are all of one grey value; choose another series.")
    source = _source(chosen, stack)
    return Image(
        voxels=voxels,
        affine=stack.affine,
        modality=kind,
        times=stack.times,
        cycle=stack.cycle,
        source=source,
        notes=(f"Read as {source}.", *notes, *stack.notes, *leftovers(chosen, found)),
    )


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
                frames.extend(_frames(data, member))
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


def _frames(data: Dataset, member: Member) -> tuple[Frame, ...]:
    """The frames of a data set; none where it is no picture (a report, a DICOMDIR); raises where it is cut short."""
    if data.get("Rows"):
        return tuple(frames_of(data, member))
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
    kind = chosen.summary.modality
    if stack.phases == 1:
        return f"{kind} volume, {stack.slices} slices"
    view = (
        "volumes over the beat" if kind == "CT" else "short-axis cine" if looks_short_axis(chosen.frames[0]) else "cine"
    )
    return f"{kind} {view}, {stack.slices} slices, {stack.phases} phases"
