"""Labels from elsewhere, labels given away, and scar, as verbs."""

import json
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from app.__main__ import main
from app.case import Case
from app.edit_journal import append
from app.edited import needed_segmentation
from app.replaced import exchange
from app.tasks import run_task
from geometry.editing.change import difference
from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import silent
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

AFFINE = np.diag([2.0, 2.0, 8.0, 1.0])


def made_case(folder: Path) -> tuple[Case, Segmentation]:
    i, j, _ = np.indices((44, 40, 8))
    labels = np.zeros((44, 40, 8, 2), np.uint8)
    for phase, size in enumerate((1.0, 0.7)):
        labels[np.hypot(i - 14, j - 20) < 9 * size, phase] = RV
        labels[np.hypot(i - 25, j - 20) < 11, phase] = MYOCARDIUM
        labels[np.hypot(i - 25, j - 20) < 7 * size, phase] = LV
    labels[:, :, [0, -1]] = 0
    grey = (100 + 300 * np.isin(labels, (LV, RV))).astype(np.int16)
    case = Case.create(folder, "made up")
    case.save_image(Image(grey, AFFINE, "MR", (0.0, 400.0), 800.0))
    return case, Segmentation(labels, AFFINE, ed=0, es=1)


def test_a_label_map_of_acdc_becomes_the_segmentation_of_the_case(tmp_path: Path) -> None:
    case, truth = made_case(tmp_path / "case")
    acdc = np.array([0, 3, 2, 1], np.uint8)[truth.labels]  # ours -> 1 RV, 2 myocardium, 3 LV
    files = []
    for frame in (1, 2):
        files.append(str(tmp_path / f"patient001_frame{frame:02d}_gt.nii.gz"))
        nib.save(nib.Nifti1Image(acdc[..., frame - 1], AFFINE), files[-1])
    with pytest.raises(Refused, match="acdc"):
        run_task(case.folder, "labels", {"files": files}, silent)
    run_task(case.folder, "labels", {"files": files, "scheme": "acdc"}, silent)
    found = case.segmentation()
    assert found is not None
    assert np.array_equal(found.labels, truth.labels)
    assert (found.method, found.ed, found.es) == ("imported: ACDC labels", 0, 1)
    measured = {metric.name: metric.value for metric in case.measures()}
    assert measured["lv_edv"] == pytest.approx((truth.phase(0) == LV).sum() * 0.032)  # voxels of 32 mm3


def test_labels_go_out_and_come_back_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, truth = made_case(tmp_path / "case")
    case.save_segmentation(truth, ())
    out = tmp_path / "out" / "labels.nrrd"
    assert main(["export", str(case.folder), "--what", "labels", "--out", str(out), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(out)
    case.save_segmentation(replace(truth, labels=truth.labels[::-1].copy()), ())
    run_task(case.folder, "labels", {"files": [str(out)]}, silent)
    found = case.segmentation()
    assert found is not None and np.array_equal(found.labels, truth.labels)
    assert main(["export", str(case.folder), "--what", "scar", "--out", str(tmp_path / "scar.nii.gz")]) == 2
    assert "no scar yet" in capsys.readouterr().err


def test_scar_is_measured_kept_and_refused_without_late_enhancement(tmp_path: Path) -> None:
    case, truth = made_case(tmp_path / "case")
    case.save_segmentation(truth, ())
    with pytest.raises(Refused, match="no late enhancement"):
        run_task(case.folder, "scar", {}, silent)
    labels = truth.phase(0)
    grey = np.random.default_rng(0).normal(100.0, 10.0, labels.shape) + 500.0 * np.isin(labels, (LV, RV))
    i, j, _ = np.indices(labels.shape)
    dead = (labels == MYOCARDIUM) & (j > 20) & (np.abs(i - 25) < j - 20)
    grey[dead] = 900.0
    case.save_image(Image(grey.astype(np.int16), AFFINE, "MR", (), None), "lge")
    run_task(case.folder, "scar", {"rule": "sd5"}, silent)
    study = case.scar()
    assert study is not None and case.scar_rule() == "sd5"
    true = dead.sum() * 0.032 * 1.05  # g
    # a wall of four pixels: a shift of half a pixel, which alignment may leave, moves an eighth of it
    assert study.findings["fwhm"].amount.core == pytest.approx(true, rel=0.2)
    kept = np.asarray(nib.load(case.folder / "scar" / "scar.nii.gz").dataobj)
    assert (kept == 3).sum() * 0.032 * 1.05 == pytest.approx(study.findings["sd5"].amount.core, rel=0.01)
    facts = json.loads((case.folder / "scar" / "origin.json").read_text())
    assert facts["options"]["rule"] == "sd5" and facts["made_from"] == case.scar_source()
    with pytest.raises(Refused, match="no rule"):
        run_task(case.folder, "scar", {"rule": "otsu"}, silent)


def test_a_replaced_segmentation_comes_back_with_its_edits_and_goes_again(tmp_path: Path) -> None:
    case, truth = made_case(tmp_path / "case")
    with pytest.raises(Refused, match="none to go back to"):
        exchange(case.folder)
    case.save_segmentation(truth, ())
    change = difference(truth.labels, np.where(truth.labels == RV, 0, truth.labels).astype(np.uint8))
    append(case.folder, change)
    drawn = needed_segmentation(case).labels
    assert not (drawn == RV).any()
    other = replace(truth, labels=truth.labels[::-1].copy())
    case.save_segmentation(other, ())
    digest = case.segmentation_digest()
    assert main(["labels", str(case.folder), "--back"]) == 0
    assert np.array_equal(needed_segmentation(case).labels, drawn)
    append(case.folder, change.reversed)  # edits go on where they ended
    assert np.array_equal(needed_segmentation(case).labels, truth.labels)
    exchange(case.folder)
    assert np.array_equal(needed_segmentation(case).labels, other.labels) and case.segmentation_digest() == digest
    exchange(case.folder)
    assert np.array_equal(needed_segmentation(case).labels, truth.labels)
