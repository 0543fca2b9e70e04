"""Volumes, ejection fraction, mass, their intervals, and segmentations that cannot be used."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from geometry.errors import Refused
from geometry.image import Image
from geometry.measure import check_segmentation, ventricular_measures
from geometry.measures.interval_scale import SCALES
from geometry.measures.volumes import volume_curve
from geometry.metric import Metric
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from geometry.wobble import CINE

AFFINE = np.diag([1.25, 1.25, 8.0, 1.0])
SHAPE = (80, 80, 12)


def distance(radius: float) -> NDArray[np.float64]:
    """mm inside (positive) the wall of a cylinder in the middle of the grid, in ten of its twelve slices."""
    x, y = (np.arange(80) - 39.5) * 1.25, (np.arange(80) - 39.5) * 1.25
    plane = radius - np.hypot(x[:, None], y[None])
    result = np.repeat(plane[..., None], 12, axis=2)
    result[..., 0] = result[..., -1] = -100.0
    return result


def heart(sigma: float | None = 1.0) -> Segmentation:
    """LV of 25 mm radius at ED and 18 mm at ES in a wall of 10 mm, blurred by ``sigma`` mm."""
    labels = np.zeros((*SHAPE, 2), np.uint8)
    chance = np.zeros((*SHAPE, 2), np.float32)
    for phase, radius in enumerate((25.0, 18.0)):
        labels[..., phase][distance(radius + 10) > 0] = MYOCARDIUM
        labels[..., phase][distance(radius) > 0] = LV
        if sigma:
            chance[..., phase] = norm.cdf(distance(radius) / sigma)
    return Segmentation(labels, AFFINE, {LV: chance} if sigma else {}, "test", ed=0, es=1)


def image(cycle: float | None = 800.0) -> Image:
    return Image(np.zeros((*SHAPE, 2), np.int16), AFFINE, "MR", (0.0, 400.0), cycle)


def measured(segmentation: Segmentation, scan: Image | None = None) -> dict[str, Metric]:
    return {metric.name: metric for metric in ventricular_measures(segmentation, scan or image())}


def test_volumes_of_cylinders_and_what_follows_from_them() -> None:
    found = measured(heart())
    edv, esv = np.pi * 25**2 * 80 / 1000, np.pi * 18**2 * 80 / 1000  # ml; ten slices of 8 mm
    wall = np.pi * (35**2 - 25**2) * 80 / 1000
    # a disc of 1.25 mm pixels misses the area of a circle by under 1 %
    assert found["lv_edv"].value == pytest.approx(edv, rel=0.01)
    assert found["lv_esv"].value == pytest.approx(esv, rel=0.01)
    assert found["stroke_volume"].value == pytest.approx(edv - esv, rel=0.02)
    assert found["ejection_fraction"].value == pytest.approx(100 * (1 - (18 / 25) ** 2), abs=1.0)
    assert found["lv_mass"].value == pytest.approx(wall * 1.05, rel=0.01)
    # 75 beats per minute
    assert found["cardiac_output"].value == pytest.approx((edv - esv) * 75 / 1000, rel=0.02)
    assert {metric.unit for metric in found.values()} == {"ml", "%", "g", "l/min"}
    assert "rv_edv" not in found


def test_the_volume_curve_has_a_value_for_each_phase() -> None:
    curve = volume_curve(heart(), LV)
    found = measured(heart())
    assert curve == pytest.approx([found["lv_edv"].value, found["lv_esv"].value])
    assert volume_curve(heart(), RV) == pytest.approx([0.0, 0.0])


def test_the_interval_is_that_of_a_wall_that_errs_as_a_whole() -> None:
    # Phi(d / sigma) > Phi(-z) puts the wall at R + sigma z. With z = w (sqrt(.6) shared + sqrt(.4) per slice) over n slices,
    # dV = 2 pi R sigma h sum(z_i), so SD(V) = 2 pi R sigma h n w sqrt(0.6 + 0.4 / n); 90 % lie within 1.645 SD.
    metric = measured(heart(sigma=1.0))["lv_edv"]
    half = 1.645 * 2 * np.pi * 25 * 1.0 * 80 * CINE.of(LV).width * np.sqrt(0.6 + 0.4 / 10) / 1000 * SCALES["lv_edv"]
    assert metric.low is not None
    assert metric.high is not None
    assert (metric.high - metric.low) / 2 == pytest.approx(half, rel=0.05)
    assert metric.low < metric.value < metric.high


def test_a_blurrier_wall_gives_a_wider_interval_and_the_same_value() -> None:
    sharp, blurred = measured(heart(0.5))["ejection_fraction"], measured(heart(2.0))["ejection_fraction"]
    assert sharp.value == blurred.value
    assert blurred.high is not None
    assert blurred.low is not None
    assert sharp.high is not None
    assert sharp.low is not None
    assert blurred.high - blurred.low > 3 * (sharp.high - sharp.low)


def test_the_same_segmentation_gives_the_same_interval() -> None:
    assert ventricular_measures(heart(), image()) == ventricular_measures(heart(), image())


def test_labels_without_probabilities_have_no_interval() -> None:
    found = measured(heart(sigma=None))
    assert all(metric.low is None and metric.high is None for metric in found.values())


def test_a_single_volume_has_volumes_but_no_ejection_fraction() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[distance(20) > 0] = LV
    labels[58:][distance(35)[58:] > 0] = RV
    found = measured(Segmentation(labels, AFFINE), Image(np.zeros(SHAPE, np.int16), AFFINE, "CT"))
    assert set(found) == {"lv_volume", "rv_volume"}


def test_the_right_ventricle_is_measured_where_it_is_labelled() -> None:
    base = heart()
    labels = base.labels.copy()
    labels[labels == LV] = RV
    found = measured(Segmentation(labels, AFFINE, {}, "test", ed=0, es=1))
    assert found["rv_ejection_fraction"].value == pytest.approx(100 * (1 - (18 / 25) ** 2), abs=1.0)
    assert {"rv_edv", "rv_esv", "rv_stroke_volume"} < set(found)


def test_swapped_phases_are_said() -> None:
    base = heart()
    swapped = Segmentation(base.labels, AFFINE, base.probability, "test", ed=1, es=0)
    assert "check the chosen phases" in measured(swapped)["ejection_fraction"].note


def test_an_empty_segmentation_is_refused() -> None:
    empty = Segmentation(np.zeros(SHAPE, np.uint8), AFFINE)
    for use in (check_segmentation, lambda s: ventricular_measures(s, image())):
        with pytest.raises(Refused, match="segmentation is empty"):
            use(empty)


@pytest.mark.parametrize(
    ("place", "side"), [((0, 40), "left"), ((79, 40), "right"), ((40, 0), "back"), ((40, 79), "front")]
)
def test_a_label_at_the_side_of_the_image_is_refused_with_label_slice_and_side(
    place: tuple[int, int], side: str
) -> None:
    labels = heart().labels.copy()
    labels[place[0], place[1], 4, 1] = RV
    with pytest.raises(
        Refused, match=f"RV cavity touches the edge of the image towards the patient's {side} in slice 5"
    ):
        check_segmentation(Segmentation(labels, AFFINE))


def test_the_ends_of_the_stack_may_be_reached_and_are_noted() -> None:
    assert check_segmentation(heart()) == ()
    labels = heart().labels.copy()
    labels[40, 40, 0] = LV
    (note,) = check_segmentation(Segmentation(labels, AFFINE))
    assert "LV cavity reaches the first slice" in note


def test_errors_at_diastole_and_systole_go_together() -> None:
    # Both radii err by sigma z with corr(z_ed, z_es) = (0.5 + 0.1 / n) / (0.6 + 0.4 / n) over n = 10 slices = 0.797, so
    # Var(SV) = a^2 + b^2 - 2 rho a b with a, b the deviations of the two volumes, 2 pi R sigma h n w sqrt(0.6 + 0.4 / n).
    a, b = (2 * np.pi * radius * 80 * CINE.of(LV).width * np.sqrt(0.64) / 1000 for radius in (25.0, 18.0))
    half = 1.645 * np.sqrt(a**2 + b**2 - 2 * (0.51 / 0.64) * a * b)
    metric = measured(heart(sigma=1.0))["stroke_volume"]
    assert metric.low is not None
    assert metric.high is not None
    assert (metric.high - metric.low) / 2 == pytest.approx(half, rel=0.06)
