import numpy as np
import pytest

from geometry.centerline import Centerline, centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import tube
from geometry.stretch import stretch_around
from geometry.widened import widened

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
    stretch = stretch_around(pipe, line, MIDDLE, 16.0, 6.0)
    found = widened(pipe, stretch, 18.0)
    assert stretch.smallest() == pytest.approx(polygon(10.0) * 0.4, rel=0.02)
    after = stretch_around(found, line, MIDDLE, 16.0, 6.0).smallest()
    assert after == pytest.approx(polygon(9.0), rel=0.02)
    assert stretch.smallest(9.0) == pytest.approx(after, rel=0.02)  # what is foretold without moving the mesh
    narrow = np.abs(pipe.points[:, 2] - 30.0) < 8.0
    skin = np.intersect1d(np.flatnonzero(narrow), np.unique(pipe.tagged("wall")))
    radius = np.linalg.norm(found.points[skin, :2], axis=1)
    was = np.linalg.norm(pipe.points[skin, :2], axis=1)
    assert radius == pytest.approx(np.maximum(was, 9.0), abs=0.05)
    assert (found.tet_volumes() > 0).all()


def test_a_stent_narrows_nothing_and_leaves_the_ends_alone(pipe: HeartMesh, line: Centerline) -> None:
    stretch = stretch_around(pipe, line, MIDDLE, 16.0, 6.0)
    found = widened(pipe, stretch, 14.0)
    skin = np.unique(pipe.tagged("wall"))
    before, after = (np.linalg.norm(mesh.points[skin, :2], axis=1) for mesh in (pipe, found))
    assert (after >= before - 1e-6).all()
    far = skin[np.abs(pipe.points[skin, 2] - 30.0) > 8.0 + 6.0 + 0.5]
    assert np.abs(found.points[far] - pipe.points[far]).max() < 1e-9
    assert 0.2 < stretch.touched(7.0) < 0.9  # the pipe is wider than 14 mm at both ends of the stent


def test_a_stent_too_near_an_end_or_too_wide_for_the_mesh_is_refused(pipe: HeartMesh, line: Centerline) -> None:
    with pytest.raises(Refused, match="does not fit there"):
        stretch_around(pipe, line, np.array([0.0, 0.0, 5.0]), 16.0, 6.0)
    with pytest.raises(Refused, match="cannot follow"):
        widened(pipe, stretch_around(pipe, line, MIDDLE, 4.0, 1.0), 60.0)
