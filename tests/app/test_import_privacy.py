"""Nothing of who the patient is gets into a case folder: not into the scan, the jobs, their logs or what is packed."""

import gzip
import json
import time
from datetime import datetime
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from app.case import Case
from app.edit_journal import append
from app.edited import needed_segmentation
from app.jobs import DONE, FAILED, RUNNING, Job, start_job
from geometry.editing.catalogue import run_tool
from geometry.read_scan import import_scan
from geometry.segmentation import LV

TEXTS = (
    "PatientName", "PatientID", "OtherPatientIDs", "PatientAddress", "PatientComments", "InstitutionName",
    "InstitutionAddress", "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "StationName",
    "DeviceSerialNumber", "AccessionNumber", "StudyID", "StudyDescription", "SeriesDescription", "ProtocolName",
    "ImageComments", "AdmissionID", "ContrastBolusAgent", "SequenceName", "Manufacturer",
)  # fmt: skip
MARKS = (b"marked", b"770770770", b"19770717", b"1977-07-17", b"171717.77", b"17:17:17")


def marked_study(folder: Path, shift_days: int = 0) -> Path:
    """Three slices at two times, every identifying text, number and date of which can be searched for."""
    folder.mkdir(parents=True)
    for number in range(3):
        for phase in range(2):
            data = Dataset()
            data.file_meta = FileMetaDataset()
            data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, f"1.2.770770770.{number}.{phase}"
            data.Modality, data.StudyInstanceUID, data.SeriesInstanceUID = "MR", "1.2.770770770", "1.2.770770770.1"
            for name in TEXTS:
                setattr(data, name, "MARKED")
            for name in ("StudyDate", "AcquisitionDate", "ContentDate", "PatientBirthDate"):
                setattr(data, name, f"197707{17 + shift_days}")
            data.StudyTime = data.AcquisitionTime = "171717.77"
            data.PatientSex, data.PatientSize, data.PatientWeight, data.PatientAge = "F", "1.70", "61.5", "093Y"
            private = data.private_block(0x0011, "MARKED INC", create=True)
            private.add_new(0x01, "LO", "MARKED")
            data.ImagePositionPatient = [0, 0, 8 * number]
            data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [1.5, 1.5]
            data.TriggerTime, data.NominalInterval = 400 * phase, 800
            data.Rows, data.Columns, data.SamplesPerPixel = 8, 8, 1
            data.PhotometricInterpretation = "MONOCHROME2"
            data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
            data.PixelData = np.random.default_rng(number).integers(0, 500, (8, 8)).astype(np.uint16).tobytes()
            data.save_as(folder / f"MARKED-{number}-{phase}.dcm", enforce_file_format=True)
    return folder


def wait(job: Job) -> str:
    while job.poll().state == RUNNING:
        time.sleep(0.05)
    return job.poll().state


def assert_clean(folder: Path) -> int:
    """No mark in the name or content of any file, unpacked where it is packed; the number of files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        for held in (content, gzip.decompress(content) if path.suffix == ".gz" else b"", str(path.name).encode()):
            found = [mark for mark in MARKS if mark in held.lower()]
            assert not found, f"{found} in {path.relative_to(folder)}"
    return len(files)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Case.create(tmp_path / "patient", "Somebody")


def test_a_study_full_of_marks_leaves_none_in_the_case(case: Case, tmp_path: Path) -> None:
    scan = marked_study(tmp_path / "MARKED^PATIENT")
    assert wait(start_job(case.folder, "series", {"scan": str(scan)})) == DONE
    assert wait(start_job(case.folder, "import", {"scan": str(scan), "series": case.series()[0].key})) == DONE
    assert assert_clean(case.folder) > 10
    subject = case.subject()
    assert subject is not None
    assert (subject.sex, subject.height_cm, subject.weight_kg, subject.age_years) == ("F", 170.0, 61.5, 90)
    record = json.loads((case.folder / "scan" / "deidentification.json").read_text())
    assert [option["code"] for option in record["options"]] == ["113100", "113108", "113107"]
    assert record["private"] == 2 and "PatientWeight" in record["kept"] and "PatientName" not in record["kept"]


def test_labels_from_elsewhere_and_edits_leave_no_trace(case: Case, tmp_path: Path) -> None:
    scan = marked_study(tmp_path / "MARKED")
    assert wait(start_job(case.folder, "import", {"scan": str(scan)})) == DONE
    image = case.image()
    assert image is not None
    labels = np.zeros(image.voxels.shape, np.uint8)
    labels[2:6, 2:6], labels[3:5, 3:5] = 2, 3
    volume = nib.Nifti1Image(labels, image.affine)
    volume.header["descrip"] = "MARKED"
    nib.save(volume, tmp_path / "MARKED.nii.gz")
    files = [str(tmp_path / "MARKED.nii.gz")]
    assert wait(start_job(case.folder, "labels", {"files": files, "scheme": "acdc"})) == DONE
    append(case.folder, run_tool("erase", needed_segmentation(case).labels, image.affine, 2, [0], {"label": LV}))
    assert list((case.folder / "edits").iterdir())
    assert_clean(case.folder)
    assert wait(start_job(case.folder, "keep_edits", {})) == DONE
    (tmp_path / "MARKED.nii.gz").write_bytes(b"MARKED")
    assert wait(start_job(case.folder, "labels", {"files": files, "scheme": "acdc"})) == FAILED
    assert_clean(case.folder)


def test_a_scan_that_is_refused_leaves_no_mark_either(case: Case, tmp_path: Path) -> None:
    scan = marked_study(tmp_path / "MARKED")
    for path in scan.iterdir():
        path.write_bytes(path.read_bytes()[:-40])
    assert wait(start_job(case.folder, "import", {"scan": str(scan)})) == FAILED
    assert wait(start_job(case.folder, "import", {"scan": str(tmp_path / "MARKED-nowhere")})) == FAILED
    assert_clean(case.folder)


def test_dates_are_moved_by_the_same_amount_for_one_person_and_not_kept_without_a_secret(tmp_path: Path) -> None:
    first, second = marked_study(tmp_path / "a"), marked_study(tmp_path / "b", shift_days=9)
    when = [datetime.fromisoformat(import_scan(scan, secret=b"key").record.acquired) for scan in (first, second)]
    assert (when[1] - when[0]).days == 9 and when[0].year < 1977 + 1
    assert datetime.fromisoformat(import_scan(first, secret=b"other").record.acquired) != when[0]
    record = import_scan(first).record
    assert record.acquired == "" and "113107" not in dict(record.options)
