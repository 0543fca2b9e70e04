from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from geometry.errors import Refused
from geometry.meshing.volume_mesh import fill
from geometry.quality import min_dihedrals, radius_ratios
from geometry.surface import boundary_facets, enclosed_volume


def test_a_ball_is_filled_to_its_volume() -> None:
    surface = pv.Icosphere(radius=10.0, nsub=4)
    points, tets = fill(np.asarray(surface.points, dtype=float), surface.regular_faces, 1.5)
    assert enclosed_volume(points, boundary_facets(tets)[0]) == pytest.approx(surface.volume, rel=0.01)


def test_small_holes_are_shut_and_the_volume_stays() -> None:
    surface = pv.Icosphere(radius=20.0, nsub=4)
    near = np.linalg.norm(surface.cell_centers().points - [0.0, 0.0, 20.0], axis=1) < 1.5
    holed = surface.regular_faces[~near]
    assert 0 < near.sum() < 60
    points, tets = fill(np.asarray(surface.points, dtype=float), holed, 2.0)
    assert enclosed_volume(points, boundary_facets(tets)[0]) == pytest.approx(surface.volume, rel=0.01)
    assert min_dihedrals(points, tets).min() > 5.0


def test_two_balls_that_cross_are_filled_as_one_body() -> None:
    one = pv.Icosphere(radius=15.0, nsub=4)
    points = np.concatenate([one.points, one.points + np.array([15.0, 0.0, 0.0])]).astype(float)
    faces = np.concatenate([one.regular_faces, one.regular_faces + one.n_points])
    shared = np.concatenate([faces, faces[:1]])  # a double triangle makes it no manifold
    filled, tets = fill(points, shared, 2.0)
    # Both balls less the lens they share, 2 pi h^2 (3 r - h) / 3 with h = r / 2.
    lens = 2 * np.pi * 7.5**2 * (3 * 15.0 - 7.5) / 3
    expected = 2 * 4 / 3 * np.pi * 15.0**3 - lens
    assert enclosed_volume(filled, boundary_facets(tets)[0]) == pytest.approx(expected, rel=0.03)


def test_a_wide_open_surface_is_refused_with_the_place_of_its_hole() -> None:
    surface = pv.Icosphere(radius=10.0, nsub=3)
    half = surface.regular_faces[surface.cell_centers().points[:, 2] < 4.0]
    with pytest.raises(Refused, match="open at") as refusal:
        fill(np.asarray(surface.points, dtype=float), half, 2.5)
    assert np.allclose(refusal.value.place, (0.0, 0.0, 4.0), atol=1.5)


def test_a_real_biventricle_keeps_its_volume(reference_data: Path) -> None:
    surface = pv.read(reference_data / "cobiveco/examples/geo1/heart.vtp").triangulate().clean()
    points, tets = fill(np.asarray(surface.points, dtype=float), surface.regular_faces, 2.2)
    # 144.8 ml according to the data's description.
    assert enclosed_volume(points, boundary_facets(tets)[0]) == pytest.approx(144.8e3, rel=0.01)
    assert min_dihedrals(points, tets).min() > 5.0
    assert np.percentile(radius_ratios(points, tets), 99) < 3.0
