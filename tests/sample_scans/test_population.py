"""Hearts of many kinds, for training and for judging."""

import numpy as np
import pytest

from geometry.reading import closed_shares
from geometry.segmentation import LV, MYOCARDIUM, RV
from sample_scans.anatomy_heart import volumes
from sample_scans.cine_mr import FIRST_FOR_JUDGING, draw_cine_patient
from sample_scans.patient import Patient
from sample_scans.population import draw_person


@pytest.fixture(scope="module")
def somebody() -> Patient:
    return draw_cine_patient(FIRST_FOR_JUDGING - 7, phases=2)


def test_persons_differ_widely_and_come_again_with_their_seed() -> None:
    hearts = [draw_person(np.random.default_rng([seed, 99])).heart for seed in range(12)]
    edv = [volumes(heart, 0.0, 60)["lv"] for heart in hearts]
    assert min(edv) < 110 and max(edv) > 170
    assert len({round(heart.wall, 3) for heart in hearts}) == 12
    assert draw_person(np.random.default_rng([3, 99])).heart.radius == hearts[3].radius


def test_the_truth_of_a_drawn_patient_is_that_of_a_reader_without_error(somebody: Patient) -> None:
    truth = somebody.truth
    voxel = truth.voxel_volume * 1e-3
    assert {LV, MYOCARDIUM, RV} <= set(np.unique(truth.labels))
    assert somebody.facts["lv_edv_ml"] == pytest.approx(float((truth.phase(truth.ed) == LV).sum()) * voxel)
    shares = closed_shares(truth.labels, np.linalg.norm(truth.affine[:3, :3], axis=0))
    marked = (truth.labels == LV).any(axis=(0, 1))
    assert shares[marked].min() >= 0.5


def test_the_affine_of_a_tilted_stack_is_a_rotation_and_a_scale(somebody: Patient) -> None:
    axes = somebody.image.affine[:3, :3] / somebody.image.spacing
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-6)
