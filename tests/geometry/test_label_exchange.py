"""Labels out and in again: NIfTI, NRRD, DICOM SEG; grids that differ; files that must be refused."""

from pathlib import Path

import highdicom
import nibabel as nib
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from geometry.dicom.segmentations import _description, derived_series, read_dicom_seg
from geometry.errors import Refused
from geometry.exchange_labels import read_label_file, write_labels
from geometry.image import Image
from geometry.label_file import LabelFile
from geometry.label_grid import onto_grid
from geometry.label_import import import_labels
from geometry.read_scan import read_scan
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

_TURN, _TILT = 0.4, 0.7
OBLIQUE = np.eye(4)
OBLIQUE[:3, :3] = (
    np.array([[np.cos(_TURN), -np.sin(_TURN), 0], [np.sin(_TURN), np.cos(_TURN), 0], [0, 0, 1]])
    @ np.array([[1, 0, 0], [0, np.cos(_TILT), -np.sin(_TILT)], [0, np.sin(_TILT), np.cos(_TILT)]])
    * [1.37, 1.21, 9.3]
)
OBLIQUE[:3, 3] = (-33.123456, 12.7654321, -88.111)


def made_heart(size: float = 1.0) -> NDArray[np.uint8]:
    i, j, k = np.indices((44, 40, 7))
    labels = np.zeros((44, 40, 7), np.uint8)
    labels[np.hypot(i - 14, j - 20) < 9 * size] = RV
    labels[np.hypot(i - 25, j - 20) < 11] = MYOCARDIUM
    labels[np.hypot(i - 25, j - 20) < 7 * size] = LV
    labels[(k < 1) | (k > 5)] = 0
    return labels


def made_case() -> tuple[Segmentation, Image]:
    labels = np.stack([made_heart(1.0), made_heart(1.15), made_heart(0.6)], axis=-1)
    grey = (100 + 400 * np.isin(labels, (LV, RV)) + np.arange(7)[:, None]).astype(np.int16)
    return Segmentation(labels, OBLIQUE, ed=1, es=2), Image(grey, OBLIQUE, "MR", (0.0, 300.0, 600.0), 900.0)


@pytest.mark.parametrize("name", ["map.nii.gz", "map.nii", "map.nrrd", "map.seg.nrrd", "map.mha"])
def test_what_is_written_comes_back_with_its_place_and_names(name: str, tmp_path: Path) -> None:
    segmentation, image = made_case()
    write_labels(segmentation, tmp_path / name, image)
    held = read_label_file(tmp_path / name)
    assert np.array_equal(held.values, segmentation.labels)
    assert np.abs(held.affine - OBLIQUE).max() < 1e-3
    again = import_labels([tmp_path / name], image)
    assert np.array_equal(again.labels, segmentation.labels)
    assert (again.ed, again.es) == (1, 2)  # the largest and the smallest cavity
    assert again.method == "imported: named labels"
    assert again.notes == ()


def test_a_dicom_segmentation_comes_back_on_the_series_it_refers_to(tmp_path: Path) -> None:
    segmentation, image = made_case()
    notes = write_labels(segmentation, tmp_path / "map.dcm", image, phase=2)
    assert "phase 3 of 3" in notes[1]
    source = read_scan(tmp_path / "map_source")
    assert np.array_equal(source.voxels, image.phase(2))
    assert np.abs(source.affine - OBLIQUE).max() < 1e-3
    again = import_labels([tmp_path / "map.dcm"], source)
    assert np.array_equal(again.labels, segmentation.phase(2))
    written = highdicom.seg.segread(tmp_path / "map.dcm")
    codes = [written.get_segment_description(n).segmented_property_type.value for n in (1, 2, 3)]
    assert codes == ["87878005", "49848007", "53085002"]  # SNOMED CT: left ventricle, its myocardium, right ventricle
    assert written.PatientID == "ANONYMOUS"
    written._db_con.close()


def test_a_dicom_segmentation_tells_its_phase(tmp_path: Path) -> None:
    segmentation, image = made_case()
    write_labels(segmentation, tmp_path / "out.dcm", image)
    again = import_labels([tmp_path / "out.dcm"], image)
    assert again.ed == segmentation.ed == 1 and again.notes == ()
    assert np.array_equal(again.phase(1), segmentation.phase(1)) and not again.phase(0).any()
    # of a scan with another number of phases it may be any
    longer = Image(np.repeat(image.voxels, 2, axis=3), OBLIQUE, "MR", cycle=900.0)
    assert "taken for the first" in import_labels([tmp_path / "out.dcm"], longer).notes[0]


@pytest.mark.parametrize("name", ["map.nii.gz", "map.nrrd", "map.dcm"])
def test_a_place_that_cannot_be_written_to_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    segmentation, image = made_case()
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Refused, match=f"{name} could not be written"):
        write_labels(segmentation, tmp_path / "file" / name, image)


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
def test_other_kinds_of_dicom_segmentation_are_read(kind: str, tmp_path: Path) -> None:
    _, image = made_case()
    labels = made_heart()
    pixels: NDArray[np.generic] = np.ascontiguousarray(labels.T)
    if kind == "FRACTIONAL":  # four fifths sure of everything
        pixels = np.stack([(value == labels.T) * 0.8 for value in (1, 2, 3)], axis=-1).astype(np.float32)
    written = highdicom.seg.Segmentation(
        derived_series(image, 0), pixels, kind, [_description(n, n) for n in (1, 2, 3)], highdicom.UID(), 1, highdicom.UID(), 1,
        "a", "b", "c", "d", omit_empty_frames=False,
    )  # fmt: skip
    written.save_as(tmp_path / "map.dcm")
    written._db_con.close()
    held = read_dicom_seg(tmp_path / "map.dcm")
    assert held.names == {1: "lv_cavity", 2: "myocardium", 3: "rv_cavity"}
    assert np.array_equal(onto_grid(held.values.astype(np.uint8), held, image)[0], labels)


def test_segments_of_slicer_that_overlap_lie_in_layers(tmp_path: Path) -> None:
    heart = made_heart()
    layers = np.stack([heart > 0, heart == LV], axis=-1).astype(np.uint8)  # "myocardium" drawn over the cavity too
    volume = SimpleITK.GetImageFromArray(np.ascontiguousarray(np.moveaxis(layers.T, 0, -1)), isVector=True)
    for number, name in enumerate(("Myocardium", "Left ventricle")):
        for key, text in (("Name", name), ("LabelValue", "1"), ("Layer", str(number))):
            volume.SetMetaData(f"Segment{number}_{key}", text)
    SimpleITK.WriteImage(volume, str(tmp_path / "heart.seg.nrrd"))
    held = read_label_file(tmp_path / "heart.seg.nrrd")
    assert held.names == {1: "Myocardium", 2: "Left ventricle"}
    assert np.array_equal(held.values == 2, heart == LV)
    assert "overlap" in held.notes[0]


def test_axes_that_are_swapped_or_turned_lose_nothing() -> None:
    _, image = made_case()
    labels = made_heart()
    turned = np.ascontiguousarray(labels.transpose(1, 0, 2)[::-1, :, ::-1])
    affine = OBLIQUE @ np.array([[0, 1, 0, 0], [-1, 0, 0, 39], [0, 0, -1, 6], [0, 0, 0, 1.0]])
    found, notes = onto_grid(turned, LabelFile(turned.astype(np.int32), affine), image)
    assert np.array_equal(found, labels)
    assert notes == ()


def test_a_finer_grid_is_resampled_by_majority_and_told() -> None:
    _, image = made_case()
    labels = made_heart()
    fine = labels.repeat(3, axis=0).repeat(3, axis=1)
    affine = (
        OBLIQUE @ np.diag([1 / 3, 1 / 3, 1, 1]) @ np.array([[1, 0, 0, -1], [0, 1, 0, -1], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    )
    fine[::3, ::3] = 0  # one in nine of the small voxels is wrong: the majority is not
    found, notes = onto_grid(fine, LabelFile(fine.astype(np.int32), affine), image)
    assert np.array_equal(found, labels)
    assert "another grid" in notes[0]


def test_labels_elsewhere_are_refused_with_the_direction_and_the_flip_that_would_help() -> None:
    _, image = made_case()
    labels = made_heart()
    with pytest.raises(Refused, match=r"200 mm towards the patient's head.*of this scan"):
        away = OBLIQUE.copy()
        away[2, 3] += 200 + 0.0
        onto_grid(labels, LabelFile(labels.astype(np.int32), away), image)
    far = OBLIQUE.copy()
    far[:3, 3] += (150.0, 90.0, 0.0)
    mirrored = np.diag([-1.0, -1.0, 1.0, 1.0]) @ far
    with pytest.raises(Refused, match="left and right, front and back exchanged"):
        onto_grid(labels, LabelFile(labels.astype(np.int32), mirrored), Image(image.voxels, far, "MR"))


def test_an_affine_nobody_filled_in_is_noticed(tmp_path: Path) -> None:
    _, image = made_case()
    nib.save(nib.Nifti1Image(made_heart(), np.eye(4)), tmp_path / "frame03.nii.gz")
    found = import_labels([tmp_path / "frame03.nii.gz"], image, scheme="cardiotwin")
    assert np.array_equal(found.labels[..., 2], made_heart())  # "frame03" is the third phase
    assert "does not say where it lies" in found.notes[0]
    nib.save(nib.Nifti1Image(made_heart()[:-2], np.eye(4)), tmp_path / "cut.nii.gz")
    with pytest.raises(Refused, match="42 x 40 x 7 voxels where the scan has 44 x 40 x 7"):
        import_labels([tmp_path / "cut.nii.gz"], image, scheme="cardiotwin")


def test_labels_on_the_wrong_tissue_are_doubted(tmp_path: Path) -> None:
    segmentation, image = made_case()
    write_labels(segmentation, tmp_path / "map.nrrd", image)
    found = import_labels([tmp_path / "map.nrrd"], image.with_voxels(image.voxels[::-1].copy()))
    assert any("not brighter than muscle" in note for note in found.notes)


def test_broken_files_are_refused(tmp_path: Path) -> None:
    segmentation, image = made_case()
    for name in ("map.nii.gz", "map.nrrd", "map.dcm"):
        write_labels(segmentation, tmp_path / name, image)
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(Refused):
            read_label_file(tmp_path / name)
    with pytest.raises(Refused, match="no such"):
        read_label_file(tmp_path / "missing.nrrd")
    with pytest.raises(Refused, match=r"choose \.nii\.gz"):
        write_labels(segmentation, tmp_path / "map.png", image)


def test_dicom_segmentations_of_the_reference_data_are_read_however_they_are_packed(reference_data: Path) -> None:
    folder = reference_data / "pydicom-data" / "data_store" / "data"
    plain, *packed = (read_label_file(folder / f"liver{kind}.dcm") for kind in ("", "_rle", "_deflate"))
    assert plain.names == {1: "Liver"}
    assert 0 < (plain.values == 1).mean() < 0.5
    for held in packed:
        assert np.array_equal(held.values, plain.values)
    with pytest.raises(Refused, match="no segmentation"):
        read_label_file(folder / "emri_small.dcm")


def test_the_reference_map_without_a_place_is_read_when_the_scheme_is_said(reference_data: Path) -> None:
    path = next((reference_data / "biv-me").rglob("SAX_3d_1.nii.gz"))
    held = read_label_file(path)
    assert not held.placed
    image = Image(np.ones(held.values.shape, np.int16), OBLIQUE, "MR")
    with pytest.raises(Refused, match="biv-me"):
        import_labels([path], image)
    found = import_labels([path], image, scheme="bivme")
    assert np.array_equal(found.labels == RV, held.values == 3)
    assert any("RV wall" in note for note in found.notes)
