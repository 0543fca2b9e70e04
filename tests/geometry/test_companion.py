"""Values on a coarser mesh, carried onto the places of a finer one."""

import numpy as np

from geometry.meshing.companion import weights_between
from geometry.shapes import half_ellipsoid_ventricle


def test_a_linear_field_is_carried_exactly_within_the_coarse_mesh() -> None:
    coarse = half_ellipsoid_ventricle(edge=8.0)
    shares = np.random.default_rng(0).dirichlet(np.ones(4), 200)
    owner = np.random.default_rng(1).integers(len(coarse.tets), size=200)
    points = np.einsum("nk,nkd->nd", shares, coarse.points[coarse.tets[owner]])
    nodes, weights = weights_between(coarse, points)
    slope = np.array([0.3, -1.2, 0.7])
    np.testing.assert_allclose(((coarse.points @ slope)[nodes] * weights).sum(axis=1), points @ slope, atol=1e-8)


def test_places_a_little_outside_get_weights_of_their_neighbours() -> None:
    coarse = half_ellipsoid_ventricle(edge=8.0)
    nodes, weights = weights_between(coarse, coarse.points[:50] * 1.02)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    reached = (coarse.points[nodes] * weights[..., None]).sum(axis=1)
    assert np.linalg.norm(reached - coarse.points[:50], axis=1).max() < 8.0  # within an edge
