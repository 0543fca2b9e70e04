import numpy as np
import pytest

from geometry.shapes import tube
from solvers.flow.paths import EVERY, between, particle_paths
from solvers.result import Field


def test_particles_go_as_fast_as_the_blood_and_start_anew_where_they_leave() -> None:
    pipe = tube(10.0, 40.0, 4.0)
    velocity = np.zeros((2, len(pipe.points), 3), dtype=np.float32)
    velocity[:, :, 2] = 0.4  # mm/ms
    lines, facts = particle_paths(pipe, Field(velocity, "m/s", "Velocity", (0.0, 100.0)), count=50)
    way = lines.points[lines.segments[:, 1]] - lines.points[lines.segments[:, 0]]
    assert facts == {"count": 50, "every": EVERY}
    assert len(lines.points) == 50 * 21
    assert way[:, 2] == pytest.approx(0.4 * EVERY, abs=1e-4)
    assert np.abs(way[:, :2]).max() < 1e-4
    assert lines.points[:, 2].max() <= 40.0 + 1e-4
    # 2 mm a step through 40 mm: about one in twenty leaves at each
    assert 0.85 * 20 * 50 < len(lines.segments) < 20 * 50


def test_particles_in_blood_that_turns_stay_on_their_circles() -> None:
    pipe = tube(10.0, 20.0, 2.0)
    x, y, _ = pipe.points.T
    turn = np.stack([np.column_stack([-y, x, 0 * x]) * 0.02] * 2)
    lines, _ = particle_paths(pipe, Field(turn, "m/s", "Velocity", (0.0, 100.0)), count=40)
    radius = np.hypot(*lines.points[:, :2].T)
    change = radius[lines.segments[:, 1]] - radius[lines.segments[:, 0]]
    assert np.abs(change).max() < 0.02  # second order: (0.02 * 5)^3 / 8 of ten millimetres


def test_between_two_frames_a_field_runs_linearly() -> None:
    field = Field(np.array([[[0.0, 0.0, 0.0]], [[4.0, 0.0, 2.0]]]), "m/s", "Velocity", (0.0, 20.0))
    assert between(field, 5.0) == pytest.approx(np.array([[1.0, 0.0, 0.5]]))
    assert between(field, 30.0) == pytest.approx(np.array([[4.0, 0.0, 2.0]]))
