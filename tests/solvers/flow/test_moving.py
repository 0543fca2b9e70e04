import numpy as np
import pytest

from geometry.progress import silent
from geometry.shapes import tube
from solvers.flow.moving_wall import volume_rate, volume_slope
from solvers.verification.flow_moving_wall import (
    LENGTH,
    RADIUS,
    SPEED,
    NarrowingPipe,
    PulsingPipe,
    narrowing_errors,
    pulsing_imbalance,
    similar_flow,
)


def test_the_exact_flow_in_a_narrowing_pipe_carries_away_what_the_wall_displaces() -> None:
    (s, g, v), _ = similar_flow(SPEED)
    # mean of G over the section: 2 int s G ds = -2 a
    assert 2 * np.trapezoid(s * g, s) == pytest.approx(-2 * SPEED, rel=1e-4)
    assert v[-1] == pytest.approx(SPEED)
    assert abs(g[-1]) < 1e-9


def test_a_narrowing_pipe_drives_the_exact_flow_better_on_a_finer_mesh() -> None:
    coarse, _ = narrowing_errors(tube(RADIUS, LENGTH, 3.3), silent)
    fine, gradient = narrowing_errors(tube(RADIUS, LENGTH, 2.5), silent)
    assert fine < 0.06 and fine < coarse / 1.7  # second order and edges of 10/3 and 10/4 mm: 1.78 times
    assert gradient < 0.03


def test_what_flows_out_is_what_the_volume_falls_by_also_when_the_other_end_opens() -> None:
    assert pulsing_imbalance(tube(RADIUS, LENGTH, 3.3), 40.0, silent) < 5e-3


def test_the_rate_of_the_volume_by_velocities_is_its_slope_by_tetrahedra() -> None:
    pipe = tube(RADIUS, LENGTH, 3.3)
    wall = PulsingPipe(pipe)
    for time in (0.0, 130.0, 500.0):
        assert volume_rate(pipe, wall, time) == pytest.approx(volume_slope(pipe, wall, time), rel=1e-6)


def test_nodes_of_the_narrowing_pipe_move_as_their_velocity_says() -> None:
    pipe = NarrowingPipe(tube(RADIUS, LENGTH, 5.0), (np.ones(2),) * 3, 1.0)
    slope = (pipe.points(50.01) - pipe.points(49.99)) / 0.02
    assert slope == pytest.approx(pipe.velocity(50.0), abs=1e-7)
