"""NIfTI volumes of anybody; what the header says of the patient or the study is not read at all."""

import os
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.imageglobals import LoggingOutputSuppressor
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.memory import refuse_too_large
from geometry.nifti_place import read_affine, units_of
from geometry.progress import Progress
from geometry.volume_grid import Facts, make_image, read_facts

_TIME = {"sec": 1000.0, "msec": 1.0, "usec": 0.001}
_BEAT = (300.0, 2500.0)  # ms, what a heart can do
_MOST_PACKED = 1100  # deflate packs no tighter than 1032 to 1
_DAMAGED = "This NIfTI file is empty, cut short or damaged; copy it again."


def read_nifti(path: Path, *, modality: str | None, progress: Progress) -> Image:
    """The scan in a .nii or .nii.gz file; raises Refused where it is broken, flat or no scan."""
    progress(0.1, "Reading the volume")
    try:
        with LoggingOutputSuppressor():
            volume = nib.load(path)
        _check_size(volume, path)
        voxels = np.asarray(volume.dataobj)
    except (
        ImageFileError,
        HeaderDataError,
        OSError,
        EOFError,
        ValueError,
        TypeError,
        OverflowError,
        zlib.error,
    ) as cause:
        raise Refused(_DAMAGED) from cause
    notes: list[str] = []
    affine = read_affine(volume, notes)
    facts = _with_times(read_facts(path), volume.header, voxels, notes)
    progress(0.7, "Checking the volume")
    return make_image(voxels, affine, facts, modality, notes)


def _check_size(volume: Any, path: Path) -> None:
    """Raise before anything is allocated where the header promises more than the file or this machine can hold, or less."""
    values = float(np.prod([float(n) for n in volume.shape]))
    stored = values * volume.get_data_dtype().itemsize
    held = path.stat().st_size * (_MOST_PACKED if path.suffix.lower() == ".gz" else 1)
    if stored > held:
        raise Refused(_DAMAGED)
    left = _unpacked_size(path) - float(volume.dataobj.offset) - stored
    if left > max(stored / max(volume.shape[-1], 1), 1024.0):  # a slice or more that nothing is said of
        raise Refused("This NIfTI file holds more than its header says, which is damaged; convert the scan again.")
    refuse_too_large(stored + values * 8, "This volume")


def _unpacked_size(path: Path) -> int:
    """Bytes, as the end of a packed file says it (0 to 4 GiB, and of its last part only: never too much)."""
    if path.suffix.lower() != ".gz":
        return path.stat().st_size
    with path.open("rb") as file:
        file.seek(-4, os.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def _with_times(facts: Facts, header: Any, voxels: NDArray[Any], notes: list[str]) -> Facts:
    """The facts, with times from the header's step in time where it is believable and nothing better is known.

    The unit stated is tried first, then the others: seconds and milliseconds are often mistaken for each other.
    """
    if facts.times or voxels.ndim < 4 or voxels.shape[3] < 2:
        return facts
    phases, stated = voxels.shape[3], units_of(header)[1]
    raw = float(header["pixdim"][4])
    units = [stated, *(unit for unit in ("msec", "sec") if unit != stated)] if stated in _TIME else ["msec", "sec"]
    fitting = [unit for unit in units if _BEAT[0] <= raw * _TIME[unit] * phases <= _BEAT[1]]
    if not fitting:
        return facts
    step = raw * _TIME[fitting[0]]
    if fitting[0] != stated:
        said = f"in {stated}" if stated in _TIME else "without a unit"
        notes.append(f"The step in time is given {said}; a beat is only possible if it is {step:.1f} ms: taken so.")
    if facts.cycle is None:
        notes.append(
            f"The length of the beat ({step * phases:.0f} ms) was taken from the phases, "
            "as if they covered one whole beat."
        )
    return replace(facts, times=tuple(step * k for k in range(phases)), cycle=facts.cycle or step * phases)
