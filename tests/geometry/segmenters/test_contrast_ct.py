"""The contrast CT method against the truth of a synthetic patient with aortic stenosis."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.image import Image
from geometry.segmentation import AORTA, LEFT_ATRIUM, LV, MYOCARDIUM, ROOT
from geometry.segmenters import contrast_ct
from sample_scans.any_ct import draw_ct_patient
from solvers.verification.generated_cts import click, overlap


def test_every_part_overlaps_the_truth(ct: Any) -> None:
    # Measured at 1 mm over three seeds: 0.94-0.95, 0.93-0.94, 0.84-0.86, 0.91-0.92; here at 1.5 mm.
    for label, least in ((LV, 0.88), (MYOCARDIUM, 0.85), (ROOT, 0.70), (AORTA, 0.82)):
        assert ct.dice(label) > least


def test_volumes_are_within_a_tenth(ct: Any) -> None:
    found, truth = ct.found.labels, ct.patient.truth.labels
    assert np.sum(found == LV) == pytest.approx(np.sum(truth == LV), rel=0.1)
    assert np.sum(np.isin(found, (ROOT, AORTA))) == pytest.approx(np.sum(np.isin(truth, (ROOT, AORTA))), rel=0.1)


def test_blood_is_one_piece_through_the_narrow_valve(ct: Any) -> None:
    labels = ct.found.labels
    _, pieces = ndimage.label(np.isin(labels, (LV, ROOT, AORTA)))
    assert pieces == 1
    assert np.any(ndimage.binary_dilation(labels == LV) & (labels == ROOT))
    assert np.any(ndimage.binary_dilation(labels == ROOT) & (labels == AORTA))
    assert not np.any(ndimage.binary_dilation(labels == LV) & (labels == AORTA))


def orifice(blood: NDArray[np.floating], start: NDArray[np.float64], flow: NDArray[np.float64], voxel: float) -> float:
    """mm2, least area about the axis in planes across the flow, 2 mm below to 16 mm above ``start`` (voxels, as all here)."""
    side = np.cross(flow, (1.0, 0.0, 0.0) if abs(flow[0]) < 0.8 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    reach, step = 14.0 / voxel, 0.4 / voxel
    x, y = np.meshgrid(np.arange(-reach, reach, step), np.arange(-reach, reach, step), indexing="ij")
    plane = x[..., None] * side + y[..., None] * np.cross(flow, side)
    areas = []
    for height in np.arange(-2.0, 16.0, 1.0) / voxel:
        at = np.moveaxis(start + height * flow + plane, -1, 0)
        pieces, _ = ndimage.label(ndimage.map_coordinates(blood, at, order=1) > 0.5)
        size = np.bincount(pieces.ravel())
        far = np.where((pieces > 0) & (size[pieces] > 100), np.hypot(x, y), np.inf)
        areas.append(size[pieces.ravel()[far.argmin()]] * 0.16)
    return float(min(areas))


def test_the_orifice_keeps_its_area(ct: Any) -> None:
    truth, found = ct.patient.truth, ct.found
    voxel = float(ct.patient.image.spacing[0])
    root = truth.labels == ROOT
    ends = [np.argwhere(root & ndimage.binary_dilation(truth.labels == n)).mean(axis=0) for n in (LV, AORTA)]
    flow = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    drawn = orifice(np.isin(truth.labels, (LV, ROOT, AORTA)).astype(float), ends[0], flow, voxel)
    marked = orifice(np.isin(found.labels, (LV, ROOT, AORTA)).astype(float), ends[0], flow, voxel)
    # At 1 mm within 8 % (three seeds: 96, 100, 92 mm2 for 103, 103, 100); here, at 1.5 mm, the leaflets are one voxel thick.
    assert 80.0 < drawn < 140.0
    assert marked == pytest.approx(drawn, rel=0.35)


def test_calcium_is_not_blood(ct: Any) -> None:
    blood = np.isin(ct.found.labels, (LV, ROOT, AORTA))
    bright = ct.patient.image.voxels > 650
    assert np.sum(bright) > 5
    assert np.mean(blood[bright]) < 0.25


def test_the_chances_are_chances_and_doubt_the_cuts_more_than_the_walls(ct: Any) -> None:
    found = ct.found
    total = sum(found.probability.values())
    assert total.min() >= 0 and total.max() <= 1 + 1e-5
    root = found.labels == ROOT
    cut = root & ndimage.binary_dilation(found.labels == AORTA)
    deep = ndimage.binary_erosion(root, iterations=3)
    chance = found.probability[ROOT]
    assert chance[cut].mean() < 0.75 < chance[deep].mean()


def test_other_axes_and_a_seed_in_the_aorta_give_the_same_heart(ct: Any) -> None:
    image = ct.patient.image
    turned = image.affine[:, [2, 0, 1, 3]].copy()
    turned[:3, 3] += turned[:3, 0] * (image.voxels.shape[2] - 1)
    turned[:3, 0] *= -1
    voxels = np.moveaxis(image.voxels[:, :, ::-1], 2, 0)
    inside = np.argwhere(ct.patient.truth.labels == AORTA).mean(axis=0)
    seed = (image.affine @ (*inside, 1.0))[:3]
    found = contrast_ct.segment(Image(voxels, turned, "CT"), [(float(seed[0]), float(seed[1]), float(seed[2]))])
    for label in (LV, ROOT, AORTA):
        assert np.sum(found.labels == label) == pytest.approx(np.sum(ct.found.labels == label), rel=0.06)


def test_a_seed_in_soft_tissue_is_refused_with_its_brightness(ct: Any) -> None:
    image = ct.patient.image
    away = ndimage.distance_transform_edt(image.voxels < 150)  # a click in muscle beside blood is taken for that blood
    inside = np.unravel_index(int(np.where(ct.patient.truth.labels == MYOCARDIUM, away, 0.0).argmax()), away.shape)
    seed = (image.affine @ (*inside, 1.0))[:3]
    with pytest.raises(Refused, match="HU"):
        contrast_ct.segment(image, [(float(seed[0]), float(seed[1]), float(seed[2]))])


@pytest.fixture(scope="module")
def stranger() -> Any:
    """A drawn patient on an oblique grid, coarse so that the test is quick."""
    return draw_ct_patient(3, finest=2.0)


@pytest.fixture(scope="module")
def beating(stranger: Any) -> Any:
    """What the method makes of two phases of that patient, from one click."""
    image = stranger.image
    two = Image(np.stack([image.voxels, image.voxels], axis=-1), image.affine, "CT")
    return contrast_ct.segment(two, [click(stranger, 3)])


def test_a_click_in_the_ventricle_gives_the_left_heart_of_a_drawn_patient(stranger: Any, beating: Any) -> None:
    # Measured 0.93, 0.86, 0.91, 0.95: 2 mm voxels of a wall of 8 mm, leaflets and atrial walls below a voxel.
    for label, least in ((LV, 0.88), (MYOCARDIUM, 0.75), (ROOT, 0.80), (AORTA, 0.88)):
        assert overlap(beating.phase(0) == label, stranger.truth.labels == label) > least


def test_the_left_atrium_is_neither_ventricle_nor_aorta(stranger: Any, beating: Any) -> None:
    atrium = stranger.truth.labels == LEFT_ATRIUM
    assert np.mean(np.isin(beating.phase(0)[atrium], (LV, ROOT, AORTA))) < 0.10
    assert overlap(beating.phase(0) == LEFT_ATRIUM, atrium) > 0.75


def test_phases_are_segmented_one_by_one_or_refused_with_the_choice_named(stranger: Any, beating: Any) -> None:
    assert beating.labels.shape == (*stranger.image.voxels.shape, 2)
    assert np.array_equal(beating.phase(0), beating.phase(1))
    many = Image(np.broadcast_to(np.int16(0), (300, 300, 200, 10)), np.eye(4), "CT")
    with pytest.raises(Refused, match="phase"):
        contrast_ct.segment(many)


def test_a_drawn_patient_is_the_same_each_time() -> None:
    first, second = (draw_ct_patient(5, finest=4.0) for _ in range(2))
    assert np.array_equal(first.image.voxels, second.image.voxels)
    assert {LV, MYOCARDIUM, ROOT, AORTA, LEFT_ATRIUM} <= set(np.unique(first.truth.labels))
