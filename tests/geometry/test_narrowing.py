import numpy as np
import pytest

from geometry.centerline import Centerline, centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.narrowing import scale_narrowing
from geometry.shapes import tube


@pytest.fixture(scope="module")
def pipe() -> HeartMesh:
    return tube(10.0, 60.0, 2.0, 0.5)


@pytest.fixture(scope="module")
def line(pipe: HeartMesh) -> Centerline:
    return centerline(pipe)


def test_the_centreline_of_a_pipe_is_its_axis_and_knows_its_areas(pipe: HeartMesh, line: Centerline) -> None:
    assert np.abs(line.points[:, :2]).max() < 0.1
    ring = 6 * 5  # the outermost ring of points: a regular polygon of area n r^2 sin(2 pi / n) / 2
    full = ring / 2 * 100 * np.sin(2 * np.pi / ring)
    assert line.area[5] == pytest.approx(full, rel=1e-3)
    assert line.area[line.throat] == pytest.approx(0.5 * full, rel=5e-3)
    assert line.arc[line.throat] == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.5])
def test_the_throat_gets_the_area_asked_for_and_the_ends_stay(pipe: HeartMesh, line: Centerline, factor: float) -> None:
    moved = scale_narrowing(pipe, factor, line)
    assert centerline(moved).area.min() == pytest.approx(factor * line.area.min(), rel=0.01)
    assert np.array_equal(moved.tets, pipe.tets)
    assert (moved.tet_volumes() > 0).all()
    for name in ("inlet", "outlet"):
        ends = np.unique(pipe.tagged(name))
        assert np.array_equal(moved.points[ends], pipe.points[ends])


def test_nothing_moves_for_a_factor_of_one(pipe: HeartMesh, line: Centerline) -> None:
    assert scale_narrowing(pipe, 1.0, line) is pipe


def test_a_change_that_the_mesh_cannot_take_is_refused(pipe: HeartMesh, line: Centerline) -> None:
    with pytest.raises(Refused, match="cannot be multiplied by 0"):
        scale_narrowing(pipe, 0.0, line)
    node = int(np.linalg.norm(pipe.points - (7.07, 0.0, 30.0), axis=1).argmin())  # of the wall, which is not mended
    points = pipe.points.copy()
    points[node] += (0.0, 0.0, 5.0)  # past the next layers, 2 mm apart: tetrahedra turn over
    with pytest.raises(Refused, match="too coarse"):
        scale_narrowing(pipe.with_points(points), 0.5, line)
