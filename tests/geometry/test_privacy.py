"""Nothing of who the patient is may pass the importer."""

import zipfile
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from geometry.image import load_image, save_image
from geometry.read_scan import list_series, read_scan

# Text of the tags that DICOM PS3.15 Annex E (basic profile) removes or replaces, as far as cardiac scans carry them.
_TEXT_TAGS = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "PatientAddress",
    "PatientMotherBirthName",
    "PatientTelephoneNumbers",
    "PatientComments",
    "EthnicGroup",
    "Occupation",
    "AdditionalPatientHistory",
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy",
    "OperatorsName",
    "PhysiciansOfRecord",
    "StationName",
    "DeviceSerialNumber",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "ImageComments",
    "RequestedProcedureDescription",
    "PerformedProcedureStepDescription",
    "RequestingPhysician",
    "AdmissionID",
    "ManufacturerModelName",
    "SoftwareVersions",
    "ContrastBolusAgent",
    "DerivationDescription",
)
_UID_TAGS = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
_DATE_TAGS = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "PatientBirthDate")
_TIME_TAGS = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")


def _mark(data: Dataset, number: int, phase: int) -> None:
    for name in _TEXT_TAGS:
        assert tag_for_keyword(name) is not None
        setattr(data, name, "MARKED")
    for place, name in enumerate(_UID_TAGS):
        setattr(data, name, f"1.2.77777.{place}")
    for name in _DATE_TAGS:
        setattr(data, name, "19770717")
    for name in _TIME_TAGS:
        setattr(data, name, "171717.77")
    data.SOPInstanceUID = f"1.2.77777.9.{number}.{phase}"
    data.PatientAge, data.PatientWeight = "077Y", "77.77"
    private = data.private_block(0x0011, "MARKED INC", create=True)
    private.add_new(0x01, "LO", "MARKED")


_MARKS = (b"marked", b"77777", b"19770717", b"171717", b"077y", b"77.77")


def _assert_clean(content: bytes) -> None:
    for mark in _MARKS:
        assert mark not in content.lower()


def test_markers_in_every_identifying_tag_reach_neither_image_nor_sidecar(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(edit=_mark, series="5"), tmp_path / "MARKED^PATIENT")
    for file in list(folder.iterdir()):
        file.rename(folder / f"marked-{file.name}")
    assert b"MARKED" in next(folder.iterdir()).read_bytes()
    archive = tmp_path / "MARKED.zip"
    with zipfile.ZipFile(archive, "w") as whole:
        for file in folder.iterdir():
            whole.write(file, f"MARKED/{file.name}")
    for path in (folder, archive):
        image = read_scan(path)
        _assert_clean(repr(list_series(path)).encode())
        save_image(image, tmp_path / "out.nii")
        assert load_image(tmp_path / "out.nii").voxels.shape == image.voxels.shape
        for written in (tmp_path / "out.nii", tmp_path / "out.json"):
            _assert_clean(written.read_bytes())


def test_progress_messages_and_refusals_name_no_file(dicom_writer: Any, tmp_path: Path) -> None:
    from geometry.errors import Refused

    def mark_and_cut(data: Dataset, number: int, phase: int) -> None:
        _mark(data, number, phase)
        data.PixelData = data.PixelData[:10]

    folder = dicom_writer.write(dicom_writer.Study(edit=mark_and_cut), tmp_path / "MARKED")
    said: list[str] = []
    with pytest.raises(Refused) as caught:
        read_scan(folder, progress=lambda fraction, message="": said.append(message))
    _assert_clean(" ".join([*said, str(caught.value)]).encode())


def test_free_text_of_a_nifti_header_and_of_a_foreign_sidecar_is_not_copied(tmp_path: Path) -> None:
    volume = nib.Nifti1Image(np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4), np.diag([2.0, 2.0, 8.0, 1.0]))
    for field in ("descrip", "aux_file", "db_name", "intent_name"):
        volume.header[field] = "MARKED"
    nib.save(volume, tmp_path / "scan.nii")
    (tmp_path / "scan.json").write_text(
        '{"modality": "MR", "source": "MARKED", "notes": ["MARKED"], "PatientName": "MARKED"}'
    )
    image = read_scan(tmp_path / "scan.nii")
    save_image(image, tmp_path / "out.nii")
    for written in (tmp_path / "out.nii", tmp_path / "out.json"):
        _assert_clean(written.read_bytes())
