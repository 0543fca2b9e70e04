from dataclasses import replace
from pathlib import Path

import numpy as np

from geometry.heart_mesh import HeartMesh, load_mesh, save_mesh
from solvers.directions.coordinates import heart_axes
from solvers.directions.places import AHA17, VENTRICLE, name_places, septum_span


def test_segments_lie_where_their_names_say(two_chambers: HeartMesh) -> None:
    named = name_places(two_chambers)
    number = named.cell_data[AHA17]
    middle = named.points[named.tets].mean(axis=1)
    # apex down, right ventricle at +x, so the front is at +y
    assert middle[number == 1][:, 1].min() > 0  # basal anterior
    assert middle[number == 4][:, 1].max() < 0  # basal inferior
    assert middle[number == 14][:, 0].min() > 0  # apical septal
    assert middle[number == 16][:, 0].max() < 0  # apical lateral
    assert middle[number == 17][:, 2].max() < middle[number == 13][:, 2].min() + 2
    assert set(np.unique(number[named.cell_data[VENTRICLE] == 1])) == set(range(1, 18))
    assert (number[named.cell_data[VENTRICLE] == 2] == 0).all()


def test_segments_turn_with_the_septum(two_chambers: HeartMesh) -> None:
    before = name_places(two_chambers)
    turn = np.deg2rad(70.0)
    about = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]])
    moved = replace(two_chambers, points=two_chambers.points @ about.T)
    same = name_places(moved).cell_data[AHA17] == before.cell_data[AHA17]
    assert same.mean() > 0.995


def test_valve_planes_and_insertions_are_landmarks(two_chambers: HeartMesh) -> None:
    marks = {name: np.array(place) for name, place in name_places(two_chambers).landmarks.items()}
    assert np.allclose(marks["lv_valve_normal"], [0, 0, 1])
    assert np.allclose(marks["lv_valve_center"], 0, atol=0.3)  # the left ventricle stands on the z axis
    assert abs(marks["rv_valve_center"][2]) < 1e-9
    assert marks["rv_insertion_anterior"][1] > 15
    assert marks["rv_insertion_inferior"][1] < -15
    span = septum_span(two_chambers, heart_axes(two_chambers))
    assert span is not None
    assert span.last > 0.6 > -0.6 > span.first


def test_a_landmark_moved_by_hand_stays(two_chambers: HeartMesh) -> None:
    mine = (1.0, 2.0, -66.0)
    moved = replace(two_chambers, landmarks={**two_chambers.landmarks, "apex": mine})
    assert name_places(moved).landmarks["apex"] == mine


def test_places_are_kept_in_the_file(two_chambers: HeartMesh, tmp_path: Path) -> None:
    named = name_places(two_chambers)
    save_mesh(named, tmp_path / "heart.npz")
    read = load_mesh(tmp_path / "heart.npz")
    assert np.array_equal(read.cell_data[AHA17], named.cell_data[AHA17])
    assert read.landmarks == named.landmarks


def test_a_left_ventricle_alone_has_seventeen_segments_too(left_ventricle: HeartMesh) -> None:
    named = name_places(left_ventricle)
    assert set(np.unique(named.cell_data[AHA17])) == set(range(1, 18))
    assert "rv_valve_center" not in named.landmarks
