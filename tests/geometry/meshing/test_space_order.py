import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.meshing.space_order import space_order
from geometry.shapes import slab


def _edges_in_memory(tets) -> float:
    return float(np.mean(np.abs(tets[:, 1:] - tets[:, :1])))


def test_it_is_the_same_mesh_with_neighbours_nearer_in_memory() -> None:
    mesh: HeartMesh = slab((8.0, 8.0, 8.0), 0.5)
    shuffled = np.random.default_rng(1).permutation(len(mesh.points))
    back = np.argsort(shuffled).astype(np.int32)
    points, tets = space_order(mesh.points[shuffled], back[mesh.tets])
    assert {tuple(p) for p in points} == {tuple(p) for p in mesh.points}
    corners = {frozenset(map(tuple, mesh.points[tet])) for tet in mesh.tets}
    assert {frozenset(map(tuple, points[tet])) for tet in tets} == corners
    a, b, c, d = (points[tets[:, k]] for k in range(4))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) > 0).all()
    assert _edges_in_memory(tets) < 0.2 * _edges_in_memory(back[mesh.tets])
    assert (np.diff(tets.min(axis=1)) >= 0).all()
