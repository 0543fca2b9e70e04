"""NIfTI, NRRD and MHA files to choose from: one alone, or several in a folder or a zip archive."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from geometry.dicom.files import list_members, open_all
from geometry.dicom.series_roles import Role, role_of_volume
from geometry.dicom.series_summary import SeriesSummary
from geometry.dicom.thumbnails import thumbnail
from geometry.errors import Refused
from geometry.image import Image
from geometry.nifti import read_nifti
from geometry.progress import Progress, part
from geometry.volume_file import read_volume_file

_NIFTI = (".nii", ".nii.gz")
_VOLUMES = (*_NIFTI, ".nrrd", ".nhdr", ".mha", ".mhd")
_BESIDE = re.compile(r"\.(json|txt|cfg|csv|tsv|md|raw|zraw|bval|bvec)$")  # what may lie beside volumes


@contextmanager
def volumes_at(path: Path) -> Iterator[tuple[Path, ...]]:
    """The volume files at ``path`` (unpacked for as long as they are needed); none where there is anything else."""
    if not path.exists():
        raise Refused("There is no such file or folder; choose the scan again.")
    if path.is_file() and path.name.lower().endswith(_VOLUMES):
        yield (path,)
    elif path.is_dir():
        files = [file for file in sorted(path.iterdir()) if file.is_file() and not file.name.startswith(".")]
        found = _only_volumes([file.name for file in files])
        yield tuple(file for file in files if file.name in found)
    elif path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            yield _unpacked(path, Path(folder))
    else:
        yield ()


def read_volume(path: Path, modality: str | None, progress: Progress) -> Image:
    """The scan in one volume file."""
    if path.name.lower().endswith(_NIFTI):
        return read_nifti(path, modality=modality, progress=progress)
    return read_volume_file(path, modality=modality, progress=progress)


def choose_volume(files: tuple[Path, ...], modality: str | None, key: str | None, progress: Progress) -> Image:
    """The scan asked for by its key (1, 2 ... in the order of names), else the first usable one, the largest file first."""
    if key is not None:
        if not (key.isdigit() and 1 <= int(key) <= len(files)):
            raise Refused(f"There is no series {key}; there are: 1 to {len(files)}.")
        return read_volume(files[int(key) - 1], modality, progress)
    refusals = []
    for file in sorted(files, key=lambda file: -file.stat().st_size):
        try:
            return read_volume(file, modality, progress)
        except Refused as refusal:
            refusals.append(refusal)
    raise refusals[0]


def list_volumes(files: tuple[Path, ...], progress: Progress) -> tuple[SeriesSummary, ...]:
    """What each volume file is, in the order of names."""
    found = []
    for number, file in enumerate(files):
        share = part(progress, number / len(files), (number + 1) / len(files))
        try:
            image = read_volume(file, None, share)
        except Refused as refusal:
            found.append(SeriesSummary(str(number + 1), "", 0, 0, 0, 0, "volume file", problem=str(refusal)))
        else:
            found.append(_summary(str(number + 1), image, role_of_volume(image)))
    return tuple(found)


def _summary(key: str, image: Image, role: Role) -> SeriesSummary:
    columns, rows, slices = image.voxels.shape[:3]
    text = f"{image.modality} {'cine' if image.phases > 4 else 'volume'}, {slices} slices"
    text += f", {image.phases} phase{'s' if image.phases > 1 else ''}, {columns} x {rows}"
    across, down, gap = (float(value) for value in image.spacing)
    middle = np.asarray(image.phase(0)[:, :, slices // 2].T, dtype=float)
    return SeriesSummary(
        key, image.modality, slices, image.phases, rows, columns, text,
        role=role.name, reason=role.reason, spacing=(across, down), gap=gap, thumbnail=thumbnail(middle),
    )  # fmt: skip


def _only_volumes(names: list[str]) -> list[str]:
    """The names of volume files, if nothing else but what goes with them is there."""
    found = [name for name in names if name.lower().endswith(_VOLUMES)]
    return found if all(name in found or _BESIDE.search(name.lower()) for name in names) else []


def _unpacked(archive: Path, folder: Path) -> tuple[Path, ...]:
    """The volume files of a zip archive, under their bare names in ``folder``; none where it holds anything else."""
    members = list_members(archive)
    bare = {member: re.split(r"[/\\]", member.name)[-1] for member in members}
    found = _only_volumes(list(bare.values()))
    if not found or len(set(bare.values())) < len(members):
        return ()
    for member, stream in open_all(members, lambda fraction, message="": None):
        if stream is not None:
            (folder / bare[member]).write_bytes(stream.read())
    return tuple(folder / name for name in sorted(found) if (folder / name).exists())
