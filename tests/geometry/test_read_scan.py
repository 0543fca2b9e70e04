"""DICOM in: where the voxels lie, when they were taken, what is chosen."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    RLELossless,
)

from geometry.image import Image
from geometry.read_scan import list_series, read_scan
from solvers.verification.import_files import as_enhanced


def farthest_from_ramp(image: Image, writer: Any, per_phase: float = 10.0) -> float:
    """The largest difference between a voxel and what the ramp has at the place the affine gives it."""
    index = np.moveaxis(np.indices(image.voxels.shape[:3]), 0, -1)
    ras = index @ image.affine[:3, :3].T + image.affine[:3, 3]
    expected = writer.ramp(ras)[..., None] + per_phase * np.arange(image.phases)
    return float(np.abs(image.voxels.reshape(expected.shape) - expected).max())


def test_every_voxel_of_an_oblique_cine_lies_where_the_scanner_put_it(dicom_writer: Any, tmp_path: Path) -> None:
    image = read_scan(dicom_writer.write(dicom_writer.Study(), tmp_path))
    assert image.voxels.shape == (11, 14, 5, 4)
    # grey values are rounded to whole numbers, nothing else may differ
    assert farthest_from_ramp(image, dicom_writer) < 0.51
    assert image.spacing == pytest.approx([1.25, 1.5, 8.0], abs=1e-5)
    assert np.linalg.det(image.affine[:3, :3]) > 0
    assert image.times == (20.0, 220.0, 420.0, 620.0)
    assert image.cycle == 800.0
    assert image.source == "MR short-axis cine, 5 slices, 4 phases"


def test_a_zip_reads_like_its_folder(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(slices=3, phases=2), tmp_path / "a")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"deep/er/{file.name}")
        archive.writestr("__MACOSX/deep/._1-0000.dcm", b"junk")
        archive.writestr("readme.txt", b"not an image")
    inside, outside = read_scan(tmp_path / "a.zip"), read_scan(folder)
    assert np.array_equal(inside.voxels, outside.voxels)
    assert np.array_equal(inside.affine, outside.affine)


def test_files_without_preamble_are_read(dicom_writer: Any, tmp_path: Path) -> None:
    def drop_meta(data: Dataset, number: int, phase: int) -> None:
        del data.file_meta.MediaStorageSOPInstanceUID

    folder = dicom_writer.write(dicom_writer.Study(preamble=False, edit=drop_meta), tmp_path)
    assert next(folder.iterdir()).read_bytes()[128:132] != b"DICM"
    assert farthest_from_ramp(read_scan(folder), dicom_writer) < 0.51


def test_a_ct_volume_is_rescaled_to_hu_and_padding_becomes_air(dicom_writer: Any, tmp_path: Path) -> None:
    def rescale_and_pad(data: Dataset, number: int, phase: int) -> None:
        data.RescaleSlope, data.RescaleIntercept = "1", "-1600"
        stored = np.frombuffer(data.PixelData, np.uint16).copy()
        stored[:5] = 0  # outside the field of view: -1600 HU, which nothing has
        data.PixelData = stored.tobytes()

    study = dicom_writer.Study(modality="CT", phases=1, slices=6, edit=rescale_and_pad)
    image = read_scan(dicom_writer.write(study, tmp_path))
    expected = study.pixels(2, 0).astype(int) - 1600
    expected[0, :5] = -1024
    assert np.array_equal(image.voxels[:, :, 2], expected.T)
    assert (image.modality, image.times, image.source) == ("CT", (), "CT volume, 6 slices")


def test_pictures_stored_with_white_as_smallest_value_are_turned_but_hounsfield_units_are_not(
    dicom_writer: Any, tmp_path: Path
) -> None:
    def invert(data: Dataset, number: int, phase: int) -> None:
        data.PhotometricInterpretation = "MONOCHROME1"

    study = dicom_writer.Study(edit=invert)
    stored = np.stack([study.pixels(k, t).T for k in range(5) for t in range(4)], axis=-1).astype(int)
    image = read_scan(dicom_writer.write(study, tmp_path / "mr"))
    assert np.array_equal(image.voxels.reshape(11, 14, 20), stored.max() + stored.min() - stored)
    assert any("white" in note for note in image.notes)
    study = dicom_writer.Study(modality="CT", phases=1, edit=invert)
    image = read_scan(dicom_writer.write(study, tmp_path / "ct"))
    assert np.array_equal(image.voxels[:, :, 2], study.pixels(2, 0).T)


def test_a_slope_that_is_no_whole_number_keeps_its_fractions(dicom_writer: Any, tmp_path: Path) -> None:
    def rescale(data: Dataset, number: int, phase: int) -> None:
        data.RescaleSlope, data.RescaleIntercept = "0.25", "1.5"

    study = dicom_writer.Study(edit=rescale)
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.voxels.dtype == np.float32
    assert np.allclose(image.voxels[:, :, 1, 2], study.pixels(1, 2).T * 0.25 + 1.5)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_packed_pixels_come_out_as_they_went_in(dicom_writer: Any, tmp_path: Path, syntax: UID) -> None:
    study = dicom_writer.Study(slices=3, phases=2, size=(64, 72))
    for number, phase in np.ndindex(3, 2):
        data = dicom_writer.make_data_set(study, number, phase)
        if syntax == ExplicitVRBigEndian:
            data.PixelData = study.pixels(number, phase).astype(">u2").tobytes()
        if syntax.is_encapsulated:
            data.compress(syntax)
        data.file_meta.TransferSyntaxUID = syntax
        data.save_as(tmp_path / f"{number}{phase}", enforce_file_format=True)
    assert farthest_from_ramp(read_scan(tmp_path), dicom_writer) < 0.51


def test_slices_of_one_series_each_become_one_stack(dicom_writer: Any, tmp_path: Path) -> None:
    def own_series(data: Dataset, number: int, phase: int) -> None:
        data.SeriesInstanceUID, data.SeriesNumber = f"1.2.3.{50 + number}", 50 + number

    image = read_scan(dicom_writer.write(dicom_writer.Study(edit=own_series), tmp_path))
    assert image.voxels.shape == (11, 14, 5, 4)
    assert farthest_from_ramp(image, dicom_writer) < 0.51


def test_the_short_axis_cine_is_chosen_among_other_series_and_the_notes_say_so(
    dicom_writer: Any, tmp_path: Path
) -> None:
    def perfusion(data: Dataset, number: int, phase: int) -> None:
        data.SeriesDescription = "Perfusion SAX"

    dicom_writer.write(dicom_writer.Study(series="7", slices=6, phases=10), tmp_path)
    dicom_writer.write(dicom_writer.Study(series="8", slices=6, phases=12, edit=perfusion), tmp_path)
    dicom_writer.write(dicom_writer.Study(series="9", slices=9, phases=1), tmp_path)
    dicom_writer.write(dicom_writer.Study(series="2", modality="US", slices=1, phases=1), tmp_path)
    assert [summary.key for summary in list_series(tmp_path)] == ["7", "8", "9", "2"]
    image = read_scan(tmp_path)
    assert image.voxels.shape[2:] == (6, 10)
    assert any("2 other series could be read" in note for note in image.notes)
    assert read_scan(tmp_path, series="9").voxels.shape == (11, 14, 9)


def test_images_of_another_orientation_or_matrix_are_left_out_with_a_note(dicom_writer: Any, tmp_path: Path) -> None:
    dicom_writer.write(dicom_writer.Study(), tmp_path / "a")
    turned = dicom_writer.Study(axes=np.array([[1.0, 0, 0], [0, 1.0, 0]]), slices=1, phases=1)
    dicom_writer.write(turned, tmp_path / "b")
    dicom_writer.write(dicom_writer.Study(size=(8, 8), slices=1, phases=1), tmp_path / "c")
    image = read_scan(tmp_path)
    assert image.voxels.shape == (11, 14, 5, 4)
    assert any("2 images of the series" in note and "left out" in note for note in image.notes)


def test_a_missing_slice_is_filled_and_said(dicom_writer: Any, tmp_path: Path) -> None:
    study = dicom_writer.Study(slices=5, gaps=(8.0, 16.0, 8.0, 8.0))
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.voxels.shape[2] == 6
    # the ramp is linear, so the mean of the neighbours is the true value up to rounding
    assert farthest_from_ramp(image, dicom_writer) < 1.01
    assert any("between slices 2 and 3" in note for note in image.notes)


def test_uneven_gaps_become_even_and_are_said(dicom_writer: Any, tmp_path: Path) -> None:
    study = dicom_writer.Study(slices=6, gaps=(8.0, 8.0, 11.0, 8.0, 6.5))
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.voxels.shape[2] == 6  # 41.5 mm in steps near 8 mm
    assert image.spacing[2] == pytest.approx(41.5 / 5)
    # linear interpolation of a linear ramp is exact, but for rounding and the slices that lie within 0.8 mm of their place
    assert farthest_from_ramp(image, dicom_writer) < 1.0 + 0.8 * np.abs([2.0, 3.0, 5.0]).max()
    assert any("11.0 mm between slices 3 and 4, 8.0 mm elsewhere" in note for note in image.notes)


def test_a_lost_frame_is_replaced_by_the_nearest_in_time_and_said(dicom_writer: Any, tmp_path: Path) -> None:
    study = dicom_writer.Study(phases=10)
    folder = dicom_writer.write(study, tmp_path)
    lost = dicom_writer.make_data_set(study, 2, 4)
    for file in folder.iterdir():
        if lost.PixelData in file.read_bytes():
            file.unlink()
    image = read_scan(folder)
    assert image.phases == 10
    assert np.array_equal(image.voxels[:, :, 2, 5], study.pixels(2, 5).T)
    assert np.array_equal(image.voxels[:, :, 2, 4], study.pixels(2, 3).T)
    assert any("Slice 3 has 9 time frames" in note for note in image.notes)


def test_a_slice_taken_twice_counts_once_with_the_later_acquisition(dicom_writer: Any, tmp_path: Path) -> None:
    def again(data: Dataset, number: int, phase: int) -> None:
        data.AcquisitionNumber, data.InstanceNumber = 2, 500 + phase

    dicom_writer.write(dicom_writer.Study(), tmp_path / "a")
    repeat = dicom_writer.Study(slices=1, edit=again, per_phase=17.0)
    dicom_writer.write(repeat, tmp_path / "b")
    image = read_scan(tmp_path)
    assert image.voxels.shape == (11, 14, 5, 4)
    assert np.array_equal(image.voxels[:, :, 0, 3], repeat.pixels(0, 3).T)


@pytest.mark.parametrize(("repeated", "words"), [(1, "Slice 1 was"), (5, "Slices 1, 2, 3, 4, 5 were")])
def test_a_repeated_breath_hold_with_another_heart_rate_is_not_mixed_with_the_first(
    dicom_writer: Any, tmp_path: Path, repeated: int, words: str
) -> None:
    def own_series(first: int, slower: float) -> Any:
        def edit(data: Dataset, number: int, phase: int) -> None:
            data.SeriesInstanceUID, data.SeriesNumber = f"1.2.3.{first + number}", first + number
            data.TriggerTime = f"{float(data.TriggerTime) * slower:.2f}"

        return edit

    dicom_writer.write(dicom_writer.Study(phases=10, edit=own_series(50, 1.0)), tmp_path / "a")
    repeat = dicom_writer.Study(slices=repeated, phases=10, edit=own_series(70, 1.07), per_phase=17.0)
    dicom_writer.write(repeat, tmp_path / "b")
    image = read_scan(tmp_path)
    assert image.voxels.shape == (11, 14, 5, 10)
    for number in range(repeated):
        assert all(np.array_equal(image.voxels[:, :, number, t], repeat.pixels(number, t).T) for t in range(10))
    assert any(f"{words} taken more than once" in note for note in image.notes)


def test_files_exported_twice_count_once(dicom_writer: Any, tmp_path: Path) -> None:
    folder = dicom_writer.write(dicom_writer.Study(modality="CT", phases=1), tmp_path / "a")
    shutil.copytree(folder, tmp_path / "b")
    assert read_scan(tmp_path).voxels.shape == (11, 14, 5)


def test_a_cine_in_a_main_plane_of_the_body_is_not_called_short_axis(dicom_writer: Any, tmp_path: Path) -> None:
    transverse = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    image = read_scan(dicom_writer.write(dicom_writer.Study(axes=transverse), tmp_path))
    assert image.source == "MR cine, 5 slices, 4 phases"


def test_slices_off_the_axis_are_moved_to_their_place(dicom_writer: Any, tmp_path: Path) -> None:
    def push(data: Dataset, number: int, phase: int) -> None:
        if number == 2:  # this slice was planned 2.5 mm (two columns) further along the rows
            shifted = np.array(data.ImagePositionPatient, dtype=float) + 2.5 * np.array(
                data.ImageOrientationPatient[:3]
            )
            data.ImagePositionPatient = [f"{v:.6f}" for v in shifted]

    study = dicom_writer.Study(edit=push)
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert any("2.5 mm off one axis" in note for note in image.notes)
    # its first column belongs two columns further on in the grid
    assert np.array_equal(image.voxels[2:, :, 2, 0], study.pixels(2, 0).T[:-2])


def test_a_slanted_stack_keeps_its_slant(dicom_writer: Any, tmp_path: Path) -> None:
    image = read_scan(dicom_writer.write(dicom_writer.Study(drift=(0.0, 2.0), modality="CT", phases=1), tmp_path))
    assert farthest_from_ramp(image, dicom_writer) < 0.51
    assert any("slant" in note for note in image.notes)


def test_an_enhanced_multi_frame_file_reads_like_the_classic_study(dicom_writer: Any, tmp_path: Path) -> None:
    study = dicom_writer.Study(slices=4, phases=3)
    file = tmp_path / "enhanced.dcm"
    mixed = [dicom_writer.make_data_set(study, n, phase) for phase in range(3) for n in reversed(range(4))]
    as_enhanced(mixed).save_as(file, enforce_file_format=True)
    image = read_scan(file)
    classic = read_scan(dicom_writer.write(study, tmp_path / "classic"))
    assert np.array_equal(image.voxels, classic.voxels)
    assert np.allclose(image.affine, classic.affine)
    assert image.times == classic.times
    assert image.cycle == 600.0


def test_progress_goes_up_and_may_stop_the_work(dicom_writer: Any, tmp_path: Path) -> None:
    from geometry.errors import Cancelled

    folder = dicom_writer.write(dicom_writer.Study(), tmp_path)
    seen: list[float] = []
    read_scan(folder, progress=lambda fraction, message="": seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 20

    def stop(fraction: float, message: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_scan(folder, progress=stop)
