import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab
from solvers.arrhythmia.maps import deceleration, gradient_size, isochrones_near, repolarisation, substrate_fields

MESH = slab((60.0, 4.0, 4.0), 2.0)
X = MESH.points[:, 0]


def test_repolarisation_of_a_straight_fall_is_where_it_has_lost_nine_tenths() -> None:
    times = np.arange(0.0, 101.0)
    begin = np.array([10.0, 30.0, 90.0])  # the last has no time to come back
    since = times[:, None] - begin
    V = np.where(since < 0, -80.0, np.maximum(20.0 - 2.0 * since, -80.0))
    V = np.column_stack([V, np.full(len(times), -80.0)])
    back = repolarisation(times, V)
    assert back[:2] == pytest.approx(begin[:2] + 45.0)
    assert np.isnan(back[2:]).all()
    with pytest.raises(Refused, match="two frames"):
        repolarisation(times[:1], V[:1])


def test_the_gradient_of_a_linear_map_is_its_slope() -> None:
    assert gradient_size(MESH, MESH.points @ np.array([3.0, 4.0, 0.0])) == pytest.approx(5.0)
    holed = np.where(X > 40, np.nan, 2.0 * X)
    assert np.isnan(gradient_size(MESH, holed)[X > 43]).all()


def test_a_slow_stretch_is_a_deceleration_zone_and_the_rest_is_not() -> None:
    """0.6 m/s, and 0.2 m/s between 20 and 30 mm: 133 ms in all, bands of 16.7 ms or 10 mm of the fast parts."""
    activation = np.interp(X, [0, 20, 30, 60], [0, 20 / 0.6, 20 / 0.6 + 50, 50 / 0.6 + 50])
    zone = deceleration(MESH, activation)
    assert (zone[(X > 20) & (X < 30)] == 1).all()
    assert (zone[(X < 16) | (X > 34)] == 0).all()
    bands = isochrones_near(MESH.points, activation)
    assert bands[np.abs(X - 24) < 0.1].min() >= 3
    assert bands[X > 50].max() <= 2
    assert (deceleration(MESH, X / 0.6) == 0).all()


def test_a_run_too_short_to_repolarise_has_no_such_fields() -> None:
    frames = np.vstack([np.full(len(X), -80.0), np.full(len(X), 20.0)])
    assert set(substrate_fields(MESH, X / 0.6, np.array([0.0, 5.0]), frames)) == {"deceleration_zone"}
