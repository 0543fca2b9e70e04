from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.placed_surface import Shape, Surroundings, fit, read_shape
from geometry.shapes import slab, tube


@pytest.fixture(scope="module")
def pipe() -> HeartMesh:
    return tube(10.0, 40.0, 2.0)


def ball(radius: float, place: tuple[float, float, float], folder: Path, ending: str = ".stl") -> Shape:
    path = folder / f"ball{ending}"
    pv.Sphere(radius=radius, center=place, theta_resolution=40, phi_resolution=40).save(path)
    return read_shape(path)


@pytest.mark.parametrize("ending", [".stl", ".ply", ".vtp"])
def test_a_ball_in_a_pipe_is_as_far_from_the_wall_as_its_radius_leaves(
    pipe: HeartMesh, tmp_path: Path, ending: str
) -> None:
    shape = ball(6.0, (0, 0, 20), tmp_path, ending)
    found = fit(shape, Surroundings(pipe), 3000)
    assert shape.closed
    assert found.volume == pytest.approx(4 / 3 * np.pi * 216, rel=0.02)
    assert found.clearance == pytest.approx(4.0, abs=0.06)  # the pipe is a 30-gon: 0.05 mm nearer between corners
    assert (found.overlap, found.near) == (0.0, 0.0)


def test_half_a_ball_in_the_wall_overlaps_by_half_its_volume(tmp_path: Path) -> None:
    heart = Surroundings(slab((20.0, 20.0, 20.0), 4.0))  # a wall in whose surface x = 0 the ball's middle lies
    found = fit(ball(5.0, (0, 10, 10), tmp_path), heart, 6000)
    assert found.overlap == pytest.approx(found.volume / 2, abs=max(4 * found.error, 0.02 * found.volume))
    assert found.clearance == pytest.approx(-5.0, abs=0.1)
    outside = fit(ball(5.0, (-8, 10, 10), tmp_path), heart, 3000)
    assert outside.overlap == 0.0 and outside.clearance == pytest.approx(3.0, abs=0.05)


def test_what_reaches_out_of_the_open_end_is_told_and_is_no_overlap(pipe: HeartMesh, tmp_path: Path) -> None:
    found = fit(ball(6.0, (0, 0, 0), tmp_path), Surroundings(pipe), 3000)
    assert found.overlap == 0.0
    assert found.beyond == pytest.approx(0.5, abs=0.05)


def test_a_pose_moves_and_scales_but_does_not_shear_or_mirror(tmp_path: Path) -> None:
    shape = ball(1.0, (0, 0, 0), tmp_path)
    pose = np.diag([2.0, 2.0, 2.0, 1.0])
    pose[:3, 3] = 5, 6, 7
    assert shape.at(pose).points.mean(axis=0) == pytest.approx([5, 6, 7], abs=1e-3)
    assert shape.at(pose).volume == pytest.approx(8 * shape.volume)
    for wrong in (np.diag([2.0, 1.0, 1.0, 1.0]), np.diag([-1.0, 1.0, 1.0, 1.0])):
        with pytest.raises(Refused, match="not a rotation"):
            shape.at(wrong)


def test_an_open_surface_has_a_clearance_but_no_volume(pipe: HeartMesh, tmp_path: Path) -> None:
    path = tmp_path / "disc.vtp"
    pv.Disc(center=(0, 0, 20), inner=0.0, outer=7.0, r_res=4, c_res=60).triangulate().save(path)
    found = fit(read_shape(path), Surroundings(pipe))
    assert (found.volume, found.overlap) == (0.0, 0.0)
    assert found.clearance == pytest.approx(3.0, abs=0.06)


def test_a_file_without_triangles_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.vtp"
    pv.PolyData(np.zeros((3, 3))).save(path)
    with pytest.raises(Refused, match="triangles"):
        read_shape(path)
