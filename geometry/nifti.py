"""NIfTI volumes of anybody; what the header says of the patient or the study is not read at all."""

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress
from geometry.volume_grid import Facts, make_image, read_facts

_LENGTH = {"meter": 1000.0, "micron": 0.001}
_TIME = {"sec": 1000.0, "msec": 1.0, "usec": 0.001}


def read_nifti(path: Path, *, modality: str | None, progress: Progress) -> Image:
    """The scan in a .nii or .nii.gz file; raises Refused where it is broken, flat or no scan."""
    progress(0.1, "Reading the volume")
    try:
        volume = nib.load(path)
        voxels = np.asarray(volume.dataobj)
    except (ImageFileError, OSError, EOFError, ValueError, zlib.error) as cause:
        raise Refused("This NIfTI file is empty, cut short or damaged; copy it again.") from cause
    notes: list[str] = []
    header = volume.header
    affine = _affine(volume, notes)
    facts = _with_times(read_facts(path), header, voxels, notes)
    progress(0.7, "Checking the volume")
    return make_image(voxels, affine, facts, modality, notes)


def _affine(volume: Any, notes: list[str]) -> NDArray[np.float64]:
    affine = np.array(volume.affine, dtype=float)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise Refused(
            "The file does not say how large its voxels are or how they lie; convert the scan again from DICOM."
        )
    length = _LENGTH.get(volume.header.get_xyzt_units()[0], 1.0)
    affine[:3] *= length
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if np.allclose(affine[:3, :3], np.eye(3)) and np.allclose(affine[:3, 3], 0):
        notes.append(
            "The file gives voxels of exactly 1 x 1 x 1 mm and no orientation, as when nobody filled them in: "
            "volumes are right only if that is true."
        )
    elif not (volume.header["sform_code"] or volume.header["qform_code"]):
        notes.append("The file does not say how the patient lies: left and right, head and foot may be exchanged.")
    if spacing.min() < 0.05 or spacing.max() > 30:
        raise Refused(
            f"The voxels are said to be {spacing[0]:.3g} x {spacing[1]:.3g} x {spacing[2]:.3g} mm, "
            "which no cardiac scan has; check the unit of length."
        )
    return affine


def _with_times(facts: Facts, header: Any, voxels: NDArray[Any], notes: list[str]) -> Facts:
    """The facts, with times from the header's step in time where it is believable and nothing better is known."""
    unit = _TIME.get(header.get_xyzt_units()[1])
    if facts.times or voxels.ndim < 4 or unit is None:
        return facts
    phases = voxels.shape[3]
    step = float(header["pixdim"][4]) * unit
    if not 300 <= step * phases <= 2500:
        return facts
    if facts.cycle is None:
        notes.append(
            f"The length of the beat ({step * phases:.0f} ms) was taken from the phases, "
            "as if they covered one whole beat."
        )
    return replace(facts, times=tuple(step * k for k in range(phases)), cycle=facts.cycle or step * phases)
