"""Small DICOM studies made on the spot, whose grey values tell where each pixel lies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

# An oblique plane: no axis of the grid is an axis of the patient.
_A, _B = np.deg2rad(35.0), np.deg2rad(-25.0)
OBLIQUE = np.array(
    [
        [np.cos(_A), np.sin(_A), 0.0],
        [-np.sin(_A) * np.cos(_B), np.cos(_A) * np.cos(_B), np.sin(_B)],
    ]
)


def ramp(ras: NDArray[np.float64]) -> NDArray[np.float64]:
    """A grey value that is linear in the place (mm, RAS) and different along each axis."""
    return 1500.0 + ras @ np.array([2.0, 3.0, 5.0])


def _no_edit(data: Dataset, slice_number: int, phase: int) -> None:
    pass


@dataclass(frozen=True)
class Study:
    """What to write: a stack of slices at several phases, with an ``edit`` of each data set before it is stored."""

    slices: int = 5
    phases: int = 4
    modality: str = "MR"
    axes: NDArray[np.float64] = field(default_factory=lambda: OBLIQUE)
    origin: tuple[float, float, float] = (12.0, -34.0, 56.0)
    spacing: tuple[float, float] = (1.5, 1.25)  # row, column
    size: tuple[int, int] = (14, 11)  # rows, columns
    gaps: tuple[float, ...] = ()
    drift: tuple[float, float] = (0.0, 0.0)  # mm in plane per slice
    edit: Callable[[Dataset, int, int], None] = _no_edit
    per_phase: float = 10.0
    preamble: bool = True
    series: str = "1"

    def place(self, number: int) -> NDArray[np.float64]:
        """(3,) LPS position of the first pixel of a slice."""
        gaps = self.gaps or (8.0,) * (self.slices - 1)
        normal = np.cross(self.axes[0], self.axes[1])
        in_plane = number * (self.drift[0] * self.axes[0] + self.drift[1] * self.axes[1])
        return np.asarray(self.origin) + sum(gaps[:number]) * normal + in_plane

    def pixels(self, number: int, phase: int) -> NDArray[np.uint16]:
        """(rows, columns) of the ramp at the true place of every pixel."""
        row, column = np.mgrid[: self.size[0], : self.size[1]]
        lps = (
            self.place(number)
            + column[..., None] * self.spacing[1] * self.axes[0]
            + row[..., None] * self.spacing[0] * self.axes[1]
        )
        return np.round(ramp(lps * [-1.0, -1.0, 1.0]) + self.per_phase * phase).astype(np.uint16)


def make_data_set(study: Study, number: int, phase: int) -> Dataset:
    """One classic image of a study."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = CTImageStorage if study.modality == "CT" else MRImageStorage
    data.SOPInstanceUID = generate_uid()
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.Modality = study.modality
    data.PatientID, data.PatientName = "P1", "Nobody"
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.3", f"1.2.3.{study.series}"
    data.SeriesNumber = study.series
    data.InstanceNumber = number * study.phases + phase + 1
    data.ImagePositionPatient = [f"{v:.6f}" for v in study.place(number)]
    data.ImageOrientationPatient = [f"{v:.8f}" for v in study.axes.ravel()]
    data.PixelSpacing = [str(v) for v in study.spacing]
    data.SliceLocation = str(3.0 * number)  # a lie, as scanners tell it
    data.SliceThickness = "8"
    if study.phases > 1:
        data.TriggerTime, data.NominalInterval = str(20.0 + 200.0 * phase), 200 * study.phases
    data.Rows, data.Columns = study.size
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.PixelData = study.pixels(number, phase).tobytes()
    study.edit(data, number, phase)
    return data


def write_study(study: Study, folder: Path) -> Path:
    """All images of a study in ``folder``, in an order that says nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.random.default_rng(1).permutation(study.slices * study.phases)
    for number in range(study.slices):
        for phase in range(study.phases):
            name = f"{study.series}-{names[number * study.phases + phase]:04d}.dcm"
            make_data_set(study, number, phase).save_as(folder / name, enforce_file_format=study.preamble)
    return folder


@dataclass(frozen=True)
class DicomWriter:
    """What the tests of the importer need: studies, single data sets, and the ramp that they show."""

    Study = Study
    ramp = staticmethod(ramp)
    make_data_set = staticmethod(make_data_set)
    write = staticmethod(write_study)


@pytest.fixture(scope="session")
def dicom_writer() -> DicomWriter:
    return DicomWriter()
