import numpy as np
import pytest

from geometry.centerline import Centerline, centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import tube
from geometry.widened import widen

MIDDLE = np.array([0.0, 0.0, 30.0])


@pytest.fixture(scope="module")
def pipe() -> HeartMesh:
    return tube(10.0, 60.0, 2.0, 0.6)


@pytest.fixture(scope="module")
def line(pipe: HeartMesh) -> Centerline:
    return centerline(pipe)


def polygon(radius: float, corners: int = 30) -> float:
    """Area of the regular polygon that a round cross-section of the pipe is."""
    return float(corners / 2 * radius**2 * np.sin(2 * np.pi / corners))


def test_a_stent_opens_the_throat_to_its_own_area(pipe: HeartMesh, line: Centerline) -> None:
    found = widen(pipe, line, MIDDLE, 16.0, 18.0, 6.0)
    assert found.before == pytest.approx(polygon(10.0) * 0.4, rel=0.02)
    assert found.after == pytest.approx(polygon(9.0), rel=0.02)
    narrow = np.abs(pipe.points[:, 2] - 30.0) < 8.0
    skin = np.intersect1d(np.flatnonzero(narrow), np.unique(pipe.tagged("wall")))
    radius = np.linalg.norm(found.mesh.points[skin, :2], axis=1)
    was = np.linalg.norm(pipe.points[skin, :2], axis=1)
    assert radius == pytest.approx(np.maximum(was, 9.0), abs=0.15)
    assert (found.mesh.tet_volumes() > 0).all()
    assert found.mesh.tet_volumes().sum() > pipe.tet_volumes().sum()


def test_a_stent_narrows_nothing_and_leaves_the_ends_alone(pipe: HeartMesh, line: Centerline) -> None:
    found = widen(pipe, line, MIDDLE, 16.0, 14.0, 6.0)
    before, after = (np.linalg.norm(mesh.points[:, :2], axis=1) for mesh in (pipe, found.mesh))
    assert (after >= before - 1e-6).all()
    far = np.abs(pipe.points[:, 2] - 30.0) > 8.0 + 6.0 + 1.0
    assert np.abs(found.mesh.points[far] - pipe.points[far]).max() < 1e-9
    assert 0.2 < found.touched < 0.9  # the pipe is wider than 14 mm at both ends of the stent


def test_a_stent_too_near_an_end_or_too_wide_for_the_mesh_is_refused(pipe: HeartMesh, line: Centerline) -> None:
    with pytest.raises(Refused, match="does not fit there"):
        widen(pipe, line, np.array([0.0, 0.0, 5.0]), 16.0, 18.0, 6.0)
    with pytest.raises(Refused, match="cannot follow"):
        widen(pipe, line, MIDDLE, 4.0, 60.0, 1.0)
