import numpy as np
import pytest

from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_measures.annulus import annulus, section
from geometry.mesh_measures.cavity import ClosedCavity, cavity_volume
from geometry.mesh_measures.rims import rims
from geometry.mesh_measures.summary import measured_narrowing, measured_wall
from geometry.mesh_measures.thickness import wall_lengths
from geometry.shapes import half_ellipsoid_ventricle, slab, tube, two_chamber_heart


@pytest.fixture(scope="module")
def ventricle() -> HeartMesh:
    return half_ellipsoid_ventricle(4.0, 30.0, 30.0, 10.0, 0.0)


def test_the_wall_between_two_plates_is_as_thick_as_they_are_apart() -> None:
    plate = slab((12.0, 12.0, 5.0), 1.0)
    lengths = wall_lengths(plate, plate.points[:, 2] / 5.0)
    assert np.allclose(lengths.thickness, 5.0)
    assert np.allclose(lengths.depth, plate.points[:, 2] / 5.0)


def test_a_moved_cavity_is_measured_without_finding_its_rim_again(ventricle: HeartMesh) -> None:
    cavity = ClosedCavity(ventricle, "endo_lv")
    # twice as wide in one direction, and carried away: twice the volume
    assert cavity.volume(ventricle.points * [2, 1, 1] + [50, -20, 9]) == pytest.approx(
        2 * cavity.volume(ventricle.points)
    )
    assert cavity_volume(ventricle, "endo_lv") == pytest.approx(2 / 3 * np.pi * 27.0, rel=0.01)  # ml


def test_a_surface_that_is_not_there_is_refused_with_those_that_are(ventricle: HeartMesh) -> None:
    with pytest.raises(Refused, match="it has: base, endo_lv, epi"):
        rims(ventricle, "endo_rv")


def test_a_ring_is_measured_in_its_own_plane_and_a_line_is_none() -> None:
    square = np.array([[0, 0, 0], [0, 3, 4], [10, 3, 4], [10, 0, 0]], float)  # 10 by 5 mm, steep
    ring = annulus(square)
    assert (ring.area, ring.perimeter) == (pytest.approx(50.0), pytest.approx(30.0))
    assert ring.least == pytest.approx(5.0)
    assert ring.most == pytest.approx(np.sqrt(125.0))  # the diagonal
    assert np.allclose(ring.center, [5, 1.5, 2])
    with pytest.raises(Refused, match="no area"):
        annulus(np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]], float))


def test_a_plane_beside_the_mesh_is_refused(ventricle: HeartMesh) -> None:
    with pytest.raises(Refused, match="does not cut"):
        section(ventricle, np.array([0.0, 0.0, 500.0]), np.array([0.0, 0.0, 1.0]))


def test_the_numbers_of_a_heart_have_units_and_fit_its_shape() -> None:
    heart, metrics = measured_wall(two_chamber_heart(3.2))
    found = {metric.name: metric for metric in metrics}
    assert {metric.unit for metric in metrics} == {"ml", "mm", "mm2", "1/mm"}
    # the shape has a left wall of 9 mm and a right free wall of 4.5 mm
    assert found["mesh_lv_wall"].value == pytest.approx(9.0, abs=0.5)
    assert found["mesh_rv_wall"].value == pytest.approx(4.5, abs=0.5)
    assert found["mesh_lv_base_min_diameter"].value == pytest.approx(
        42.0, abs=1.0
    )  # twice 21 mm, 2 mm above the middle
    assert found["mesh_lv_base_area"].value == pytest.approx(np.pi * 21**2, rel=0.02)
    depth = heart.point_data["wall_depth"]
    assert depth.min() >= 0
    assert depth.max() <= 1 + 1e-9
    assert np.allclose(depth[np.unique(heart.tagged("endo_lv"))], 0)


def test_the_numbers_of_a_pipe_are_those_of_its_throat() -> None:
    pipe = tube(10.0, 60.0, 2.0, 0.5)
    found = {metric.name: metric.value for metric in measured_narrowing(pipe, centerline(pipe))}
    assert found["throat_max_diameter"] == pytest.approx(20 * np.sqrt(0.5), rel=0.02)
    assert found["throat_min_diameter"] == pytest.approx(20 * np.sqrt(0.5), rel=0.02)
