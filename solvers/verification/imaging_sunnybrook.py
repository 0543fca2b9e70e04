"""The automatic cine method on a real failing heart against its readers' contours (needs the reference data).

Sunnybrook Cardiac Data, SC-HF-I-1 (Radau et al. 2009, The MIDAS Journal 49): EDV 191.3 ml, ESV 141.3 ml, EF 26.2 %.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from skimage.draw import polygon2mask

from geometry.image import Image
from geometry.progress import Progress, part
from geometry.read_scan import read_scan
from geometry.segmentation import LV, MYOCARDIUM, Segmentation
from geometry.segmenters.catalogue import segment
from solvers.result import Check

NAME = "imaging-sunnybrook"
TITLE = "Cine short axis, automatic, on a real patient"
ED, ES, PHASES = 18, 7, 20  # as its readers chose them, 0-based
EDV, ESV, EF = 191.3, 141.3, 26.2
SOURCE = "manual contours, Radau 2009"
FOLDER = Path("sunnybrook", "final_data")

type Contours = Mapping[tuple[str, int], NDArray[np.bool_]]


def verify(progress: Progress) -> list[Check]:
    """Overlap on the contoured slices, volumes and ejection fraction; nothing where the data are not at hand."""
    data = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not data or not (Path(data) / FOLDER).is_dir():
        return []
    image, contours = read_patient(Path(data) / FOLDER)
    found = segment(image, progress=part(progress, 0.1, 1.0))
    return checks_of(found, contours)


def checks_of(found: Segmentation, contours: Contours) -> list[Check]:
    """The checks of one segmentation."""
    edv, esv = (float((found.phase(t) == LV).sum()) * found.voxel_volume / 1000.0 for t in (found.ed, found.es or 0))
    cavities = [dice(found.phase(t) == LV, contours["i", t]) for t in (ED, ES)]
    outer = dice(np.isin(found.phase(ED), (LV, MYOCARDIUM)), contours["o", ED])
    return [
        Check(
            "Dice of the cavity on contoured slices (at least 0.90)", float(np.mean(cavities)), 1.0, 0.10, "1", SOURCE
        ),
        Check("Dice of the epicardium on contoured slices (at least 0.92)", outer, 1.0, 0.08, "1", SOURCE),
        Check("end-diastolic volume", edv, EDV, 0.07 * EDV, "ml", SOURCE),
        Check("end-systolic volume", esv, ESV, 0.07 * ESV, "ml", SOURCE),
        Check("ejection fraction", 100.0 * (1 - esv / edv), EF, 4.0, "%", SOURCE),
    ]


def read_patient(folder: Path) -> tuple[Image, Contours]:
    """The scan, and (inner "i" or outer "o", phase) -> (nx, ny, slices) what the readers enclosed."""
    archive = folder / "dicoms" / "SCD0000101.zip"
    image = read_scan(archive)
    place = _places(archive, image)
    drawn: dict[tuple[str, int], NDArray[np.bool_]] = {}
    for kind, phase in (("i", ED), ("i", ES), ("o", ED)):
        mask = np.zeros(image.voxels.shape[:3], dtype=bool)
        for path in sorted((folder / "contourfiles" / "SC-HF-I-1" / f"{kind}-contours").glob("*.txt")):
            number = int(path.stem.split("-")[2])
            if (number - 1) % PHASES == phase:
                mask[:, :, place[number]] = polygon2mask(
                    mask.shape[:2], np.loadtxt(path) - 1.0
                )  # pixels are counted from 1
        drawn[kind, phase] = mask
    return image, drawn


def _places(archive: Path, image: Image) -> dict[int, int]:
    """Number of a picture -> the slice of the grid it lies in, by its position."""
    import zipfile

    inverse = np.linalg.inv(image.affine)
    found = {}
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if name.endswith(".dcm"):
                with files.open(name) as stream:
                    position = pydicom.dcmread(stream, stop_before_pixels=True).ImagePositionPatient
                x, y, z = (float(each) for each in position)
                found[int(Path(name).stem.split("-")[-1])] = round(float((inverse @ (-x, -y, z, 1.0))[2]))
    return found


def dice(found: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> float:
    """Overlap of two masks on the slices that were drawn."""
    slices = drawn.any(axis=(0, 1))
    a, b = found[..., slices], drawn[..., slices]
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))
