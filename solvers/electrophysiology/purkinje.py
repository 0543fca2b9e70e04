"""A grown Purkinje network in the heart: it is excited at its roots or junctions, and excites the wall at its junctions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geometry.heart_mesh import Floats, HeartMesh
from solvers.electrophysiology.conduction_system import ROOTS, Root, network_triangles, placed_roots
from solvers.electrophysiology.eikonal import EikonalSolver, Source
from solvers.electrophysiology.purkinje_tree import PurkinjeTree, grow_tree, joined

ROUNDS = 6  # of wall and network in turns, until neither is earlier than before
GAIN = 0.05  # ms by which a junction must be earlier to count


@dataclass(frozen=True)
class Network:
    """A tree and where it meets the wall.

    tree       its nodes and segments
    ends       (e,) those of its nodes that are junctions
    junctions  (e,) the nodes of the mesh there
    """

    tree: PurkinjeTree
    ends: NDArray[np.int64]
    junctions: NDArray[np.int64]

    def times(self, at_junctions: Floats, velocity: float) -> Floats:
        """(e,) ms at the junctions, when each may also be entered at ``at_junctions`` (e,) ms, inf: not.

        Conduction along the segments at ``velocity`` (mm/ms), in both directions.
        """
        known = np.isfinite(at_junctions)
        if not known.any():
            return at_junctions
        first, p = float(at_junctions[known].min()), len(self.tree.parent)
        a, b = self.tree.segments.T
        along = np.linalg.norm(self.tree.points[a] - self.tree.points[b], axis=1) / velocity
        entry = at_junctions[known] - first + 1.0  # sparse graphs know no edges of length zero
        rows, columns = np.concatenate([a, np.full(known.sum(), p)]), np.concatenate([b, self.ends[known]])
        graph = coo_array((np.concatenate([along, entry]), (rows, columns)), shape=(p + 1, p + 1))
        arrival = dijkstra(graph.tocsr(), directed=False, indices=p)
        return np.asarray(arrival[self.ends] + first - 1.0)


def grow_network(
    mesh: HeartMesh, solver: EikonalSolver, surfaces: tuple[str, ...], seed: int, exits: tuple[Root, ...] = ROOTS
) -> Network:
    """A tree on each of ``surfaces`` from its roots; the same for the same mesh and seed."""
    trees, reached = [], []
    for surface in surfaces:
        roots = mesh.points[[node for _, node in placed_roots(mesh, (surface,), exits)]]
        triangles = mesh.tagged(surface)
        covered = triangles[network_triangles(mesh, triangles, (surface,))]
        trees.append(grow_tree(mesh.points, covered, roots, np.random.default_rng(seed)))
        reached.append(np.setdiff1d(covered, np.flatnonzero(solver.substrate.dead)))
    tree, wall = joined(trees), np.concatenate(reached)
    _, nearest = cKDTree(mesh.points[wall]).query(tree.points[tree.ends])
    return Network(tree, tree.ends, wall[nearest].astype(np.int64))


def spread_with(
    network: Network, velocity: float, starts: Sequence[Source], solve: Callable[[Sequence[Source]], Floats]
) -> tuple[Floats, tuple[Source, ...]]:
    """Activation (n,) ms of the wall, and its sources: the ``starts`` and the junctions that the network reaches first.

    solve  gives the activation of the wall from sources; wall and network take turns until neither gains
    """
    wall = np.full(len(network.junctions), np.inf)
    for source in starts:
        wall[network.junctions == source.node] = source.time
    earliest: dict[int, float] = {}
    for number in range(ROUNDS):
        through = network.times(wall, velocity)
        gained = through < wall - GAIN
        if number and not gained.any():
            break
        for node, time in zip(network.junctions[gained].tolist(), through[gained].tolist(), strict=True):
            earliest[node] = min(earliest.get(node, np.inf), time)
        sources = (*starts, *(Source(node, time, ball=False) for node, time in earliest.items()))
        activation = solve(sources)
        wall = np.nan_to_num(activation[network.junctions], nan=np.inf)
    return activation, sources
