"""What a stricter reader leaves out at the base."""

import numpy as np

from geometry.segmentation import LV, MYOCARDIUM
from geometry.segmenters.short_axis.base import strict_reading

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


def test_closed_slices_need_no_note() -> None:
    labels, blood = stack(4, 4, 4)
    assert strict_reading(labels, blood, SPACING, (0, 1)) == ()


def test_an_open_slice_is_named_and_the_volumes_without_it_are_told() -> None:
    labels, blood = stack(4, 4, 1)
    labels[20:30, :, :2, 1][labels[20:30, :, :2, 1] == LV] = MYOCARDIUM  # half of the cavity has gone at end-systole
    labels[..., 2, 1] = 0  # and the base has left the last slice
    (note,) = strict_reading(labels, blood, SPACING, (0, 1))
    assert "in slice 3 at end-diastole. " in note
    # 20 x 20 x 10 mm3 = 4 ml a slice: 8 ml in two, of which 4 are left
    assert "EDV 8 mL, ESV 4 mL, EF 50 %" in note


def test_nothing_is_told_where_no_slice_would_be_left() -> None:
    labels, blood = stack(1, 1)
    assert strict_reading(labels, blood, SPACING, (0, 1)) == ()
