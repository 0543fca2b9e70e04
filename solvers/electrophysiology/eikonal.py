"""Activation times by the eikonal equation: when the front arrives, without solving for the action potential."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.mesh_part import owned_facets
from geometry.progress import Progress, silent
from solvers.electrophysiology.substrate import Substrate, substrate_of
from solvers.kernels.compile import load_kernel

_CDEF = """
typedef struct {
    int32_t node[4];
    float length[6], height[4];
    int32_t unused[2];
} Tet;
void measure(int64_t count, Tet *tets, const double *points, const double *fiber, double across, double along);
int32_t eikonal_begin(int32_t nodes, double *time, int32_t *heap, int32_t *place);
int32_t eikonal_run(const Tet *tets, const int64_t *tet_start, const int32_t *tet_of, const int32_t *tri,
                    const float *tri_len, const int64_t *tri_start, const int32_t *tri_of, double least, int64_t most,
                    double *time, int32_t *heap, int32_t *place, int32_t size);
"""
_TET = np.dtype([("node", "i4", 4), ("length", "f4", 6), ("height", "f4", 4), ("unused", "i4", 2)])  # as in eikonal.c
Cells = NDArray[np.void]
LEAST_GAIN = 1e-5  # ms: a smaller improvement is not passed on; far below the error of the discretisation
TAKEN_PER_CALL = 200_000  # nodes between two looks at the Cancel button (some 0.2 s)
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
        self._ffi, self._lib = load_kernel(Path(__file__).parents[1] / "kernels" / "eikonal.c", _CDEF, "eikonal")
        self.points: Floats = np.ascontiguousarray(mesh.points, dtype=np.float64)
        self.substrate = substrate or substrate_of(mesh)
        self._living = np.flatnonzero(~self.substrate.dead)
        self._conducting = self.substrate.conducting.tets
        self._grey = self.substrate.grey[self._conducting]
        self.tets: Ints = np.ascontiguousarray(mesh.tets[self._conducting], dtype=np.int32)
        layers = [self._alive(mesh, name) for name in fast_surfaces]
        self.triangles: Ints = np.ascontiguousarray(np.vstack([np.empty((0, 3), np.int32), *layers]), dtype=np.int32)
        self._tet_start, self._tet_of = _incidence(self.tets, len(self.points))
        self._tri_start, self._tri_of = _incidence(self.triangles, len(self.points))
        self._edges = _edge_graph(self.tets, len(self.points))
        self._layer_edges = _edge_graph(self.triangles, len(self.points))
        self._tree = cKDTree(self.points[self._living])
        self._known: tuple[Floats, tuple[float, Conduction], tuple[Cells, Floats]] | None = None
        self._radius = BALL_EDGES * mesh.edge_length() if ball is None else ball
        corners = self.points[self.triangles]
        self._triangle_edges = np.stack(
            [((corners[:, j] - corners[:, i]) ** 2).sum(axis=1) for i, j in ((0, 1), (0, 2), (1, 2))], axis=1
        )

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
        _refuse_bad(conduction, sources)
        fast = np.ones(len(self.triangles), dtype=bool) if fast is None else fast
        cells, fiber = self._measured(fiber, conduction)
        layer = self._layer_lengths(conduction, fast)
        time = np.full(len(self.points), np.inf)
        for source in sources:
            self._ignite(time, source, fiber, conduction, fast)
        self._run(cells, layer, time, progress)
        time[~np.isfinite(time)] = np.nan
        return time

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
        across = 1 / conduction.cross**2
        cells = np.zeros(len(tets), _TET)
        cells["node"] = tets
        along = 1 / conduction.fiber**2 - across
        self._lib.measure(len(tets), self._cells(cells), self._reals(self.points), self._reals(fiber), across, along)
        return cells

    def _layer_lengths(self, conduction: Conduction, fast: NDArray[np.bool_]) -> NDArray[np.float32]:
        speed = np.where(fast, max(conduction.layer, 1e-6), 1e-6)[:, None]
        return np.ascontiguousarray(self._triangle_edges / speed**2, dtype=np.float32)

    def _run(self, cells: Cells, layer: NDArray[np.float32], time: Floats, progress: Progress) -> None:
        heap, place = np.empty(len(time), dtype=np.int32), np.empty(len(time), dtype=np.int32)
        left = self._lib.eikonal_begin(len(time), self._reals(time), self._ints(heap), self._ints(place))
        while left:
            reached = np.isfinite(time).mean()
            progress(float(0.9 * reached), "Activation spreads")
            left = self._lib.eikonal_run(
                self._cells(cells),
                self._longs(self._tet_start),
                self._ints(self._tet_of),
                self._ints(self.triangles),
                self._floats(layer),
                self._longs(self._tri_start),
                self._ints(self._tri_of),
                LEAST_GAIN,
                TAKEN_PER_CALL,
                self._reals(time),
                self._ints(heap),
                self._ints(place),
                left,
            )
        progress(1.0, "Activation spreads")

    def _ignite(
        self, time: Floats, source: Source, fiber: Floats, conduction: Conduction, fast: NDArray[np.bool_]
    ) -> None:
        """Straight-line times around a source, in its own piece of wall, with the metric averaged over both ends."""
        time[source.node] = min(time[source.node], source.time)
        if not source.ball:
            return
        start = self.points[source.node]
        near = self._near(self._edges, source.node)
        away = self.points[near] - start
        metric = 0.5 * (
            self._node_metric(np.array([source.node]), fiber, conduction) + self._node_metric(near, fiber, conduction)
        )
        straight = source.time + np.sqrt(np.einsum("ni,nij,nj->n", away, metric, away))
        time[near] = np.minimum(time[near], straight)
        if conduction.layer > 0 and fast[self._triangles_of(source.node)].any():
            near = np.intersect1d(self._near(self._layer_edges, source.node), self.triangles[fast])
            flat = source.time + np.linalg.norm(self.points[near] - start, axis=1) / conduction.layer
            time[near] = np.minimum(time[near], flat)

    def _triangles_of(self, node: int) -> Ints:
        return self._tri_of[self._tri_start[node] : self._tri_start[node + 1]] // 3

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
        slowed = conduction.slowed
        metric = np.empty((len(nodes), 3, 3))
        for row, node in enumerate(nodes):
            of = self._tet_of[self._tet_start[node] : self._tet_start[node + 1]] // 4
            across = np.where(self._grey[of], 1 / slowed.cross**2, 1 / conduction.cross**2)
            along = np.where(self._grey[of], 1 / slowed.fiber**2, 1 / conduction.fiber**2) - across
            f = fiber[of]
            metric[row] = across.mean() * np.eye(3) + (f.T * along) @ f / len(f)
        return metric

    def _cells(self, array: Cells) -> Any:
        return self._ffi.from_buffer("Tet[]", array)

    def _ints(self, array: Ints) -> Any:
        return self._ffi.from_buffer("int32_t[]", array)

    def _longs(self, array: NDArray[np.int64]) -> Any:
        return self._ffi.from_buffer("int64_t[]", array)

    def _floats(self, array: NDArray[np.float32]) -> Any:
        return self._ffi.from_buffer("float[]", array)

    def _reals(self, array: Floats) -> Any:
        return self._ffi.from_buffer("double[]", array)


def _incidence(cells: Ints, nodes: int) -> tuple[NDArray[np.int64], Ints]:
    """For node n, ``of[start[n]:start[n+1]]`` holds corners * cell + corner of the cells it belongs to."""
    flat = cells.ravel()
    order = np.argsort(flat, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=nodes))]).astype(np.int64)
    return start, order.astype(np.int32)


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
