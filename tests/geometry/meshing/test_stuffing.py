import numpy as np
import pytest

from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.quality import min_dihedrals
from geometry.surface import boundary_facets, enclosed_volume


def ball(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points, axis=1) - 10.0


def test_the_lattice_fills_its_box_up_to_a_flat_lid() -> None:
    lattice = bcc_lattice(np.zeros(3), np.array([4.0, 4.0, 4.0]), 1.0)
    a, b, c, d = (lattice.points[lattice.tets[:, k]] for k in range(4))
    volumes = np.abs(np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a)) / 6
    assert volumes.min() > 0
    assert (lattice.points[lattice.lid][:, 2] == 4.0).all()


def test_the_volume_of_a_ball_converges_with_order_two() -> None:
    exact = 4 / 3 * np.pi * 1000
    errors = []
    for edge in (3.0, 1.5):
        points, tets = stuff(bcc_lattice(np.full(3, -14.0), np.full(3, 14.0), cube_for(edge)), ball)
        errors.append(enclosed_volume(points, boundary_facets(tets)[0]) / exact - 1)
    assert abs(errors[1]) < 0.01
    assert abs(errors[1]) < 0.35 * abs(errors[0])


def test_a_ball_cut_by_the_lid_has_a_flat_face_and_no_sliver() -> None:
    points, tets = stuff(bcc_lattice(np.full(3, -14.0), np.array([14.0, 14.0, 3.0]), 2.0), ball)
    facets, _ = boundary_facets(tets)
    flat = (points[facets][:, :, 2] == 3.0).all(axis=1)
    a, b, c = (points[facets[flat][:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert area == pytest.approx(np.pi * (100 - 9), rel=0.02)
    assert min_dihedrals(points, tets).min() > 8.0


def test_nothing_inside_gives_nothing() -> None:
    points, tets = stuff(bcc_lattice(np.zeros(3), np.full(3, 5.0), 1.0), lambda at: np.ones(len(at)))
    assert len(points) == len(tets) == 0
