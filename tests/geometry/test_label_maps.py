"""Label maps from elsewhere: what their numbers mean, and when nobody can know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.label_file import whole_numbers
from geometry.label_maps import enclosure, read_as, structure_coded, structure_named, to_ours
from geometry.segmentation import LV, MYOCARDIUM, RV


def heart(lv: int, myocardium: int, rv: int) -> NDArray[np.int32]:
    """A round cavity in a ring of muscle, and a second cavity beside it."""
    i, j, _ = np.indices((40, 40, 3))
    values = np.zeros((40, 40, 3), np.int32)
    values[np.hypot(i - 20, j - 10) < 9] = rv
    values[np.hypot(i - 20, j - 24) < 11] = myocardium
    values[np.hypot(i - 20, j - 24) < 7] = lv
    return values


@pytest.mark.parametrize(
    ("scheme", "numbers"),
    [
        ("acdc", (3, 2, 1)),
        ("cardiotwin", (1, 2, 3)),
        ("mmwhs", (500, 205, 600)),
        ("totalsegmentator", (46, 44, 48)),  # total, version 1
        ("totalsegmentator", (3, 1, 5)),  # heartchambers_highres, versions 1 and 2
    ],
)
def test_every_scheme_gives_the_same_heart(scheme: str, numbers: tuple[int, int, int]) -> None:
    values = heart(*numbers)
    ours, _ = to_ours(values, read_as(values, {}, scheme)[0])
    assert np.array_equal(ours, heart(LV, MYOCARDIUM, RV))


@pytest.mark.parametrize("numbers", [(500, 205, 600), (46, 44, 48)])
def test_numbers_that_only_one_scheme_has_need_no_scheme(numbers: tuple[int, int, int]) -> None:
    values = heart(*numbers)
    ours, _ = to_ours(values, read_as(values, {}, None)[0])
    assert np.array_equal(ours, heart(LV, MYOCARDIUM, RV))


def test_one_two_three_is_refused_with_the_schemes_it_may_be() -> None:
    with pytest.raises(Refused, match=r"CardioTwin.*or.*acdc.*speaks for ACDC"):
        read_as(heart(3, 2, 1), {}, None)


def test_names_in_the_file_decide() -> None:
    values = heart(3, 2, 1)
    meaning, read_by = read_as(values, {1: "Right ventricle", 2: "heart_myocardium", 3: "LV cavity"}, None)
    assert read_by == "named"
    assert np.array_equal(to_ours(values, meaning)[0], heart(LV, MYOCARDIUM, RV))


def test_a_scheme_that_swaps_the_ventricles_is_refused() -> None:
    with pytest.raises(Refused, match="would not be the left ventricle; the map looks like ACDC"):
        read_as(heart(3, 2, 1), {}, "cardiotwin")


def test_what_the_twin_has_no_use_for_is_told() -> None:
    values = heart(500, 205, 600)
    values[0, 0] = 550
    ours, notes = to_ours(values, read_as(values, {}, "mmwhs")[0])
    assert not ours[0, 0].any()
    assert "right atrium" in notes[0]


@pytest.mark.parametrize(
    ("values", "scheme", "says"),
    [
        (np.zeros((4, 4, 3), int), None, "empty"),
        (heart(9, 8, 7), None, "no known scheme"),
        (heart(1, 2, 9), "acdc", "label 9 does not occur in ACDC"),
        (heart(51, 51, 52), None, "chambers"),  # TotalSegmentator total, version 2: the heart as a whole
        (heart(1, 2, 3), "nnunet", "no scheme"),
    ],
)
def test_unknown_labels_are_refused(values: NDArray[np.int32], scheme: str | None, says: str) -> None:
    with pytest.raises(Refused, match=says):
        to_ours(values, read_as(values, {}, scheme)[0])


def test_muscle_encloses_the_left_cavity_and_not_the_right() -> None:
    assert enclosure(heart(1, 2, 3), 1, 2) == 1.0
    assert enclosure(heart(1, 2, 3), 3, 2) < 0.5


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full((4, 4, 3), 0.37), "0.37"),
        (np.full((4, 4, 3), np.nan), "nan"),
        (np.full((4, 4, 3), -2), "between 0 and"),
        (np.arange(4 * 4 * 40).reshape(4, 4, 40), "scan, not a label map"),
        (np.zeros((4, 4), int), "4 x 4"),
    ],
)
def test_what_is_no_label_map_is_refused(values: NDArray[np.generic], says: str) -> None:
    with pytest.raises(Refused, match=says):
        whole_numbers(values)


def test_whole_numbers_stored_as_fractions_are_labels() -> None:
    assert np.array_equal(whole_numbers(np.full((2, 2, 2), 3.0)), np.full((2, 2, 2), 3))


def test_names_and_codes_are_understood_however_they_are_written() -> None:
    assert (
        structure_named("heart_ventricle_left")
        == structure_named("Left Ventricle")
        == structure_named("LV")
        == "lv_cavity"
    )
    assert structure_named("liver") is None
    assert structure_coded("49848007") == "myocardium"
