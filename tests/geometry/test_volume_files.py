"""NIfTI, NRRD and MHA: geometry, modality, times, and what is refused."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK

from geometry.errors import Refused
from geometry.image import Image, save_image
from geometry.read_scan import list_series, read_scan

AFFINE = np.array([[-1.4, 0.1, 0.5, 20.0], [0.1, 1.4, -0.6, -30.0], [0.2, 0.3, 8.0, 40.0], [0.0, 0.0, 0.0, 1.0]])


def cine(phases: int = 6, seed: int = 3) -> Any:
    shape = (9, 8, 5, phases) if phases > 1 else (9, 8, 5)
    return np.random.default_rng(seed).integers(0, 900, shape).astype(np.int16)


def write(voxels: Any, path: Path, affine: Any = AFFINE, **facts: Any) -> Path:
    nib.save(nib.Nifti1Image(voxels, affine), path)
    if facts:
        path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".json").write_text(json.dumps(facts))
    return path


def refusal(path: Path, **wanted: Any) -> str:
    with pytest.raises(Refused) as caught:
        read_scan(path, **wanted)
    return str(caught.value)


def test_our_own_file_comes_back_as_it_was(tmp_path: Path) -> None:
    times = tuple(float(t) for t in range(0, 900, 150))
    image = Image(cine(), AFFINE, "MR", times, 900.0, "MR short-axis cine", ("A note.",))
    save_image(image, tmp_path / "scan.nii.gz")
    back = read_scan(tmp_path / "scan.nii.gz")
    assert np.array_equal(back.voxels, image.voxels)
    assert np.allclose(back.affine, AFFINE, atol=1e-5)
    assert (back.modality, back.times, back.cycle) == ("MR", times, 900.0)
    assert (back.source, back.notes) == (image.source, image.notes)
    (one,) = list_series(tmp_path / "scan.nii.gz")
    assert (one.slices, one.phases, one.role, one.problem) == (5, 6, "short-axis cine", "")


def test_a_folder_that_holds_one_volume_and_its_sidecar_reads_like_the_volume(tmp_path: Path) -> None:
    write(cine(), tmp_path / "scan.nii.gz", modality="MR", cycle=600)
    assert np.array_equal(read_scan(tmp_path).voxels, cine())


def test_several_volumes_in_a_folder_or_zip_are_listed_and_chosen_by_number(tmp_path: Path) -> None:
    folder = tmp_path / "several"
    folder.mkdir()
    write(cine(), folder / "a_4d.nii.gz")
    write((cine(1) % 4).astype(np.uint8), folder / "b_labels.nii.gz")
    write(cine(1, seed=4) - 1000, folder / "c_ct.nii.gz")
    (folder / "Info.cfg").write_text("ED: 1")
    with zipfile.ZipFile(tmp_path / "several.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"deep/{file.name}")
    for path in (folder, tmp_path / "several.zip"):
        found = list_series(path)
        assert [(one.key, one.modality, one.phases) for one in found] == [("1", "MR", 6), ("2", "", 0), ("3", "CT", 1)]
        assert "label map" in found[1].problem
        assert np.array_equal(read_scan(path).voxels, cine())
        assert read_scan(path, series="3").modality == "CT"
        assert "There is no series 4" in refusal(path, series="4")


def edited(path: Path, **fields: Any) -> Path:
    """The file with fields of its header overwritten as they are, whatever they contradict."""
    raw = bytearray(path.read_bytes())
    header = np.frombuffer(raw, nib.nifti1.header_dtype, count=1)
    for name, value in fields.items():
        header[name] = value
    path.write_bytes(header.tobytes() + bytes(raw[348:]))
    return path


def large(spacing: float) -> Any:
    """A volume of 100 x 100 x 10 voxels in steps of ``spacing``, 8 times that between slices."""
    voxels = np.random.default_rng(1).integers(0, 900, (100, 100, 10, 6)).astype(np.int16)
    return nib.Nifti1Image(voxels, np.diag([spacing, spacing, 8 * spacing, 1.0]))


@pytest.mark.parametrize(("spacing", "unit"), [(0.0014, "metres"), (0.14, "centimetres"), (1400.0, "micrometres")])
def test_voxel_sizes_in_a_unit_that_nobody_stated_are_found_out_and_said(
    tmp_path: Path, spacing: float, unit: str
) -> None:
    nib.save(large(spacing), tmp_path / "a.nii")
    image = read_scan(tmp_path / "a.nii")
    assert image.spacing == pytest.approx([1.4, 1.4, 11.2], rel=1e-5)
    assert any(unit in note for note in image.notes)


def test_an_identity_affine_beside_true_voxel_sizes_is_not_believed(tmp_path: Path) -> None:
    nib.save(large(1.4), tmp_path / "a.nii")
    rows = {f"srow_{axis}": np.eye(4)[n] for n, axis in enumerate("xyz")}
    image = read_scan(edited(tmp_path / "a.nii", sform_code=1, **rows))
    assert image.spacing == pytest.approx([1.4, 1.4, 11.2], rel=1e-5)
    assert any("the header was believed" in note for note in image.notes)


def test_two_positions_of_the_patient_that_differ_are_said(tmp_path: Path) -> None:
    volume = large(1.4)
    volume.set_sform(volume.affine, 1)
    volume.set_qform(np.diag([-1.0, 1.0, 1.0, 1.0]) @ volume.affine, 1)
    nib.save(volume, tmp_path / "a.nii")
    assert any("sform and qform" in note for note in read_scan(tmp_path / "a.nii").notes)


@pytest.mark.parametrize(("unit", "step"), [("sec", 150.0), ("msec", 0.15), ("unknown", 0.15), ("unknown", 150.0)])
def test_a_step_in_time_in_the_wrong_unit_is_found_out_and_said(tmp_path: Path, unit: str, step: float) -> None:
    volume = nib.Nifti1Image(cine(), AFFINE)
    volume.header.set_xyzt_units("mm", unit)
    volume.header["pixdim"][4] = step
    nib.save(volume, tmp_path / "a.nii")
    image = read_scan(tmp_path / "a.nii")
    assert image.cycle == pytest.approx(900, rel=1e-5)
    assert any("taken so" in note for note in image.notes)


def test_a_header_that_promises_far_more_than_the_file_holds_is_refused_unallocated(tmp_path: Path) -> None:
    path = write(cine(1), tmp_path / "a.nii")
    dimensions = [3, 30000, 30000, 30000, 1, 1, 1, 1]  # 54 TB
    assert "cut short or damaged" in refusal(edited(path, dim=[dimensions]))
    path.with_suffix(".mha").write_bytes(
        b"ObjectType = Image\nNDims = 3\nDimSize = 9000 9000 9000\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    )
    assert "cut short or damaged" in refusal(path.with_suffix(".mha"))


def test_modality_is_guessed_from_air_and_from_a_cine_and_said(tmp_path: Path) -> None:
    hu = cine(1) - 1000
    image = read_scan(write(hu, tmp_path / "ct.nii.gz"))
    assert image.modality == "CT"
    assert any("taken for CT" in note for note in image.notes)
    image = read_scan(write(cine(), tmp_path / "mr.nii"))
    assert image.modality == "MR"
    assert any("taken for MR" in note for note in image.notes)
    assert any("neither when its phases were taken" in note for note in image.notes)


def test_a_volume_that_may_be_either_is_refused_until_the_modality_is_stated(tmp_path: Path) -> None:
    path = write(cine(1), tmp_path / "what.nii.gz")
    assert "state the modality" in refusal(path)
    assert read_scan(path, modality="CT").modality == "CT"


def test_a_stated_modality_that_contradicts_the_file_is_refused(tmp_path: Path) -> None:
    assert "says MR, but CT" in refusal(write(cine(), tmp_path / "a.nii", modality="MR"), modality="CT")
    assert "modality PT" in refusal(write(cine(), tmp_path / "b.nii", modality="PT"))


def test_times_come_from_the_sidecar_or_from_the_step_of_the_header(tmp_path: Path) -> None:
    image = read_scan(write(cine(), tmp_path / "a.nii", modality="MR", cycle=600))
    assert image.times == (0.0, 100.0, 200.0, 300.0, 400.0, 500.0)
    volume = nib.Nifti1Image(cine(), AFFINE)
    volume.header.set_xyzt_units("mm", "sec")
    volume.header["pixdim"][4] = 0.15
    nib.save(volume, tmp_path / "b.nii")
    image = read_scan(tmp_path / "b.nii", modality="MR")
    assert image.times == pytest.approx([0, 150, 300, 450, 600, 750], abs=1e-3)
    assert image.cycle == pytest.approx(900, abs=1e-3)
    assert "6 phases but the file beside it gives 2 times" in refusal(
        write(cine(), tmp_path / "c.nii", modality="MR", times=[1, 2])
    )


def test_voxels_in_metres_become_millimetres(tmp_path: Path) -> None:
    volume = nib.Nifti1Image(cine(), np.diag([0.0014, 0.0014, 0.008, 1.0]))
    volume.header.set_xyzt_units("meter")
    nib.save(volume, tmp_path / "a.nii")
    assert read_scan(tmp_path / "a.nii").spacing == pytest.approx([1.4, 1.4, 8.0], rel=1e-5)
    assert "0.0014" in refusal(write(cine(), tmp_path / "b.nii", np.diag([0.0014, 0.0014, 0.008, 1.0])))


def test_an_affine_that_nobody_filled_in_is_warned_of(tmp_path: Path) -> None:
    image = read_scan(write(cine(), tmp_path / "a.nii", np.eye(4)))
    assert any("exactly 1 x 1 x 1 mm" in note for note in image.notes)


def test_slices_along_another_axis_are_put_last_without_moving_anything(tmp_path: Path) -> None:
    voxels, affine = np.moveaxis(cine(), 2, 0), AFFINE[:, [2, 0, 1, 3]]
    image = read_scan(write(voxels, tmp_path / "a.nii", affine), modality="MR")
    assert np.array_equal(image.voxels, cine())
    assert np.allclose(image.affine, AFFINE, atol=1e-5)
    assert any("along axis 1" in note for note in image.notes)


def test_label_maps_flat_and_tiny_files_are_refused(tmp_path: Path) -> None:
    assert "only 4 different values: this is a label map" in refusal(
        write((cine() % 4).astype(np.uint8), tmp_path / "a.nii")
    )
    assert "same value" in refusal(write(np.full((9, 8, 5), 7, np.int16), tmp_path / "b.nii"))
    assert "2 slices" in refusal(write(cine(1)[:, :, :2], tmp_path / "c.nii"))
    assert "single 2D image" in refusal(write(cine(1)[:, :, 0], tmp_path / "d.nii"))


def test_holes_are_filled_and_said(tmp_path: Path) -> None:
    voxels = cine().astype(np.float32)
    voxels[2, 3, 1, 0] = np.nan
    image = read_scan(write(voxels, tmp_path / "a.nii", modality="MR"))
    assert image.voxels[2, 3, 1, 0] == np.nanmin(voxels)
    assert any("1 voxel values were missing" in note for note in image.notes)
    assert "no finite number" in refusal(write(np.full((9, 8, 5), np.nan, np.float32), tmp_path / "b.nii"))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha"])
def test_empty_and_truncated_files_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert "empty, cut short or damaged" in refusal(path)
    if "nii" in name:
        write(cine(), path)
    else:
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(cine(1).T.copy()), str(path))
    path.write_bytes(path.read_bytes()[:600])
    assert "empty, cut short or damaged" in refusal(path)


def test_a_broken_sidecar_is_refused(tmp_path: Path) -> None:
    path = write(cine(), tmp_path / "a.nii")
    (tmp_path / "a.json").write_text("{")
    assert "cannot be understood" in refusal(path)


@pytest.mark.parametrize("ending", [".nrrd", ".mha"])
def test_nrrd_and_mha_lie_in_ras(tmp_path: Path, ending: str) -> None:
    volume = SimpleITK.GetImageFromArray((cine(1) - 1000).T.copy())
    volume.SetSpacing((1.5, 1.25, 8.0))
    volume.SetOrigin((10.0, 20.0, 30.0))
    volume.SetDirection((0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    SimpleITK.WriteImage(volume, str(tmp_path / f"scan{ending}"))
    image = read_scan(tmp_path / f"scan{ending}")
    assert np.array_equal(image.voxels, cine(1) - 1000)
    # ITK's own idea of where voxel (3, 2, 4) lies, from LPS to RAS
    lps = volume.TransformIndexToPhysicalPoint((3, 2, 4))
    assert (image.affine @ [3, 2, 4, 1])[:3] == pytest.approx([-lps[0], -lps[1], lps[2]])


def test_a_4d_nrrd_is_a_cine(tmp_path: Path) -> None:
    volume = SimpleITK.GetImageFromArray(cine().T.copy(), isVector=False)
    SimpleITK.WriteImage(volume, str(tmp_path / "scan.nrrd"))
    assert np.array_equal(read_scan(tmp_path / "scan.nrrd", modality="MR").voxels, cine())


def test_a_skewed_affine_against_the_voxel_sizes_is_refused_and_a_straight_one_keeps_its_directions(
    tmp_path: Path,
) -> None:
    skewed = edited(write(cine(1), tmp_path / "a.nii"), sform_code=1, srow_x=[1e30, *AFFINE[0, 1:]])
    assert "contradicts itself" in refusal(skewed, modality="MR")
    turned = np.array([[0.0, -1.4, 0.0, 20.0], [1.4, 0.0, 0.0, -30.0], [0.0, 0.0, 8.0, 40.0], [0.0, 0.0, 0.0, 1.0]])
    straight = edited(write(cine(1), tmp_path / "b.nii", turned), pixdim=[1, 1.6, 1.6, 8, 0, 0, 0, 0])
    found = read_scan(straight, modality="MR").affine
    assert np.allclose(found, turned * [8 / 7, 8 / 7, 1.0, 1.0], atol=1e-5)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_file_that_holds_more_than_its_header_says_is_refused(tmp_path: Path, ending: str) -> None:
    content = edited(write(cine(30), tmp_path / "a.nii"), dim=[4, 9, 4, 5, 30, 1, 1, 1]).read_bytes()
    path = tmp_path / f"b{ending}"
    path.write_bytes(gzip.compress(content) if ending == ".nii.gz" else content)
    assert "more than its header says" in refusal(path, modality="MR")
