import numpy as np
import pytest

from geometry.shapes import slab
from solvers.arrhythmia.maps import deceleration, gradient_size, isochrones_near, substrate_fields
from solvers.result import Field

MESH = slab((60.0, 4.0, 4.0), 2.0)
X = MESH.points[:, 0]


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


def test_a_run_too_short_to_repolarise_has_no_map_of_its_gradient() -> None:
    assert set(substrate_fields(MESH, X / 0.6, None)) == {"deceleration_zone"}
    linear = Field(300.0 + 2.0 * X, "ms", "Repolarization time")
    assert substrate_fields(MESH, X / 0.6, linear)["repolarization_gradient"].values == pytest.approx(2.0)
