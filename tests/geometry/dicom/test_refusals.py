"""DICOM that cannot be used: each time a sentence, never a guess."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, MediaStorageDirectoryStorage, generate_uid

from geometry.errors import Refused
from geometry.read_scan import list_series, read_scan


def refusal(path: Path, **wanted: Any) -> str:
    """The sentence with which a scan is refused."""
    with pytest.raises(Refused) as caught:
        read_scan(path, **wanted)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    return sentence


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "no such file or folder" in refusal(tmp_path / "nowhere")


def test_an_empty_folder_an_empty_file_and_an_empty_zip_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    assert "nothing in here" in refusal(tmp_path / "hollow")
    (tmp_path / "hollow.dcm").touch()
    assert "empty" in refusal(tmp_path / "hollow.dcm")
    zipfile.ZipFile(tmp_path / "hollow.zip", "w").close()
    assert "nothing in here" in refusal(tmp_path / "hollow.zip")


def test_a_damaged_zip_is_refused(dicom_writer: Any, tmp_path: Path) -> None:
    archive = tmp_path / "cut.zip"
    with zipfile.ZipFile(archive, "w") as whole:
        for file in dicom_writer.write(dicom_writer.Study(), tmp_path / "a").iterdir():
            whole.write(file, file.name)
    archive.write_bytes(archive.read_bytes()[:-200])
    assert "zip archive is damaged" in refusal(archive)


def test_a_zip_with_a_password_is_refused(dicom_writer: Any, tmp_path: Path) -> None:
    archive = tmp_path / "locked.zip"
    with zipfile.ZipFile(archive, "w") as whole:
        for file in dicom_writer.write(dicom_writer.Study(slices=3, phases=1), tmp_path / "a").iterdir():
            whole.write(file, file.name)
    content = bytearray(archive.read_bytes())
    # bit 0 of the general-purpose flag, at offset 6 of local and 8 of central headers, says "encrypted" (APPNOTE 4.4.4)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    archive.write_bytes(bytes(content))
    assert "password" in refusal(archive)


def test_files_that_are_no_scan_are_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear colleague")
    assert "no DICOM image" in refusal(tmp_path / "letter.txt")
    (tmp_path / "other.txt").write_text("dear colleague")
    assert "no DICOM image among the 2 files" in refusal(tmp_path)


def test_two_patients_are_counted_but_not_named(dicom_writer: Any, tmp_path: Path) -> None:
    def other(data: Dataset, number: int, phase: int) -> None:
        data.PatientID, data.PatientName, data.SeriesInstanceUID = "SECRET7", "Secret^Other", "1.2.3.99"

    dicom_writer.write(dicom_writer.Study(), tmp_path / "a")
    dicom_writer.write(dicom_writer.Study(edit=other), tmp_path / "b")
    sentence = refusal(tmp_path)
    assert "2 patients" in sentence
    assert "secret" not in sentence.lower()
    assert "Nobody" not in sentence


@pytest.mark.parametrize(
    ("modality", "words"), [("US", "ultrasound"), ("XA", "angiography"), ("PT", "positron"), ("", "unknown")]
)
def test_another_modality_is_refused_by_name(dicom_writer: Any, tmp_path: Path, modality: str, words: str) -> None:
    sentence = refusal(dicom_writer.write(dicom_writer.Study(modality=modality), tmp_path))
    assert words in sentence
    assert "MR or CT" in sentence


def test_a_ct_is_not_given_to_who_asks_for_mr(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(modality="CT", phases=1), tmp_path)
    assert "no MR series here, only CT" in refusal(folder, modality="MR")
    assert "must be MR or CT" in refusal(folder, modality="US")
    assert "There is no series 44" in refusal(folder, series="44")


def test_a_single_image_and_a_cine_of_one_slice_are_refused(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(slices=1, phases=1), tmp_path / "a")
    assert "a single 2D image" in refusal(folder)
    assert "a single 2D image" in refusal(next(folder.iterdir()))
    assert "1 slice at 6 time points" in refusal(
        dicom_writer.write(dicom_writer.Study(slices=1, phases=6), tmp_path / "b")
    )


def test_projections_and_colour_pictures_are_refused(dicom_writer: Any, tmp_path: Path) -> None:
    def project(data: Dataset, number: int, phase: int) -> None:
        data.ImageType = ["DERIVED", "SECONDARY", "PROJECTION IMAGE"]

    def color(data: Dataset, number: int, phase: int) -> None:
        data.SamplesPerPixel = 3

    assert "projections" in refusal(dicom_writer.write(dicom_writer.Study(edit=project), tmp_path / "a"))
    assert "colour" in refusal(dicom_writer.write(dicom_writer.Study(edit=color), tmp_path / "b"))


@pytest.mark.parametrize("missing", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_frames_that_do_not_say_where_they_lie_are_refused(dicom_writer: Any, tmp_path: Path, missing: str) -> None:
    def forget(data: Dataset, number: int, phase: int) -> None:
        delattr(data, missing)

    assert "do not say where they lie" in refusal(dicom_writer.write(dicom_writer.Study(edit=forget), tmp_path))


def test_several_missing_slices_are_refused(dicom_writer: Any, tmp_path: Path) -> None:
    holes = dicom_writer.Study(slices=5, gaps=(8.0, 8.0, 24.0, 8.0))
    assert "2 slices are missing between slices 3 and 4" in refusal(dicom_writer.write(holes, tmp_path / "b"))


def test_pixel_data_cut_short_are_refused_with_the_number_of_the_image(dicom_writer: Any, tmp_path: Path) -> None:
    def cut(data: Dataset, number: int, phase: int) -> None:
        if (number, phase) == (1, 2):
            data.PixelData = data.PixelData[:100]

    assert refusal(dicom_writer.write(dicom_writer.Study(edit=cut), tmp_path)).startswith(
        "Image 7 of the series is damaged"
    )


def test_a_broken_compressed_stream_is_refused_with_its_transfer_syntax(dicom_writer: Any, tmp_path: Path) -> None:
    def garble(data: Dataset, number: int, phase: int) -> None:
        data.file_meta.TransferSyntaxUID = JPEG2000Lossless
        data.PixelData = encapsulate([b"\xff\x4f\xff\x51 this is no code stream "])

    sentence = refusal(dicom_writer.write(dicom_writer.Study(edit=garble), tmp_path))
    assert "JPEG 2000 Image Compression (Lossless Only)" in sentence


def test_a_transfer_syntax_that_does_not_exist_is_refused(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(), tmp_path)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.7.1\0"))
    assert "transfer syntax that it names does not exist" in refusal(folder)


def test_truncated_files_are_refused_when_they_are_all_there_is_and_counted_otherwise(
    dicom_writer: Any, tmp_path: Path
) -> None:
    folder = dicom_writer.write(dicom_writer.Study(), tmp_path / "a")
    whole = next(folder.iterdir()).read_bytes()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").write_bytes(whole[:200])
    assert "1 of 1 files look like DICOM but are damaged" in refusal(tmp_path / "b")
    (folder / "x").write_bytes(whole[:200])
    assert any("1 of the files could not be read" in note for note in read_scan(folder).notes)


def test_a_dicomdir_without_its_files_is_refused_and_one_with_them_is_read(dicom_writer: Any, tmp_path: Path) -> None:
    _write_dicomdir(tmp_path / "DICOMDIR", images=20)
    sentence = refusal(tmp_path / "DICOMDIR")
    assert "DICOMDIR lists 20 images" in sentence
    dicom_writer.write(dicom_writer.Study(), tmp_path / "IMAGES")
    assert read_scan(tmp_path / "DICOMDIR").voxels.shape == (11, 14, 5, 4)


def _write_dicomdir(path: Path, images: int) -> None:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    records = [Dataset() for _ in range(images)]
    for number, record in enumerate(records):
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = ["IMAGES", f"I{number}"]
    data.DirectoryRecordSequence = Sequence(records)
    data.save_as(path, enforce_file_format=True)


def test_whatever_bytes_are_wrong_there_is_a_scan_or_a_sentence(dicom_writer: Any, tmp_path: Path) -> None:
    files = sorted(dicom_writer.write(dicom_writer.Study(slices=3, phases=2), tmp_path).iterdir())
    whole = [file.read_bytes() for file in files]
    random = np.random.default_rng(5)
    outcomes = set()
    for _ in range(60):
        for file, content in zip(files, whole, strict=True):
            spoilt = bytearray(content)
            for place in random.integers(132, 900, random.integers(0, 4)):
                spoilt[place] = random.integers(256)
            file.write_bytes(spoilt)
        try:
            read_scan(tmp_path)
            outcomes.add("scan")
        except Refused:
            outcomes.add("sentence")
    assert outcomes == {"scan", "sentence"}


def test_pictures_of_one_grey_value_are_refused(dicom_writer: Any, tmp_path: Path) -> None:
    def blank(data: Dataset, number: int, phase: int) -> None:
        data.PixelData = np.zeros((14, 11), np.uint16).tobytes()

    assert "one grey value" in refusal(dicom_writer.write(dicom_writer.Study(edit=blank), tmp_path))


# --- files of others -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("emri_small.dcm", "do not say where they lie"),  # enhanced MR without functional groups
        ("emri_small_big_endian.dcm", "do not say where they lie"),
        ("eCT_Supplemental.dcm", "2 slices"),
        ("US1_J2KR.dcm", "ultrasound"),
        ("liver.dcm", "segmentation"),
        ("liver_deflate.dcm", "segmentation"),
        ("JPEG-LL.dcm", "nuclear medicine"),
        ("JLSL_16_15_1_1F.dcm", "unknown"),
        ("MR2_J2KR.dcm", "a single 2D image"),
        ("bad_sequence.dcm", "a single 2D image"),
        ("LICENSE", "no DICOM image"),
    ],
)
def test_real_files_that_are_no_cardiac_stack_are_refused(reference_data: Path, name: str, words: str) -> None:
    folder = reference_data / "pydicom-data" / "data_store" / "data"
    path = folder / name if name != "LICENSE" else reference_data / "pydicom-data" / name
    assert words in refusal(path)


def test_a_folder_of_many_peoples_files_is_refused(reference_data: Path) -> None:
    assert "patients" in refusal(reference_data / "pydicom-data")


def test_a_folder_of_meshes_is_refused(reference_data: Path) -> None:
    assert "no DICOM image among the" in refusal(reference_data / "chaste")


def test_real_files_without_preamble_are_read_and_refused_for_being_one_slice(reference_data: Path) -> None:
    folder = reference_data / "biv-me"
    series = list_series(folder)
    assert [(one.slices, one.phases) for one in series] == [(1, 10), (1, 10)]
    assert "1 slice at 10 time points" in refusal(folder)


def test_a_real_label_map_is_refused(reference_data: Path) -> None:
    labels = reference_data / "biv-me/tests/test_data/contouring_data/patient1/segmentations/SAX/SAX_3d_1.nii.gz"
    assert "label map" in refusal(labels, modality="MR")
