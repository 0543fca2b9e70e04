import numpy as np
import pytest

from solvers.verification.channel_slice import HEIGHT, LENGTH, RADIUS, Fineness, channel_slice, cylinder_nodes

FINE = Fineness(behind=16, beside=16, before=10, rings=12, columns=14, first=0.003)


def test_the_slice_fills_the_channel_around_a_cylinder_of_straight_pieces() -> None:
    mesh = channel_slice(FINE)
    corners = mesh.points[mesh.tets]
    volumes = np.linalg.det(corners[:, 1:] - corners[:, :1]) / 6
    on = mesh.points[cylinder_nodes(mesh)]
    ring = on[on[:, 2] == 0.0][:, :2] - [0.2, 0.2]
    angle = np.sort(np.arctan2(ring[:, 1], ring[:, 0]))
    pieces = np.diff(angle, append=angle[0] + 2 * np.pi)
    polygon = 0.5 * RADIUS**2 * np.sin(pieces).sum()
    assert volumes.min() > 0
    assert volumes.sum() == pytest.approx((HEIGHT * LENGTH - polygon) * FINE.thickness, rel=1e-9)


def test_nodes_lie_closest_at_the_cylinder_and_in_the_middle_of_its_wake() -> None:
    flat = channel_slice(FINE).points
    flat = flat[flat[:, 2] == 0.0][:, :2]
    away = np.hypot(*(flat - [0.2, 0.2]).T)
    assert np.sort(away)[2 * FINE.beside + FINE.behind + FINE.before] - RADIUS == pytest.approx(
        FINE.first, rel=0.04
    )  # 0.15 to 0.16 to the walls
    heights = np.sort(flat[np.abs(flat[:, 0] - HEIGHT) < 1e-9, 1])
    steps = np.diff(heights)
    assert heights[steps.argmin() : steps.argmin() + 2].mean() == pytest.approx(0.2, abs=0.02)
    assert steps.min() < 0.75 * steps.max()
