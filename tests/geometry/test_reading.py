"""Which slices count as left ventricle."""

import numpy as np
import pytest
from scipy import ndimage

from geometry.reading import as_read, closed_share
from geometry.segmentation import LV, MYOCARDIUM

SPACING = np.array([1.0, 1.0, 8.0])


def ring(share: float) -> np.ndarray:
    """A cavity of 20 mm radius with muscle around ``share`` of it."""
    x, y = np.indices((80, 80)) - 40
    radius, turn = np.hypot(x, y), (np.arctan2(y, x) / (2 * np.pi)) % 1.0
    labels = np.zeros((80, 80), np.uint8)
    labels[(radius < 30) & (turn < share)] = MYOCARDIUM
    labels[radius < 20] = LV
    return labels


def share_of(labels: np.ndarray, elsewhere: np.ndarray | None = None) -> float:
    other = np.zeros(labels.shape, bool) if elsewhere is None else elsewhere
    return closed_share(labels == LV, labels == MYOCARDIUM, other, SPACING)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_the_enclosed_share_is_that_of_the_outline(share: float) -> None:
    # muscle reaches 4 mm further along an outline of 126 mm at both ends: 0.06
    assert share_of(ring(share)) == pytest.approx(share, abs=0.07)


def test_a_sliver_of_ventricle_is_judged_with_all_the_blood_it_belongs_to() -> None:
    labels = ring(0.3)
    near = ndimage.distance_transform_edt(labels != MYOCARDIUM) < 4.0
    atrium = (labels == LV) & ~near
    labels[atrium] = 0
    assert share_of(labels) > 0.45  # one side of a thin sliver is muscle, however much blood lies on the other
    assert share_of(labels, atrium) == pytest.approx(0.3, abs=0.07)
    assert share_of(labels, np.indices(labels.shape)[0] < 3) == share_of(labels)  # blood that does not touch it


def test_slices_enclosed_by_less_than_half_are_left_out_and_the_apex_is_kept() -> None:
    tip = np.where(ring(1.0) == LV, MYOCARDIUM, 0).astype(np.uint8)
    stack = np.stack([tip, ring(1.0), ring(0.7), ring(0.3)], axis=-1)[..., None]
    kept = as_read(stack, SPACING).any(axis=(0, 1))[:, 0]
    assert kept.tolist() == [True, True, True, False]
    assert np.array_equal(as_read(stack, SPACING)[..., :3, :], stack[..., :3, :])
