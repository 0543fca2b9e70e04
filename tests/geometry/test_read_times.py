"""DICOM in: when in the beat each phase was taken, whoever says so and in whatever way."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from geometry.read_scan import list_series, read_scan


def test_phases_without_times_are_spread_over_the_beat(dicom_writer: Any, tmp_path: Path) -> None:
    def forget(data: Dataset, number: int, phase: int) -> None:
        del data.TriggerTime

    image = read_scan(dicom_writer.write(dicom_writer.Study(edit=forget), tmp_path))
    assert image.times == (0.0, 200.0, 400.0, 600.0)
    assert image.cycle == 800.0
    assert any("spread evenly" in note for note in image.notes)


def test_a_ct_over_the_beat_gets_its_times_from_percentages(dicom_writer: Any, tmp_path: Path) -> None:
    def percent(data: Dataset, number: int, phase: int) -> None:
        del data.TriggerTime, data.NominalInterval
        data.NominalPercentageOfCardiacPhase, data.HeartRate = 25.0 * phase, 60

    image = read_scan(dicom_writer.write(dicom_writer.Study(modality="CT", edit=percent), tmp_path))
    assert image.times == (0.0, 250.0, 500.0, 750.0)
    assert image.cycle == 1000.0
    assert image.source == "CT volumes over the beat, 5 slices, 4 phases"


def test_ct_phases_stored_as_series_of_their_own_can_be_read_one_by_one_or_together(
    dicom_writer: Any, tmp_path: Path
) -> None:
    def own_series(data: Dataset, number: int, phase: int) -> None:
        del data.TriggerTime, data.NominalInterval
        data.SeriesInstanceUID, data.SeriesNumber = f"1.2.3.{50 + phase}", 50 + phase
        data.SeriesDescription, data.HeartRate = f"CTA 0.75 {(75, 0, 25, 50)[phase]} %", 60

    study = dicom_writer.Study(modality="CT", edit=own_series)
    folder = dicom_writer.write(study, tmp_path)
    image = read_scan(folder)  # the stillest phase
    assert np.array_equal(image.voxels[:, :, 1], study.pixels(1, 0).T)
    assert not any("left out" in note for note in image.notes)
    found = list_series(folder)
    assert [(one.phases, one.slices) for one in found] == [(1, 5)] * 4 + [(4, 5)]
    together = read_scan(folder, series=found[-1].key)
    assert together.times == (0.0, 250.0, 500.0, 750.0)
    for place, phase in enumerate((1, 2, 3, 0)):
        assert np.array_equal(together.voxels[:, :, 3, place], study.pixels(3, phase).T)


def test_phases_that_cover_only_part_of_the_beat_are_noted(dicom_writer: Any, tmp_path: Path) -> None:
    def slow(data: Dataset, number: int, phase: int) -> None:
        data.NominalInterval = 1200

    image = read_scan(dicom_writer.write(dicom_writer.Study(edit=slow), tmp_path))
    assert image.cycle == 1200.0
    assert any("cover 67% of the beat" in note for note in image.notes)
