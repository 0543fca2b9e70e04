"""What each series of a study is proposed as, told by planes, times and pulses, not by descriptions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from geometry.dicom.series_roles import CT_PHASE, LATE, LONG_CINE, OTHER, SHORT_CINE
from geometry.dicom.series_summary import load_series, save_series
from geometry.errors import Refused
from geometry.read_scan import list_series, read_scan

# The plane of the short axis of the Sunnybrook patient (LPS), and of long-axis views that hold its normal.
SHORT = np.array([[-0.104592, 0.346381, -0.932245], [-0.733192, -0.660188, -0.163037]])
NORMAL = np.cross(*SHORT)
AXIAL = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def long_axis(degrees: float) -> np.ndarray[Any, Any]:
    """A plane that holds the heart's long axis, turned about it."""
    turn = np.deg2rad(degrees)
    return np.array([NORMAL, np.cos(turn) * SHORT[0] + np.sin(turn) * SHORT[1]])


def late(data: Dataset, number: int, phase: int) -> None:
    data.ScanningSequence, data.InversionTime = ["GR", "IR"], "280"
    data.ContrastBolusAgent = "some agent"


def roles(folder: Path) -> dict[str, str]:
    return {one.key: one.role for one in list_series(folder)}


def test_roles_of_a_study_without_descriptions(dicom_writer: Any, tmp_path: Path) -> None:
    study, write = dicom_writer.Study, dicom_writer.write
    write(study(series="1", axes=AXIAL, slices=6, phases=1), tmp_path)
    write(study(series="2", axes=SHORT, slices=6, phases=9), tmp_path)
    for number, degrees in enumerate((0.0, 60.0), start=3):
        write(study(series=str(number), axes=long_axis(degrees), slices=1, phases=9), tmp_path)
    write(study(series="5", axes=SHORT, slices=5, phases=1, edit=late), tmp_path)
    write(study(series="6", axes=AXIAL, slices=5, phases=9), tmp_path)
    write(study(series="7", axes=long_axis(90.0), slices=1, phases=1, edit=late), tmp_path)
    found = list_series(tmp_path)
    assert {one.key: one.role for one in found} == {
        "1": OTHER, "2": SHORT_CINE, "3": LONG_CINE, "4": LONG_CINE, "5": LATE, "6": OTHER, "7": OTHER,
    }  # fmt: skip
    by_key = {one.key: one for one in found}
    assert found[0].key == "2" and "across 2 long-axis views" in found[0].reason
    assert "axial plane" in by_key["6"].reason and "inversion pulse at 280 ms" in by_key["5"].reason
    assert by_key["2"].gap == pytest.approx(8.0) and by_key["2"].spacing == (1.25, 1.5)
    assert all(one.thumbnail is not None and one.thumbnail.dtype == np.uint8 for one in found)
    save_series(found, tmp_path)
    assert load_series(tmp_path) == found


def test_flow_maps_perfusion_and_localisers_are_not_proposed(dicom_writer: Any, tmp_path: Path) -> None:
    def edits(**values: Any) -> Any:
        def edit(data: Dataset, number: int, phase: int) -> None:
            for name, value in values.items():
                setattr(data, name, value(number, phase) if callable(value) else value)

        return edit

    kinds = {
        "1": edits(SequenceName="fl2d1_v150in"),
        "2": edits(ImageType=["DERIVED", "PRIMARY", "P"]),
        "3": edits(InversionTime=lambda number, phase: str(100 + 80 * phase)),
        "4": edits(TriggerTime=lambda number, phase: str(20 + 2000 * phase), NominalInterval="800"),
        "5": edits(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
    }
    for key, edit in kinds.items():
        dicom_writer.write(dicom_writer.Study(series=key, axes=SHORT, slices=3, phases=16, edit=edit), tmp_path)
    assert set(roles(tmp_path).values()) == {OTHER}


def test_ct_is_a_phase_and_says_where_in_the_beat_and_whether_there_is_contrast(
    dicom_writer: Any, tmp_path: Path
) -> None:
    def contrast(data: Dataset, number: int, phase: int) -> None:
        data.ContrastBolusAgent, data.NominalPercentageOfCardiacPhase = "some agent", 75.0

    dicom_writer.write(dicom_writer.Study(modality="CT", phases=1, axes=AXIAL, edit=contrast), tmp_path)
    (found,) = list_series(tmp_path)
    assert found.role == CT_PHASE
    assert found.reason == "CT volume, at 75 % of the beat, with contrast agent"


def test_views_turned_about_one_axis_are_no_stack_and_it_is_said(dicom_writer: Any, tmp_path: Path) -> None:
    for degrees in range(0, 180, 30):
        study = dicom_writer.Study(axes=long_axis(degrees), slices=1, phases=9)
        dicom_writer.write(study, tmp_path / str(degrees))
    (found,) = list_series(tmp_path)
    assert (found.role, found.slices) == (LONG_CINE, 6)
    with pytest.raises(Refused, match="6 views turned about one axis"):
        read_scan(tmp_path)


def test_an_axial_cine_is_taken_only_with_a_warning(dicom_writer: Any, tmp_path: Path) -> None:
    image = read_scan(dicom_writer.write(dicom_writer.Study(axes=AXIAL, phases=9), tmp_path))
    assert any("axial plane of the body" in note for note in image.notes)


def test_text_burnt_into_pictures_is_refused(dicom_writer: Any, tmp_path: Path) -> None:
    def burn(data: Dataset, number: int, phase: int) -> None:
        data.BurnedInAnnotation = "YES"

    with pytest.raises(Refused, match="burnt into"):
        read_scan(dicom_writer.write(dicom_writer.Study(edit=burn), tmp_path))
