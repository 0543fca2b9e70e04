"""The worst tetrahedra are found and placed."""

import numpy as np
import pytest

from geometry.shapes import half_ellipsoid_ventricle
from geometry.worst import worst_tets


def test_a_flattened_tetrahedron_is_the_worst_and_is_told_with_its_place() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    a, b, c, d = mesh.tets[7]
    points = mesh.points.copy()
    middle = points[[a, b, c]].mean(axis=0)
    points[d] = middle + 1e-4 * (points[d] - middle)
    flat = worst_tets(mesh.with_points(points), 400)
    assert flat[0].angle < 0.1
    assert [f.angle for f in flat] == sorted(f.angle for f in flat)
    expected = points[mesh.tets[7]].mean(axis=0)
    assert any(np.asarray(f.place) == pytest.approx(expected) for f in flat[:20])
