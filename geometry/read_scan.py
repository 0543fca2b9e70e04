"""One door for every scan: DICOM (folder, zip, file), NIfTI, NRRD, MHA."""

import errno
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geometry.dicom.deidentify import Imported, without_header
from geometry.dicom.series_summary import SeriesSummary
from geometry.dicom.study import list_dicom_series, read_dicom
from geometry.errors import Cancelled, Refused
from geometry.image import MODALITIES, Image
from geometry.progress import Progress, silent
from geometry.volume_series import choose_volume, list_volumes, volumes_at

STUMBLED = "The importer stumbled over something in this scan that it does not know"


def read_scan(
    path: Path, *, modality: str | None = None, series: str | None = None, progress: Progress = silent
) -> Image:
    """The image of ``import_scan``."""
    return import_scan(path, modality=modality, series=series, progress=progress).image


def import_scan(
    path: Path,
    *,
    modality: str | None = None,
    series: str | None = None,
    secret: bytes | None = None,
    progress: Progress = silent,
) -> Imported:
    """The scan at ``path`` on a grid in the patient (mm, RAS+), without a trace of who the patient is.

    modality  "MR" or "CT" where the file does not say (NIfTI, NRRD, MHA), or to choose among DICOM series
    series    key from ``list_series``; without it the cine short axis or the largest CT volume is taken
    secret    what dates are moved by (the same for all scans of a machine); without it no date is kept
    Raises Refused, with a sentence, where the scan cannot be used.
    """
    if modality is not None and modality not in MODALITIES:
        raise Refused(f"The modality must be {' or '.join(MODALITIES)}, not {modality}.")
    with only_sentences(), volumes_at(path) as volumes:
        if volumes:
            imported = without_header(choose_volume(volumes, modality, series, progress))
        else:
            imported = read_dicom(path, modality=modality, series=series, secret=secret, progress=progress)
    progress(1.0, f"Read {imported.image.source}")
    return imported


@contextmanager
def only_sentences() -> Iterator[None]:
    """Whatever goes wrong inside becomes a Refused: a stranger's file may bring about anything, and say names."""
    try:
        yield
    except (Refused, Cancelled, MemoryError):
        raise
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
            raise
        where = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{type(fault).__name__} in {Path(where.filename).name}, line {where.lineno}"
        raise Refused(f"{STUMBLED} ({place}); export the scan again, or choose another series.") from None


def list_series(path: Path, progress: Progress = silent) -> tuple[SeriesSummary, ...]:
    """What there is to choose from at ``path``; of DICOM the one that ``read_scan`` would take comes first."""
    with only_sentences(), volumes_at(path) as volumes:
        return list_volumes(volumes, progress) if volumes else list_dicom_series(path, progress)
