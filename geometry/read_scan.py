"""One door for every scan: DICOM (folder, zip, file), NIfTI, NRRD, MHA."""

from pathlib import Path

from geometry.dicom import list_dicom_series, read_dicom
from geometry.dicom_series import SeriesSummary
from geometry.errors import Refused
from geometry.image import MODALITIES, Image
from geometry.nifti import read_nifti
from geometry.progress import Progress, silent
from geometry.volume_file import read_volume_file

_NIFTI = (".nii", ".nii.gz")
_VOLUME_FILES = (".nrrd", ".nhdr", ".mha", ".mhd")


def read_scan(
    path: Path, *, modality: str | None = None, series: str | None = None, progress: Progress = silent
) -> Image:
    """The scan at ``path`` on a grid in the patient (mm, RAS+), without a trace of who the patient is.

    modality  "MR" or "CT" where the file does not say (NIfTI, NRRD, MHA), or to choose among DICOM series
    series    key from ``list_series``; without it the cine short axis or the largest CT volume is taken
    Raises Refused, with a sentence, where the scan cannot be used.
    """
    if modality is not None and modality not in MODALITIES:
        raise Refused(f"The modality must be {' or '.join(MODALITIES)}, not {modality}.")
    if not path.exists():
        raise Refused("There is no such file or folder; choose the scan again.")
    name = path.name.lower()
    if path.is_file() and name.endswith(_NIFTI):
        image = read_nifti(path, modality=modality, progress=progress)
    elif path.is_file() and name.endswith(_VOLUME_FILES):
        image = read_volume_file(path, modality=modality, progress=progress)
    else:
        image = read_dicom(path, modality=modality, series=series, progress=progress)
    progress(1.0, f"Read {image.source}")
    return image


def list_series(path: Path, progress: Progress = silent) -> tuple[SeriesSummary, ...]:
    """The DICOM series at ``path``, the one that ``read_scan`` would take first; empty for other kinds of file."""
    if path.is_file() and path.name.lower().endswith(_NIFTI + _VOLUME_FILES):
        return ()
    return list_dicom_series(path, progress)
