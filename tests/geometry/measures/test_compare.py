"""Body surface, healthy values, reading noise, rates of a known curve."""

import numpy as np
import pytest

from geometry.image import Image
from geometry.measures.body import body_surface, indexed
from geometry.measures.change import NOISE, OTHER_SCAN, REAL, UNKNOWN, UNLIKE, compare_measures
from geometry.measures.reference import judge, reference_table, suited_sources
from geometry.measures.volumes import base_step, expected_volumes, volume_curve, volume_curves
from geometry.metric import Metric
from geometry.segmentation import LV, Segmentation
from geometry.subject import Subject

BLOOD = "papillary_in_cavity"
MAN = Subject("M", 180.0, 80.0, 50)


def fraction(value: float, convention: str = BLOOD) -> Metric:
    return Metric("ejection_fraction", "LV ejection fraction", value, "%", convention=convention)


def test_body_surface_after_mosteller() -> None:
    assert body_surface(MAN) == pytest.approx(2.0)  # sqrt(180 * 80 / 3600)
    assert body_surface(Subject("M", 180.0)) is None
    edv = Metric("lv_edv", "EDV", 160.0, "ml", 150.0, 170.0)
    (index,) = indexed((edv, fraction(60)), MAN)
    assert (index.name, index.value, index.low, index.unit) == ("lv_edv_index", 80.0, 75.0, "ml/m2")
    assert indexed((edv,), None) == ()


def test_a_number_is_compared_only_with_the_same_convention() -> None:
    like = judge(fraction(63.0), "petersen_2017", MAN, "MR")
    assert like.z == pytest.approx(1.0)  # 58 +- 5 in men
    unlike = judge(fraction(63.0), "kawel_boehm_2015", MAN, "MR")
    assert unlike.reference is None and "counted as wall, this number papillary muscles counted as blood" in unlike.why
    assert judge(fraction(63.0, "papillary_in_wall"), "kawel_boehm_2015", MAN, "MR").z == pytest.approx(-0.8)
    assert "sex" in judge(fraction(63.0), "petersen_2017", None, "MR").why
    assert "scan is CT" in judge(fraction(63.0), "petersen_2017", MAN, "CT").why


def test_every_reference_has_a_spread_and_the_source_of_our_convention_comes_first() -> None:
    assert all(row.sd > 0 and row.sex in ("M", "F") for row in reference_table())
    assert suited_sources("MR")[0] == "petersen_2017"
    assert suited_sources("CT") == ("kang_2017",)


def test_a_change_within_reading_noise_is_not_called_a_change() -> None:
    (small,) = compare_measures((fraction(55.0),), (fraction(61.0),))
    (large,) = compare_measures((fraction(45.0),), (fraction(61.0),))
    assert (small.verdict, large.verdict) == (NOISE, REAL)  # two readers differ by up to 7.5 points
    assert "+6" not in small.text() and "+16 points" in large.text()
    # another scan: 1.96 sqrt(2) * 6.0 % of 58 = 9.6 points
    (again,) = compare_measures((fraction(53.5),), (fraction(62.5),), OTHER_SCAN)
    assert again.noise == pytest.approx(9.646, abs=0.01) and again.verdict == NOISE


def test_what_has_no_noise_or_another_convention_is_not_judged() -> None:
    volume = Metric("rv_edv", "RV EDV", 150.0, "ml")
    assert compare_measures((volume,), (volume,))[0].verdict == UNKNOWN
    assert compare_measures((fraction(40, "papillary_in_wall"),), (fraction(60),))[0].verdict == UNLIKE


def beating(phases: int = 24, cycle: float = 900.0) -> tuple[Segmentation, Image]:
    """A cavity of 100 + 40 cos(2 pi t / T) ml in slices of 8 mm, spread over voxels of 1 ml."""
    side = (1000.0 / 8.0) ** 0.5
    affine = np.diag([side, side, 8.0, 1.0])
    times = np.arange(phases) * cycle / phases
    counts = np.round(1000 + 400 * np.cos(2 * np.pi * times / cycle)).astype(int)
    labels = (np.arange(1600)[:, None] < counts).reshape(20, 20, 4, phases).astype(np.uint8)
    fine = affine * (0.1 ** (1 / 3))  # a tenth of the volume, so that a thousand voxels are 100 ml
    fine[3, 3] = 1.0
    image = Image(np.zeros((20, 20, 4, phases), np.int16), fine, "MR", tuple(times.tolist()), cycle)
    return Segmentation(labels, fine, ed=0, es=phases // 2), image


def test_peak_rates_of_a_cosine() -> None:
    curves, metrics = volume_curves(*beating())
    assert curves[0].volume[[0, 12]] == pytest.approx([140.0, 60.0], rel=1e-6)
    found = {metric.name: metric.value for metric in metrics}
    exact = 40 * 2 * np.pi / 0.9  # ml/s
    assert found["peak_ejection_rate"] == pytest.approx(exact, rel=0.02)
    assert found["peak_filling_rate"] == pytest.approx(exact, rel=0.02)


def test_the_gap_between_slices_counts_and_filled_shares_are_exact() -> None:
    # a box of 20 x 20 mm that ends in the middle of its last slice of 10 mm: 2.5 slices = 10 ml, the label says 12 or 8
    labels = np.zeros((30, 30, 6), np.uint8)
    labels[5:25, 5:25, 1:4] = LV
    chance = (labels == LV).astype(np.float32)
    chance[5:25, 5:25, 3] = 0.5
    made = Segmentation(labels, np.diag([1.0, 1.0, 10.0, 1.0]), {LV: chance})
    assert volume_curve(made, LV) == pytest.approx([12.0])
    assert expected_volumes(made, LV) == pytest.approx([10.0])
    assert base_step(made, LV, 0) == pytest.approx(2.0)
