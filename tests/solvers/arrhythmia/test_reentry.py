import numpy as np
import pytest

from geometry.errors import Refused
from solvers.arrhythmia.phase import find_tips, tips_over_time
from solvers.arrhythmia.reentry import exit_sites, find_reentry
from solvers.verification.reentry_sheet import sheet

SHEET = sheet(20.0, 1.0)


def turn(x: float, y: float) -> np.ndarray:
    return np.arctan2(SHEET.points[:, 1] - y, SHEET.points[:, 0] - x)


def test_a_phase_that_turns_around_a_point_has_one_tip_there() -> None:
    for sign in (1, -1):
        tips = find_tips(sign * turn(7.3, 11.6), SHEET.points, SHEET.triangles)
        assert tips.chirality.tolist() == [sign]
        assert tips.places[0, :2] == pytest.approx([7.3, 11.6], abs=1.0)


def test_a_pair_apart_is_two_tips_and_a_plane_wave_none() -> None:
    pair = find_tips(turn(4.3, 10.4) - turn(15.3, 10.4), SHEET.points, SHEET.triangles)
    assert sorted(pair.chirality.tolist()) == [-1, 1]
    near = find_tips(turn(9.3, 10.4) - turn(11.3, 10.4), SHEET.points, SHEET.triangles)
    assert near.chirality.size == 0
    plane = find_tips(np.angle(np.exp(0.7j * SHEET.points[:, 0])), SHEET.points, SHEET.triangles)
    assert plane.chirality.size == 0


def test_frames_too_far_apart_have_no_phase() -> None:
    with pytest.raises(Refused, match="5 ms apart"):
        tips_over_time(np.array([0.0, 20.0]), np.zeros((2, 4)), np.zeros((4, 3)), np.zeros((0, 3), int))


def passages(cycle: float, count: int, n: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Node k passes at 2k ms after each of ``count`` beats."""
    at = np.arange(count)[:, None] * cycle + 2.0 * np.arange(n)
    return np.tile(np.arange(n), count).astype(np.int32), at.ravel()


def test_one_return_is_no_reentry_and_two_that_go_on_are() -> None:
    assert not find_reentry(*passages(200.0, 2), 0.0, 250.0).sustained
    found = find_reentry(*passages(450.0, 3), 0.0, 1000.0)  # a slow tachycardia of 133 a minute
    assert found.sustained
    assert found.cycle_length == pytest.approx(450.0)
    assert found.cycles == 2
    assert not find_reentry(*passages(200.0, 4), 0.0, 1500.0).sustained  # it ended by itself
    assert not find_reentry(np.zeros(0, np.int32), np.zeros(0), 0.0, 100.0).sustained


def test_a_wave_that_is_on_its_way_when_the_watch_ends_is_told_from_one_that_died_out() -> None:
    assert find_reentry(*passages(200.0, 2), 0.0, 250.0).going
    assert find_reentry(*passages(200.0, 1), 0.0, 30.0).going
    assert not find_reentry(*passages(200.0, 1), 0.0, 250.0).going
    assert not find_reentry(*passages(200.0, 4), 0.0, 1500.0).going


def test_a_double_crossing_of_zero_is_one_beat() -> None:
    nodes = np.zeros(4, np.int32)
    assert find_reentry(nodes, np.array([10.0, 14.0, 210.0, 213.0]), 0.0, 300.0).cycles == 1


def test_each_cycle_comes_out_at_its_earliest_node_of_the_surface() -> None:
    nodes, at = passages(200.0, 3)
    assert exit_sites(nodes, at, np.array([2, 3]), 0.0, 200.0, 600.0) == [(4.0, 2), (204.0, 2), (404.0, 2)]
