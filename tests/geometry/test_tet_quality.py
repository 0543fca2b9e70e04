"""Every tetrahedron is measured, the worst are found and placed, and views find all of it on disk."""

from pathlib import Path

import numpy as np
import pytest

from geometry.shapes import half_ellipsoid_ventricle
from geometry.surface import FACES
from geometry.tet_quality import load_numbers, load_quality, measure_tets, save_quality


def test_a_flattened_tetrahedron_is_the_worst_and_is_told_with_its_place() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    a, b, c, d = mesh.tets[7]
    points = mesh.points.copy()
    middle = points[[a, b, c]].mean(axis=0)
    points[d] = middle + 1e-4 * (points[d] - middle)
    flat = measure_tets(mesh.with_points(points))[0].worst
    assert flat[0].angle < 0.1
    assert [f.angle for f in flat] == sorted(f.angle for f in flat)
    expected = points[mesh.tets[7]].mean(axis=0)
    assert any(np.asarray(f.place) == pytest.approx(expected) for f in flat)


def test_what_was_measured_is_read_again_and_histograms_count_every_tetrahedron(tmp_path: Path) -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    assert load_quality(tmp_path) is None and load_numbers(tmp_path) is None
    save_quality(mesh, tmp_path)
    found, numbers = load_quality(tmp_path), load_numbers(tmp_path)
    assert found == measure_tets(mesh)[0]
    assert found is not None and sum(found.angles.counts) == sum(found.ratios.counts) == len(mesh.tets)
    assert numbers is not None and numbers.angle.min() == pytest.approx(found.whole.min_dihedral)


def test_each_facet_knows_the_tetrahedron_behind_it() -> None:
    mesh = half_ellipsoid_ventricle(edge=8.0)
    owner = measure_tets(mesh)[1].owner
    assert (owner >= 0).all()
    faces = np.sort(mesh.tets[owner][:, FACES], axis=2)
    assert (faces == np.sort(mesh.facets, axis=1)[:, None]).all(axis=2).any(axis=1).all()
