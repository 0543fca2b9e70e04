"""A landmark that was moved changes what depends on it, and all is as before when it goes back."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.landmarks import Landmarks, with_landmarks
from solvers.directions.coordinates import heart_axes
from solvers.directions.fibers import add_fibers
from solvers.directions.places import AHA17, name_places
from solvers.directions.renew import renewed
from solvers.wall_records import FiberAngles


@pytest.fixture(scope="module")
def named(two_chambers: HeartMesh) -> HeartMesh:
    """Both ventricles with fibres and segments."""
    return name_places(add_fibers(two_chambers, FiberAngles()))


def test_an_apex_moved_aside_tilts_axes_fibres_and_segments_and_goes_back(named: HeartMesh) -> None:
    x, y, z = named.landmarks["apex"]
    there = (x - 12.0, y, z + 3.0)
    moved = renewed(named, Landmarks(apex=there))
    assert moved.landmarks["apex"] == there and moved.landmarks["apex_found"] == (x, y, z)
    lowest = moved.points[np.argmin(moved.point_data["apex_base"])]
    assert lowest[0] < named.points[np.argmin(named.point_data["apex_base"])][0] - 4
    assert (moved.cell_data[AHA17] != named.cell_data[AHA17]).mean() > 0.02
    assert moved.fiber is not None and named.fiber is not None
    assert np.abs(np.einsum("ij,ij->i", moved.fiber, named.fiber)).min() < 0.9
    assert np.array_equal(moved.point_data["laplace_epi"], named.point_data["laplace_epi"])
    back = renewed(moved, Landmarks())
    assert back.landmarks == named.landmarks
    assert np.array_equal(back.cell_data[AHA17], named.cell_data[AHA17])
    assert np.allclose(back.point_data["apex_base"], named.point_data["apex_base"])


def test_segments_turn_by_half_the_angle_that_an_insertion_was_moved_by(named: HeartMesh) -> None:
    x, y, z = named.landmarks["rv_insertion_anterior"]
    turn = np.deg2rad(40.0)
    there = (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn), z)
    moved = renewed(named, Landmarks(rv_insertion_anterior=there))
    middle = named.points[named.tets].mean(axis=1)

    def direction(mesh: HeartMesh) -> float:  # of the anterior wall in the middle of the heart, about the z axis
        part = middle[mesh.cell_data[AHA17] == 7]
        return float(np.degrees(np.angle((part[:, 0] + 1j * part[:, 1]).mean())))

    assert direction(moved) - direction(named) == pytest.approx(20.0, abs=4.0)


def test_the_axes_turn_with_the_valves_of_the_right_ventricle_and_segments_stay(named: HeartMesh) -> None:
    apex, up = np.array(named.landmarks["apex"]), heart_axes(named).up
    turn = np.deg2rad(25.0)
    there = apex + Rotation.from_rotvec(turn * up).apply(np.subtract(named.landmarks["rv_valve_center"], apex))
    moved = renewed(named, Landmarks(rv_valve_center=(there[0], there[1], there[2])))
    turned = np.exp(1j * (named.point_data["rotational"] - moved.point_data["rotational"]))
    assert np.angle(turned) == pytest.approx(turn, abs=1e-6)
    assert moved.landmarks["rv_valve_center_found"] == named.landmarks["rv_valve_center"]
    assert (moved.cell_data[AHA17] == named.cell_data[AHA17]).mean() > 0.99  # they hang on the insertions
    assert renewed(moved, Landmarks()).landmarks == named.landmarks


def test_a_lower_mitral_valve_makes_the_basal_third_start_lower(named: HeartMesh) -> None:
    x, y, z = named.landmarks["base_center"]
    moved = renewed(named, Landmarks(base_center=(x, y, z - 12.0)))
    middle = named.points[named.tets].mean(axis=1)
    lower = [middle[mesh.cell_data[AHA17] == 10][:, 2].max() for mesh in (named, moved)]
    assert lower[0] - lower[1] == pytest.approx(8.0, abs=2.5)  # two thirds of 12 mm


def test_landmarks_that_cannot_be_are_refused(named: HeartMesh, left_ventricle: HeartMesh) -> None:
    with pytest.raises(Refused, match="away from the heart"):
        with_landmarks(named, Landmarks(apex=(300.0, 0.0, 0.0)))
    with pytest.raises(Refused, match="closer than 20 mm"):
        with_landmarks(named, Landmarks(apex=named.landmarks["base_center"]))
    with pytest.raises(Refused, match="no such landmark"):
        with_landmarks(left_ventricle, Landmarks(rv_insertion_anterior=(0.0, 0.0, 0.0)))


def test_fibres_of_a_file_stay(named: HeartMesh) -> None:
    own = replace(named, fiber=np.tile([1.0, 0.0, 0.0], (len(named.tets), 1)))
    moved = renewed(own, Landmarks(apex=named.landmarks["lv_cavity_apex"]), own_fibers=True)
    assert moved.fiber is own.fiber
