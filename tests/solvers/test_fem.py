from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab
from solvers.electrophysiology.tissue import diffusion_tensor
from solvers.fem import assemble_diffusion, discretise


@pytest.fixture(scope="module")
def shuffled():
    """A slab whose nodes and tets come in no order."""
    rng = np.random.default_rng(3)
    mesh = slab((2.0, 1.0, 1.5), 0.5)
    nodes = rng.permutation(len(mesh.points))
    tets = np.argsort(nodes).astype(np.int32)[mesh.tets][rng.permutation(len(mesh.tets))]
    return replace(mesh, points=mesh.points[nodes], tets=tets)


def test_matrices_in_the_meshs_own_order_integrate_linear_functions_exactly(shuffled) -> None:
    m = len(shuffled.tets)
    diffusion = np.tile(np.diag([0.3, 0.2, 0.1]), (m, 1, 1))
    mass, stiffness = assemble_diffusion(shuffled, diffusion)
    x, y, z = shuffled.points.T
    assert mass.sum() == pytest.approx(3.0)
    assert x @ (mass @ x) == pytest.approx(8 / 3 * 1.5)  # int x^2 over 2 x 1 x 1.5
    assert [f @ (stiffness @ f) for f in (x, y, z)] == pytest.approx([0.9, 0.6, 0.3])
    assert np.abs(stiffness.sum(axis=1)).max() < 1e-12


def test_each_tet_keeps_its_own_tensor(shuffled) -> None:
    center = shuffled.points[shuffled.tets].mean(axis=1)
    left = np.where(center[:, 0] < 1.0, 1.0, 0.0)
    _, stiffness = assemble_diffusion(shuffled, left[:, None, None] * np.eye(3))
    x = shuffled.points[:, 0]
    assert x @ (stiffness @ x) == pytest.approx(1.5)  # the left half only


def test_the_fibre_tensor_conducts_along_and_across() -> None:
    fiber = np.array([[0.6, 0.8, 0.0]])
    (D,) = diffusion_tensor(fiber, 0.5, 0.1)
    assert fiber[0] @ D @ fiber[0] == pytest.approx(0.5)
    assert np.linalg.eigvalsh(D) == pytest.approx([0.1, 0.1, 0.5])


def test_node_values_come_back_where_they_were(shuffled) -> None:
    space = discretise(shuffled)
    values = np.arange(len(shuffled.points), dtype=float)
    assert np.array_equal(space.to_nodes(space.per_node(values)), values)


def test_loose_nodes_and_flat_tets_are_refused(shuffled) -> None:
    loose = replace(shuffled, points=np.vstack([shuffled.points, [[9.0, 9.0, 9.0]]]))
    with pytest.raises(Refused, match="1 nodes"):
        discretise(loose)
    points = shuffled.points.copy()
    points[:, 2] = 0.0
    with pytest.raises(Refused, match="flat"):
        discretise(replace(shuffled, points=points))
