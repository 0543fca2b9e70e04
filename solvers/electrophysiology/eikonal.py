"""Activation times by the eikonal equation: when the front arrives, without solving for the action potential."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.mesh_part import owned_facets
from geometry.progress import Progress, silent
from solvers.electrophysiology.eikonal_kernel import Arrivals, Cells, EikonalKernel
from solvers.electrophysiology.substrate import Substrate, substrate_of

BALL_EDGES = 2.5  # edge lengths around a point source that get straight-line times


@dataclass(frozen=True)
class Source:
    """Where the activation starts: a node of the mesh and a time in ms; ``ball``: with straight-line times around it."""

    node: int
    time: float = 0.0
    ball: bool = True


@dataclass(frozen=True)
class Conduction:
    """How fast the front travels: v(n)^2 = n . D n with D = fiber^2 f f + cross^2 (I - f f).

    fiber, cross  mm/ms (= m/s) along and across the fibres
    layer         mm/ms on the fast surfaces; slower than the wall means no fast layer
    grey          shares of ``fiber`` and ``cross`` left in the grey zone of a scar
    """

    fiber: float
    cross: float
    layer: float = 0.0
    grey: tuple[float, float] = (1.0, 1.0)

    @property
    def slowed(self) -> "Conduction":
        """The same in the grey zone."""
        return Conduction(self.fiber * self.grey[0], self.cross * self.grey[1], self.layer)


Ball = tuple[NDArray[np.int64], Floats]  # nodes and their times, ms


@dataclass(frozen=True)
class Spread:
    """The activation from some sources, with what is needed to solve only what changes when one of them is moved."""

    arrivals: Arrivals
    balls: dict[Source, Ball] = field(repr=False)

    @property
    def activation(self) -> Floats:
        """(n,) ms, NaN: never."""
        return np.where(np.isfinite(self.arrivals.times), self.arrivals.times, np.nan)


class EikonalSolver:
    """Exact label-correcting fast marching on one mesh, for many solves.

    Solves sqrt(grad T . D grad T) = 1 with the closed-form Hopf-Lax update on tetrahedra (P1), and on the triangles of
    ``fast_surfaces`` in the same front, so that a fast endocardial layer is entered and left anywhere. Dense scar conducts
    neither inside nor on its surface. Connectivity is built once.
    Error: first order in the edge length h, about 2 % of the time at 30 edges from a point source.
    """

    def __init__(
        self,
        mesh: HeartMesh,
        fast_surfaces: Sequence[str] = ("endo_lv", "endo_rv"),
        ball: float | None = None,
        substrate: Substrate | None = None,
    ) -> None:
        """ball: mm, radius of straight-line times around a point source (default ``BALL_EDGES`` edge lengths).

        substrate  of the mesh, if it is known already
        """
        self.points: Floats = np.ascontiguousarray(mesh.points, dtype=np.float64)
        self.substrate = substrate or substrate_of(mesh)
        self._living = np.flatnonzero(~self.substrate.dead)
        self._conducting = self.substrate.conducting.tets
        self._grey = self.substrate.grey[self._conducting]
        self.tets: Ints = np.ascontiguousarray(mesh.tets[self._conducting], dtype=np.int32)
        layers = [self._alive(mesh, name) for name in fast_surfaces]
        self.triangles: Ints = np.ascontiguousarray(np.vstack([np.empty((0, 3), np.int32), *layers]), dtype=np.int32)
        self._kernel = EikonalKernel(len(self.points), self.tets, self.triangles)
        self._edges = _edge_graph(self.tets, len(self.points))
        self._layer_edges = _edge_graph(self.triangles, len(self.points))
        self._tree = cKDTree(self.points[self._living])
        self._known: tuple[Floats, tuple[float, Conduction], tuple[Cells, Floats]] | None = None
        self._radius = BALL_EDGES * mesh.edge_length() if ball is None else ball
        self._triangle_edges = _squared_edges(self.points[self.triangles])

    def moved(self, points: Floats) -> "EikonalSolver":
        """The same connectivity with nodes (n, 3) mm elsewhere."""
        other = self.sibling()
        other.points = np.ascontiguousarray(points, dtype=np.float64)
        other._tree = cKDTree(other.points[self._living])
        other._triangle_edges = _squared_edges(other.points[self.triangles])
        return other

    def sibling(self) -> "EikonalSolver":
        """The same connectivity, remembering fibres and velocities of its own."""
        other = copy(self)
        other._known = None
        return other

    def nearest_node(self, point: Sequence[float]) -> int:
        """The node of conducting tissue closest to a point (mm)."""
        return int(self._living[self._tree.query(np.asarray(point, dtype=np.float64))[1]])

    def _alive(self, mesh: HeartMesh, surface: str) -> Ints:
        """The triangles of a surface that lie on conducting tissue."""
        if not self.substrate.core.any():
            return mesh.tagged(surface)
        alive = owned_facets(mesh, self._conducting)
        return replace(mesh, facets=mesh.facets[alive], facet_tag=mesh.facet_tag[alive]).tagged(surface)

    def activation_times(
        self,
        fiber: Floats,
        conduction: Conduction,
        sources: Sequence[Source],
        progress: Progress = silent,
        fast: NDArray[np.bool_] | None = None,
    ) -> Floats:
        """(n,) ms, the first arrival at every node; NaN in dense scar and in parts that are not connected to a source.

        fiber    (m, 3) unit vectors
        sources  point sources; each alone starts as a ball of straight-line times, because one node is a poor point
        fast     (k,) which of the ``triangles`` are part of the fast layer; None: all
        """
        return self.spread(fiber, conduction, sources, progress, fast).activation

    def spread(
        self,
        fiber: Floats,
        conduction: Conduction,
        sources: Sequence[Source],
        progress: Progress = silent,
        fast: NDArray[np.bool_] | None = None,
        last: Spread | None = None,
    ) -> Spread:
        """As ``activation_times``; ``last``, of the same fibres, velocities and layer, saves what other sources reach first.

        The time of a node depends on the corners of the simplex through which it came, and so on back to a source. When a
        source goes, what hangs on it is forgotten and the front starts again from its rim. The answer is that without
        ``last`` to the tolerance of the solver.
        """
        _refuse_bad(conduction, sources)
        fast = np.ones(len(self.triangles), dtype=bool) if fast is None else fast
        cells, fiber = self._measured(fiber, conduction)
        known = {} if last is None else last.balls
        balls = {one: known.get(one) or self._ball(one, fiber, conduction, fast) for one in sources}
        start = np.full(len(self.points), np.inf)
        for nodes, times in balls.values():
            start[nodes] = np.minimum(start[nodes], times)
        gone = [nodes for one, (nodes, _) in known.items() if one not in balls]
        if last is None or len(gone) == len(known):
            arrivals = self._kernel.march(cells, self._layer_lengths(conduction, fast), start, progress)
        else:
            left = np.unique(np.concatenate([np.empty(0, np.int64), *gone]))
            arrivals = self._kernel.march(
                cells, self._layer_lengths(conduction, fast), start, progress, last.arrivals, left
            )
        return Spread(arrivals, balls)

    def _measured(self, fiber: Floats, conduction: Conduction) -> tuple[Cells, Floats]:
        """The tetrahedra with the metric lengths (ms) of their edges and heights, and their fibres.

        Those of the last call are remembered: a site that is dragged changes neither fibres nor velocities.
        """
        key = (float(fiber.sum()), conduction)
        if self._known is None or self._known[0] is not fiber or self._known[1] != key:
            own = np.ascontiguousarray(fiber[self._conducting], dtype=np.float64)
            cells = self._lengths_of(self.tets, own, conduction)
            if self._grey.any() and conduction.grey != (1.0, 1.0):
                slow = np.flatnonzero(self._grey)
                cells[slow] = self._lengths_of(self.tets[slow], own[slow], conduction.slowed)
            self._known = fiber, key, (cells, own)
        return self._known[2]

    def _lengths_of(self, tets: Ints, fiber: Floats, conduction: Conduction) -> Cells:
        return self._kernel.measured(tets, self.points, fiber, conduction.fiber, conduction.cross)

    def _layer_lengths(self, conduction: Conduction, fast: NDArray[np.bool_]) -> NDArray[np.float32]:
        speed = np.where(fast, max(conduction.layer, 1e-6), 1e-6)[:, None]
        return np.ascontiguousarray(self._triangle_edges / speed**2, dtype=np.float32)

    def _ball(self, source: Source, fiber: Floats, conduction: Conduction, fast: NDArray[np.bool_]) -> Ball:
        """Straight-line times around a source, in its own piece of wall, with the metric averaged over both ends."""
        if not source.ball:
            return np.array([source.node]), np.array([source.time])
        start = self.points[source.node]
        near = self._near(self._edges, source.node)
        away = self.points[near] - start
        metric = self._node_metric(near, fiber, conduction)
        middle = 0.5 * (metric[np.searchsorted(near, source.node)] + metric)
        times = np.sqrt(np.einsum("ni,nij,nj->n", away, middle, away))
        kernel, node = self._kernel, source.node
        if conduction.layer > 0 and fast[kernel.tri_of[kernel.tri_start[node] : kernel.tri_start[node + 1]] // 3].any():
            on = np.zeros(len(self.points), dtype=bool)
            on[self.triangles[fast]] = True
            flat = self._near(self._layer_edges, node)
            flat = flat[on[flat]]
            at = np.searchsorted(near, flat)
            times[at] = np.minimum(times[at], np.linalg.norm(self.points[flat] - start, axis=1) / conduction.layer)
        return near, source.time + times

    def _near(self, graph: csr_matrix, node: int) -> NDArray[np.int64]:
        """Nodes inside the ball that edges inside the ball lead to: not those of a wall across a gap."""
        inside = {int(self._living[n]) for n in self._tree.query_ball_point(self.points[node], self._radius)}
        found, front = {node}, [node]
        while front:
            n = front.pop()
            fresh = [
                int(k) for k in graph.indices[graph.indptr[n] : graph.indptr[n + 1]] if k in inside and k not in found
            ]
            found.update(fresh)
            front.extend(fresh)
        return np.array(sorted(found), dtype=np.int64)

    def _node_metric(self, nodes: NDArray[np.int64], fiber: Floats, conduction: Conduction) -> Floats:
        """(k, 3, 3) ms^2/mm^2, D^-1 averaged over the tets of each node."""
        slowed, kernel = conduction.slowed, self._kernel
        spans = [np.arange(kernel.tet_start[n], kernel.tet_start[n + 1]) for n in nodes]
        of = kernel.tet_of[np.concatenate(spans)] // 4
        across = np.where(self._grey[of], 1 / slowed.cross**2, 1 / conduction.cross**2)
        along = np.where(self._grey[of], 1 / slowed.fiber**2, 1 / conduction.fiber**2) - across
        each = across[:, None, None] * np.eye(3) + np.einsum("n,ni,nj->nij", along, fiber[of], fiber[of])
        counts = np.array([len(span) for span in spans])
        summed = np.add.reduceat(each, np.concatenate([[0], np.cumsum(counts)[:-1]]), axis=0)
        return np.asarray(summed / counts[:, None, None])


def _squared_edges(corners: Floats) -> Floats:
    """(k, 3) mm2, squared lengths of the edges of triangles (k, 3, 3)."""
    pairs = ((0, 1), (0, 2), (1, 2))
    return np.stack([((corners[:, j] - corners[:, i]) ** 2).sum(axis=1) for i, j in pairs], axis=1)


def _edge_graph(cells: Ints, nodes: int) -> csr_matrix:
    corners = cells.shape[1]
    pairs = [(i, j) for i in range(corners) for j in range(corners) if i != j]
    rows = np.concatenate([cells[:, i] for i, _ in pairs])
    columns = np.concatenate([cells[:, j] for _, j in pairs])
    return coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(nodes, nodes)).tocsr()


def _refuse_bad(conduction: Conduction, sources: Sequence[Source]) -> None:
    if not sources:
        raise Refused("The activation has nowhere to start; add at least one pacing site.")
    if min(conduction.fiber, conduction.cross) <= 0:
        raise Refused("A conduction velocity of zero or less cannot be solved; give velocities above 0 m/s.")
