"""Cavities of a coarse mesh are given the volume of the smooth shape they stand for."""

import numpy as np
import pytest

from geometry.heart_mesh import HeartMesh
from geometry.meshing.held_volume import FARTHEST, volume_below, with_volumes
from geometry.quality import mesh_quality
from geometry.shapes import two_chamber_heart
from geometry.shapes_two_chambers import LV_AXES, LV_CENTER

EDGE, SHARPEST = 3.2, 6.0
# An ellipsoid of half axes a, b, c cut at the height h over its middle holds pi a b (2/3 c + h - h^3 / (3 c^2)) below.
HEIGHT = -LV_CENTER[2] / LV_AXES[2]
TRUE = np.pi * np.prod(LV_AXES) * (2 / 3 + HEIGHT - HEIGHT**3 / 3)


@pytest.fixture(scope="module")
def heart() -> HeartMesh:
    return two_chamber_heart(EDGE)


def held(mesh: HeartMesh) -> float:
    return volume_below(mesh.points, mesh.tagged("endo_lv"))


def test_facets_that_cut_corners_are_moved_out_until_the_cavity_holds_what_it_should(heart: HeartMesh) -> None:
    assert held(heart) < 0.997 * TRUE
    moved = with_volumes(heart, {"endo_lv": TRUE}, EDGE, SHARPEST)
    assert held(moved) == pytest.approx(TRUE, rel=2e-4)
    assert mesh_quality(moved).min_dihedral > SHARPEST
    still = np.setdiff1d(np.arange(len(heart.points)), heart.tagged("endo_lv"))
    assert (moved.points[still] == heart.points[still]).all()
    rim = heart.points[:, 2] == 0.0
    assert (moved.points[rim, 2] == 0.0).all()


def test_more_than_half_a_pixel_is_not_made_up(heart: HeartMesh) -> None:
    moved = with_volumes(heart, {"endo_lv": 1.3 * TRUE}, EDGE, SHARPEST)
    assert held(moved) < 1.1 * TRUE
    assert np.linalg.norm(moved.points - heart.points, axis=1).max() <= FARTHEST + 1e-9
