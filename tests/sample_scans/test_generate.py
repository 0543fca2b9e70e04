from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import label

from geometry.image import Image, load_image
from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, RV, Segmentation, load_segmentation
from sample_scans.catalogue import samples
from sample_scans.generate import SEED_A, SEED_B, make_cine_mr, make_ct, write_patient
from sample_scans.imaging_mr import MrSettings
from sample_scans.patient import Patient

LIMIT = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def reduced() -> Patient:
    return make_cine_mr(SEED_A, phases=2, spacing=4.0)


@pytest.fixture(scope="module")
def shipped() -> dict[str, tuple[Image, Segmentation, dict[str, float]]]:
    return {each.key: (load_image(each.scan), load_segmentation(each.truth), dict(each.facts)) for each in samples()}


def millilitres(truth: Segmentation, value: int, phase: int) -> float:
    return float((truth.phase(phase) == value).sum()) * truth.voxel_volume * 1e-3


def test_the_same_seed_gives_the_same_patient_and_another_seed_another(reduced: Patient) -> None:
    again = make_cine_mr(SEED_A, phases=2, spacing=4.0)
    other = make_cine_mr(SEED_A + 1, phases=2, spacing=4.0)
    assert np.array_equal(again.image.voxels, reduced.image.voxels)
    assert abs(other.facts["lv_edv_ml"] - reduced.facts["lv_edv_ml"]) > 0.1
    assert not np.allclose(other.image.affine, reduced.image.affine)


def test_the_normal_adult_is_normal() -> None:
    # The ranges that were asked for; they lie within the normal values of Kawel-Boehm 2020 (10.1186/s12968-020-00683-3).
    for seed in range(2):
        facts = make_cine_mr(seed, phases=20, spacing=16.0).facts
        assert 135 < facts["lv_edv_ml"] < 165
        assert 58 < facts["lv_ef_percent"] < 67
        assert 108 < facts["lv_mass_g"] < 141
        assert 144 < facts["rv_edv_ml"] < 186
        assert 11 < facts["base_descent_mm"] <= 12.5


def test_gap_noise_and_breath_holds_can_be_chosen(reduced: Patient) -> None:
    tight = make_cine_mr(SEED_A, phases=2, spacing=4.0, gap=0.0, breath_hold=0.0, settings=MrSettings(noise=0.2))
    assert tight.image.spacing[2] == pytest.approx(8.0)
    assert reduced.image.spacing[2] == pytest.approx(10.0)
    # far from the heart two phases differ by their noise alone
    still = [np.diff(each.image.voxels[:6, :6].astype(float), axis=-1)[..., 0].std() for each in (reduced, tight)]
    assert still[1] > 2 * still[0] > 0


def test_a_reduced_ct_has_the_orifice_that_was_asked_for() -> None:
    patient = make_ct(3, spacing=3.0, orifice=80.0)
    assert patient.facts["orifice_area_mm2"] == pytest.approx(80.0, rel=0.01)
    assert patient.image.voxels.dtype == np.int16
    assert set(np.unique(patient.truth.labels)) == {0, LV, MYOCARDIUM, ROOT, AORTA}


def test_shipped_files_are_small_and_name_no_one(
    shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]],
) -> None:
    for each in samples():
        assert sum(path.stat().st_size for path in each.folder.rglob("*") if path.is_file()) <= LIMIT
        image, truth, _ = shipped[each.key]
        assert truth.labels.shape == image.voxels.shape
        assert np.allclose(truth.affine, image.affine, atol=1e-4)


def test_the_shipped_cine_is_that_of_its_seed(shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]]) -> None:
    image, truth, facts = shipped["A"]
    made = make_cine_mr(SEED_A)
    # float32 sums may differ in the last bit between machines, hence one grey value and a few labels of tolerance
    assert np.abs(made.image.voxels.astype(int) - image.voxels.astype(int)).mean() < 0.05
    assert (made.truth.labels != truth.labels).mean() < 1e-4
    assert made.image.times == image.times
    assert made.facts == pytest.approx(facts, abs=2e-3)


def test_the_shipped_ct_is_that_of_its_seed(shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]]) -> None:
    image, truth, facts = shipped["B"]
    coarse = make_ct(SEED_B, spacing=3.0)
    assert np.allclose(coarse.image.affine[:3, 3], image.affine[:3, 3], atol=1e-3)
    # every third voxel of the fine grid is a voxel of the coarse one; edges differ by their partial volume
    third = truth.labels[::3, ::3, ::3]
    shape = tuple(min(a, b) for a, b in zip(third.shape, coarse.truth.labels.shape, strict=True))
    same = tuple(slice(0, n) for n in shape)
    fine, rough = third[same], coarse.truth.labels[same]
    assert 2.0 * ((fine == LV) & (rough == LV)).sum() / ((fine == LV).sum() + (rough == LV).sum()) > 0.96
    for name in ("orifice_area_mm2", "annulus_diameter_mm", "lv_edv_ml", "lv_mass_g"):
        assert coarse.facts[name] == pytest.approx(facts[name], abs=2e-3)


def test_labels_of_the_cine_hold_the_volumes_of_the_surfaces(
    shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]],
) -> None:
    _, truth, facts = shipped["A"]
    assert truth.es is not None
    # 10 mm between slices: the sum of discs is known to miss a few per cent at base and apex
    assert millilitres(truth, LV, truth.ed) == pytest.approx(facts["lv_edv_ml"], rel=0.06)
    assert millilitres(truth, LV, truth.es) == pytest.approx(facts["lv_esv_ml"], rel=0.10)
    assert millilitres(truth, MYOCARDIUM, truth.ed) * 1.05 == pytest.approx(facts["lv_mass_g"], rel=0.10)
    assert millilitres(truth, RV, truth.ed) == pytest.approx(facts["rv_edv_ml"], rel=0.10)
    for edge in (truth.labels[..., 0, :], truth.labels[[0, -1]], truth.labels[:, [0, -1]]):
        assert not edge.any()


def test_blood_is_bright_and_muscle_dark_in_the_cine(
    shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]],
) -> None:
    image, truth, _ = shipped["A"]
    means = [image.phase(truth.ed)[truth.phase(truth.ed) == each].mean() for each in (LV, MYOCARDIUM, RV)]
    assert means[0] > 1.8 * means[1]
    assert means[2] > 1.8 * means[1]


def test_the_blood_of_the_ct_narrows_to_one_throat_and_touches_no_border(
    shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]],
) -> None:
    image, truth, facts = shipped["B"]
    blood = np.isin(truth.labels, (LV, ROOT, AORTA))
    assert label(blood)[1] == 1
    for axis in range(3):
        assert not np.take(blood, [0, -1], axis=axis).any()
    assert millilitres(truth, LV, 0) == pytest.approx(facts["lv_volume_here_ml"], rel=0.02)
    assert 300 < image.voxels[truth.labels == AORTA].mean() < 400
    assert 70 < image.voxels[truth.labels == MYOCARDIUM].mean() < 140
    assert image.voxels.max() > 600


def test_the_only_way_from_the_ventricle_to_the_aorta_is_the_orifice(
    shipped: dict[str, tuple[Image, Segmentation, dict[str, float]]],
) -> None:
    image, truth, facts = shipped["B"]
    centre = np.array([facts[f"orifice_{each}_mm"] for each in "xyz"])
    flow = np.array([facts[f"flow_{each}"] for each in "xyz"])
    voxel = np.moveaxis(np.indices(truth.labels.shape), 0, -1)
    offset = voxel @ image.affine[:3, :3].T + image.affine[:3, 3] - centre
    # 5.64 mm is the radius of a disc of 100 mm2; lobes stand out by at most a fifth of it, and a voxel is 1 mm
    plug = np.linalg.norm(offset, axis=-1) < 1.2 * 5.64 + 1.5
    parts, _ = label(np.isin(truth.labels, (LV, ROOT, AORTA)) & ~plug)
    assert not set(np.unique(parts[truth.labels == LV])) & set(np.unique(parts[truth.labels == AORTA])) - {0}
    # the mean area over the last 1.5 mm of the dome, inside the leaflets: 2-4 % above the orifice itself; a rim of
    # 36 mm cut by voxels of 1 mm gives it to about a tenth
    height = offset @ flow
    across = np.linalg.norm(offset - height[..., None] * flow, axis=-1)
    tip = (np.abs(height + 0.75) < 0.75) & np.isin(truth.labels, (LV, ROOT))
    parts, _ = label(tip)
    inside = parts == parts[np.unravel_index(np.argmin(np.where(tip, across, np.inf)), parts.shape)]
    assert float(inside.sum()) * truth.voxel_volume / 1.5 == pytest.approx(103.0, rel=0.12)


def test_written_patients_come_back(reduced: Patient, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    write_patient(reduced, folder)
    image, truth = load_image(folder / "scan.nii.gz"), load_segmentation(folder / "truth")
    assert np.array_equal(image.voxels, reduced.image.voxels)
    assert np.array_equal(truth.labels, reduced.truth.labels)
    assert image.cycle == 900.0
