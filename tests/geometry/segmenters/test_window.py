"""The window that the network looks through."""

import numpy as np
import pytest

from geometry.segmenters.short_axis.window import STEP, Window, whole_plane


def test_a_ramp_is_read_where_it_lies_and_comes_back() -> None:
    spacing = np.array([1.3, 1.1])
    i, j = np.meshgrid(np.arange(90) * spacing[0], np.arange(110) * spacing[1], indexing="ij")
    ramp = (2.0 * i - 0.5 * j).astype(np.float32)
    window = Window((58.0, 60.0), 64, 48)
    seen = window.look(ramp[None], spacing)[0]
    x = 58.0 + (np.arange(64) - 31.5) * STEP
    y = 60.0 + (np.arange(48) - 23.5) * STEP
    # the average over voxels may lie a tenth of a millimetre aside, at a slope of 2 and 0.5
    assert seen == pytest.approx(2.0 * x[:, None] - 0.5 * y[None, :], abs=0.25)
    back = window.back(seen[None], ramp.shape, spacing)[0]
    inside = (np.abs(i - 58.0) < 30 * STEP) & (np.abs(j - 60.0) < 22 * STEP)
    assert back[inside] == pytest.approx(ramp[inside], abs=0.25)
    assert back[0, 0] == 0.0


def test_fine_voxels_are_averaged_not_skipped() -> None:
    chess = np.indices((200, 200)).sum(axis=0) % 2
    seen = Window((50.0, 50.0), 32, 32).look(chess[None].astype(np.float32), np.array([0.5, 0.5]))
    assert seen == pytest.approx(0.5, abs=0.06)


def test_the_whole_plane_is_covered_in_multiples_of_sixteen() -> None:
    window = whole_plane((200, 301, 12), np.array([1.5, 1.25, 8.0]))
    assert window.rows % 16 == 0 and window.columns % 16 == 0
    assert window.rows * STEP >= 300 and window.columns * STEP >= 301 * 1.25 - 1
