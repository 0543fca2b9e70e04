from itertools import pairwise

import numpy as np
import pytest

from geometry.shapes import tube
from solvers.flow.wall_shear import ShearOverTime, WallShear, law_of_the_wall


def gathered(stress: np.ndarray, dt: float) -> ShearOverTime:
    over_time = ShearOverTime.empty(1)
    for first, second in pairwise(stress):
        over_time.add(first[None], second[None], dt)
    return over_time


def along_x(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values, np.zeros((len(values), 2))])


@pytest.mark.parametrize(("mean", "index", "average"), [(0.0, 0.5, 0.6366), (0.5, 0.1518, 0.7180), (1.5, 0.0, 1.5)])
def test_a_sine_of_shear_has_the_exact_oscillatory_index_and_average(mean: float, index: float, average: float) -> None:
    # mean + sin: average of |.| is 2/pi for mean 0; (2/pi)(sqrt(1-m^2) + m asin m) for m < 1; m above.
    over_time = gathered(along_x(mean + np.sin(np.linspace(0, 2 * np.pi, 4001))), 0.1)
    assert over_time.oscillatory_index()[0] == pytest.approx(index, abs=2e-4)
    assert over_time.time_average()[0] == pytest.approx(average, abs=2e-4)


def test_shear_that_only_turns_around_oscillates_fully_whatever_its_size() -> None:
    angle = np.linspace(0, 2 * np.pi, 2001)
    turning = 7.0 * np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    assert gathered(turning, 1.0).oscillatory_index()[0] == pytest.approx(0.5, abs=1e-4)


def test_a_uniform_traction_comes_out_of_the_force_whatever_the_pressure() -> None:
    pipe = tube(5.0, 20.0, 1.5)
    wall = WallShear(pipe)
    corners = pipe.tagged("wall")
    edges = pipe.points[corners[:, 1:]] - pipe.points[corners[:, :1]]
    vectors = np.cross(edges[:, 0], edges[:, 1]) / 2
    pressure = 0.3 + 0.1 * pipe.points[:, 2]
    force = np.zeros_like(pipe.points)
    for corner in range(3):
        # by hand: the wall holds the blood back with 0.002 kPa along z and carries its pressure
        at = pressure[corners]
        weight = (at.sum(axis=1) + at[:, corner]) / 12
        np.add.at(force, corners[:, corner], -weight[:, None] * vectors)
        np.add.at(force[:, 2], corners[:, corner], -0.002 * np.linalg.norm(vectors, axis=1) / 3)
    stress = wall.stress(force, pressure)
    assert np.allclose(stress, [0, 0, 0.002], atol=1e-12)


def test_a_slow_linear_shear_flow_has_the_viscous_stress_of_its_slope() -> None:
    pipe = tube(5.0, 20.0, 1.0)
    slope = 1e-3  # 1/ms: a Reynolds number of 0.3 in the first element, where the law of the wall is a straight line
    velocity = np.zeros_like(pipe.points)
    velocity[:, 2] = slope * (5.0 - np.linalg.norm(pipe.points[:, :2], axis=1))
    wall = WallShear(pipe)
    velocity[wall.nodes] = 0.0
    stress = wall.layer_stress(velocity, 1.06, 0.004)
    # inner nodes see the chords of a polygon of 30 sides, up to 1 - cos(pi / 30) = 0.5 % of the radius nearer
    assert np.linalg.norm(stress - [0, 0, 0.004 * slope], axis=1).max() < 0.03 * 0.004 * slope


@pytest.mark.parametrize(("y_plus", "u_plus"), [(1.0, 1.0), (100.0, np.log(100.0) / 0.41 + 5.0)])
def test_the_law_of_the_wall_is_a_straight_line_below_and_logarithmic_above(y_plus: float, u_plus: float) -> None:
    # shear stress over mu U / h is (rho u_t^2) / (mu u_t u+ / h) = y+ / u+
    assert law_of_the_wall(np.array([y_plus * u_plus]))[0] == pytest.approx(y_plus / u_plus, rel=0.03)
