"""Which slices count at the base, and what other readers would have counted."""

import numpy as np
import pytest

from geometry.segmentation import LV, MYOCARDIUM
from geometry.segmenters.short_axis.base import read_base

SPACING = np.array([1.0, 1.0, 10.0])
SIDE, THICK = 20, 5  # voxels: a square cavity within a square wall


def stack(*sides: int) -> tuple[np.ndarray, np.ndarray]:
    """(nx, ny, slices, 2) labels with a wall on so many sides of each slice's cavity, and the blood beyond its open sides."""
    labels = np.zeros((60, 60, len(sides), 2), np.uint8)
    blood = np.zeros(labels.shape, bool)
    low, high = 20, 20 + SIDE
    walls = (
        (slice(low - THICK, high + THICK), slice(low - THICK, low)),
        (slice(low - THICK, high + THICK), slice(high, high + THICK)),
        (slice(low - THICK, low), slice(low, high)),
        (slice(high, high + THICK), slice(low, high)),
    )
    for k, count in enumerate(sides):
        for wall in walls[:count]:
            labels[:, :, k][wall] = MYOCARDIUM
        for wall in walls[count:]:
            blood[:, :, k][wall] = True
        labels[low:high, low:high, k] = LV
    return labels, blood


def test_closed_slices_all_count_and_need_no_note() -> None:
    labels, blood = stack(4, 4, 4)
    base = read_base(labels, blood, SPACING, (0, 1))
    assert not base.left_out.any() and base.notes == ()


def test_an_open_slice_is_named_and_the_volumes_without_it_are_told() -> None:
    labels, blood = stack(4, 4, 1)
    labels[20:30, :, :2, 1][labels[20:30, :, :2, 1] == LV] = MYOCARDIUM  # half of the cavity has gone at end-systole
    labels[..., 2, 1] = 0  # and the base has left the last slice
    base = read_base(labels, blood, SPACING, (0, 1))
    assert not base.left_out.any()  # as large as the slice next to it: no sliver
    (note,) = base.notes
    assert "in slice 3 at end-diastole. " in note
    # 20 x 20 x 10 mm3 = 4 ml a slice: 8 ml in two, of which 4 are left
    assert "EDV 8 mL, ESV 4 mL, EF 50 %" in note


def test_nothing_is_told_where_no_slice_would_be_left() -> None:
    labels, blood = stack(1, 1)
    assert read_base(labels, blood, SPACING, (0, 1)).notes == ()


def sliver(labels: np.ndarray, blood: np.ndarray, k: int, phase: int, columns: int) -> None:
    """So many columns of the cavity of a slice stay ventricle; the rest is blood of the atrium."""
    rest = (slice(20 + columns, 40), slice(20, 40), k, phase)
    labels[rest], blood[rest] = 0, True


@pytest.mark.parametrize(("columns", "left_out"), [(9, True), (11, False)])  # of 20: half is the border
def test_a_sliver_beside_atrial_blood_does_not_count_and_the_volumes_with_it_are_told(
    columns: int, left_out: bool
) -> None:
    labels, blood = stack(4, 4, 1)
    sliver(labels, blood, 2, 0, columns)
    labels[..., 2, 1] = 0
    base = read_base(labels, blood, SPACING, (0, 1))
    assert base.left_out.tolist() == [False, False, left_out]
    if left_out:
        (note,) = base.notes
        assert note.startswith("At the base, slice 3 shows a sliver of the ventricle")
        assert "With it: EDV 10 mL, ESV 8 mL, EF 18 %" in note  # 8 + 9 / 20 of 4 ml = 9.8


def test_a_sliver_at_end_diastole_alone_counts_so_that_slices_do_not_come_and_go() -> None:
    labels, blood = stack(4, 4, 1)
    sliver(labels, blood, 2, 0, 9)
    assert not read_base(labels, blood, SPACING, (0, 1)).left_out.any()


def test_beyond_a_sliver_no_open_slice_counts_whichever_way_the_stack_runs() -> None:
    labels, blood = stack(4, 4, 4, 1, 1)
    for phase in (0, 1):
        sliver(labels, blood, 3, phase, 9)
        sliver(labels, blood, 4, phase, 11)
    for way in (1, -1):
        base = read_base(labels[:, :, ::way], blood[:, :, ::way], SPACING, (0, 1))
        assert base.left_out[::way].tolist() == [False, False, False, True, True]


def test_a_small_closed_apex_counts() -> None:
    labels, blood = stack(4, 4, 4)
    labels[24:40, 20:40, 0] = MYOCARDIUM  # a fifth of the cavity is left
    assert not read_base(labels, blood, SPACING, (0, 1)).left_out.any()
