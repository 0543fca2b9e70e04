"""Slices of different heart rate, phase count, matrix, order and gap on one grid and one axis of time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from geometry.read_scan import read_scan

BEATS = (800, 1000, 900)


def test_slices_of_different_beats_meet_in_percent_of_their_own(dicom_writer: Any, tmp_path: Path) -> None:
    def beat(data: Dataset, number: int, phase: int) -> None:
        data.NominalInterval, data.TriggerTime = str(BEATS[number]), str(BEATS[number] * phase / 10)

    study = dicom_writer.Study(slices=3, phases=10, edit=beat)
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.cycle == 900.0 and image.times == pytest.approx([90.0 * phase for phase in range(10)])
    for k in range(3):
        assert all(np.array_equal(image.voxels[:, :, k, t], study.pixels(k, t).T) for t in range(10))
    assert any("800 to 1000 ms" in note for note in image.notes)


def test_frames_at_fixed_delays_of_a_slower_beat_are_taken_where_they_belong_in_percent(
    dicom_writer: Any, tmp_path: Path
) -> None:
    def delays(data: Dataset, number: int, phase: int) -> None:
        data.NominalInterval, data.TriggerTime = str(1600 if number == 1 else 800), str(80 * phase)

    study = dicom_writer.Study(slices=4, phases=10, edit=delays)
    image = read_scan(dicom_writer.write(study, tmp_path))
    # 30 % of 1600 ms are 480 ms, its frame 6
    assert np.array_equal(image.voxels[:, :, 1, 3], study.pixels(1, 6).T)
    assert any("Slice 2 was taken at other parts of the beat" in note for note in image.notes)


def test_another_phase_count_is_brought_to_that_of_the_others(dicom_writer: Any, tmp_path: Path) -> None:
    def even(count: int) -> Any:
        def edit(data: Dataset, number: int, phase: int) -> None:
            data.NominalInterval, data.TriggerTime = "900", str(900 * phase / count)

        return edit

    dicom_writer.write(dicom_writer.Study(slices=4, phases=10, edit=even(10)), tmp_path / "a")
    top = dicom_writer.Study(slices=1, phases=15, series="2", edit=even(15), origin=tuple(_after(dicom_writer, 4)))
    dicom_writer.write(top, tmp_path / "b")
    image = read_scan(tmp_path)
    assert image.voxels.shape[2:] == (5, 10)
    # 20 % of the beat is frame 3 of 15
    assert np.array_equal(image.voxels[:, :, 4, 2], top.pixels(0, 3).T)


def _after(writer: Any, slices: int) -> Any:
    return writer.Study(slices=slices + 1).place(slices)


def test_frames_past_the_next_r_wave_come_first(dicom_writer: Any, tmp_path: Path) -> None:
    def late_start(data: Dataset, number: int, phase: int) -> None:
        data.NominalInterval, data.TriggerTime = "800", str(400 + 80 * phase)

    study = dicom_writer.Study(slices=3, phases=10, edit=late_start)
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.times == pytest.approx([80.0 * phase for phase in range(10)], abs=0.2)
    assert np.array_equal(image.voxels[:, :, 0, 0], study.pixels(0, 5).T)  # 800 ms is the next R wave


def test_another_matrix_is_brought_to_that_of_the_others(dicom_writer: Any, tmp_path: Path) -> None:
    dicom_writer.write(dicom_writer.Study(slices=4, phases=9, size=(20, 18)), tmp_path / "a")
    fine = dicom_writer.Study(
        slices=1, phases=9, series="2", size=(40, 36), spacing=(0.75, 0.625), origin=tuple(_after(dicom_writer, 4))
    )
    dicom_writer.write(fine, tmp_path / "b")
    image = read_scan(tmp_path)
    assert image.voxels.shape == (18, 20, 5, 9)
    index = np.moveaxis(np.indices((18, 20)), 0, -1)
    place = np.concatenate([index, np.full((18, 20, 1), 4)], axis=-1) @ image.affine[:3, :3].T + image.affine[:3, 3]
    # a linear ramp is interpolated exactly but for rounding
    assert np.abs(image.voxels[:-1, :-1, 4, 0] - dicom_writer.ramp(place)[:-1, :-1]).max() < 1.01
    assert any("another matrix" in note for note in image.notes)


@pytest.mark.parametrize(("slices", "gap"), [(3, 18.0), (9, 4.0)])
def test_big_gaps_few_slices_and_overlapping_ones_are_read(
    dicom_writer: Any, tmp_path: Path, slices: int, gap: float
) -> None:
    study = dicom_writer.Study(slices=slices, phases=3, gaps=(gap,) * (slices - 1))
    image = read_scan(dicom_writer.write(study, tmp_path))
    assert image.voxels.shape[2] == slices and image.spacing[2] == pytest.approx(gap, abs=1e-4)
    assert any(("was not seen" if gap > 8 else "overlap") in note for note in image.notes)
