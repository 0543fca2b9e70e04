"""Hearts that several tests of the solvers share."""

import pytest

from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle, two_chamber_heart
from solvers.directions.coordinates import LaplaceFields, laplace_fields


@pytest.fixture(scope="session")
def two_chambers() -> HeartMesh:
    """Both ventricles, apex down, the right one at +x, 3.2 mm edges."""
    return two_chamber_heart(3.2)


@pytest.fixture(scope="session")
def left_ventricle() -> HeartMesh:
    """A half ellipsoid around the z axis, 2.5 mm edges."""
    return half_ellipsoid_ventricle(2.5)


@pytest.fixture(scope="session")
def two_chamber_fields(two_chambers: HeartMesh) -> LaplaceFields:
    """Its wall coordinates."""
    return laplace_fields(two_chambers)


@pytest.fixture(scope="session")
def left_ventricle_fields(left_ventricle: HeartMesh) -> LaplaceFields:
    """Its wall coordinates."""
    return laplace_fields(left_ventricle)
