"""Velocity of a front and repolarisation, from what is known exactly."""

import numpy as np

from geometry.shapes import half_ellipsoid_ventricle
from solvers.electrophysiology.front_velocity import FASTEST, front_velocity
from solvers.electrophysiology.repolarization import repolarization_fields, repolarization_times
from solvers.result import Field


def test_a_plane_wave_has_its_own_velocity_everywhere() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    direction, speed = np.array([2.0, -1.0, 2.0]) / 3.0, 0.65
    nodes = np.array([0, 7, len(mesh.points) - 1])
    found = front_velocity(mesh, mesh.points @ direction / speed, nodes)
    np.testing.assert_allclose(found, np.tile(speed * direction, (3, 1)), rtol=1e-9)


def test_no_velocity_where_a_time_is_missing_or_all_fire_at_once() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    times = mesh.points[:, 0] / 0.5
    times[0] = np.nan
    assert np.isnan(front_velocity(mesh, times, np.array([0]))).all()
    assert np.isnan(front_velocity(mesh, mesh.points[:, 0] / (2 * FASTEST), np.array([3]))).all()


def test_repolarisation_is_read_between_two_frames() -> None:
    # rest -80, peak 20 mV: nine tenths of the way back is -70 mV, crossed half-way from -60 at 200 to -80 at 210 ms
    times = (0.0, 10.0, 200.0, 210.0, 220.0)
    fired, still, late = [-80, 20, -60, -80, -80], [-80, -79, -80, -80, -80], [-80, 20, 10, 0, -10]
    frames = np.array([fired, still, late], float).T
    back = repolarization_times(times, frames)
    assert back[0] == 205.0
    assert np.isnan(back[1:]).all()  # never fired; not yet back


def test_maps_of_repolarisation_only_where_most_of_the_heart_is_back() -> None:
    times = (0.0, 10.0, 200.0, 210.0)
    frames = np.array([[-80, 20, -60, -80]] * 3 + [[-80, 20, 10, 0]], float).T
    fields = repolarization_fields(np.array([4.0, 5.0, 6.0, 7.0]), Field(frames, "mV", "V", times))
    np.testing.assert_allclose(fields["apd90"].values, [201.0, 200.0, 199.0, np.nan])
    assert repolarization_fields(np.zeros(4), Field(frames[:3], "mV", "V", times[:3])) == {}
