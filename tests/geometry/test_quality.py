import numpy as np
import pytest

from geometry.quality import min_dihedrals, radius_ratios

REGULAR = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1.0]])
CORNER = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
ONE = np.array([[0, 1, 2, 3]])


def test_the_regular_tetrahedron_has_ratio_one_and_its_known_angle() -> None:
    assert radius_ratios(REGULAR, ONE)[0] == pytest.approx(1.0)
    assert min_dihedrals(REGULAR, ONE)[0] == pytest.approx(np.degrees(np.arccos(1 / 3)))


def test_the_corner_of_a_cube_has_its_known_ratio_and_angle() -> None:
    # R = sqrt(3)/2; r = 3 V / A = 0.5 / (1.5 + sqrt(3)/2); the angle at the slanted face is acos(1/sqrt(3)).
    inner = 0.5 / (1.5 + np.sqrt(3) / 2)
    assert radius_ratios(CORNER, ONE)[0] == pytest.approx(np.sqrt(3) / 2 / (3 * inner))
    assert min_dihedrals(CORNER, ONE)[0] == pytest.approx(np.degrees(np.arccos(1 / np.sqrt(3))))
