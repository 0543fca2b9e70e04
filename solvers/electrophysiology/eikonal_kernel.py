"""The compiled front of the eikonal equation: connectivity of one mesh, and the times that march over it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats, Ints
from geometry.progress import Progress
from solvers.kernels.compile import load_kernel

_CDEF = """
typedef struct { int32_t node[4]; float length[6], weight[6]; } Tet;
typedef struct { double key; int64_t node; } Item;
typedef struct { double *time; int32_t *way; Item *heap; int32_t *place; int32_t size; } Front;
typedef struct {
    const Tet *tets; const int64_t *tet_start; const int32_t *tet_of;
    const int32_t *tri; const float *tri_len; const int64_t *tri_start; const int32_t *tri_of;
} Mesh;
void measure(int64_t count, Tet *tets, const double *points, const double *fiber, double across, double along);
int32_t eikonal_enter(Front f, const int32_t *nodes, int32_t count);
int32_t eikonal_withdraw(Front f, Mesh m, int32_t *gone, int32_t count, int32_t most);
int32_t eikonal_run(Front f, Mesh m, double least, int64_t most);
"""
_TET = np.dtype([("node", "i4", 4), ("length", "f4", 6), ("weight", "f4", 6)])  # as in eikonal.c
_ITEM = np.dtype([("key", "f8"), ("node", "i8")])
Cells = NDArray[np.void]
LEAST_GAIN = 1e-5  # ms: a smaller improvement is not passed on; far below the error of the discretisation
TAKEN_PER_CALL = 200_000  # nodes between two looks at the Cancel button (some 0.2 s)
WORTH = 0.7  # share of the nodes that may lose their times when a source goes; with more all are solved again


@dataclass(frozen=True)
class Arrivals:
    """times (n,) ms, inf: never; ways (n,): the simplex through which each came, as in the kernel; not to be written to."""

    times: Floats
    ways: Ints


class EikonalKernel:
    """Tetrahedra (m, 4) and fast triangles (k, 3) of a mesh with ``nodes`` nodes, and what touches what."""

    def __init__(self, nodes: int, tets: Ints, triangles: Ints) -> None:
        self._ffi, self._lib = load_kernel(Path(__file__).parents[1] / "kernels" / "eikonal.c", _CDEF, "eikonal")
        self.nodes, self.tets, self.triangles = nodes, tets, triangles
        self.tet_start, self.tet_of = _incidence(tets, nodes)
        self.tri_start, self.tri_of = _incidence(triangles, nodes)

    def measured(self, tets: Ints, points: Floats, fiber: Floats, along: float, across: float) -> Cells:
        """Tetrahedra with the metric lengths (ms) of their edges at velocities ``along`` and ``across`` the fibres, mm/ms."""
        cells = np.zeros(len(tets), _TET)
        cells["node"] = tets
        slow = 1 / across**2
        space, lines = self._to("double[]", points), self._to("double[]", fiber)
        self._lib.measure(len(tets), self._to("Tet[]", cells), space, lines, slow, 1 / along**2 - slow)
        return cells

    def march(
        self,
        cells: Cells,
        layer: NDArray[np.float32],
        start: Floats,
        progress: Progress,
        last: Arrivals | None = None,
        gone: Ints | None = None,
    ) -> Arrivals:
        """The arrivals where ``start`` (n,) ms holds the times of the sources (inf: none).

        layer  (k, 3) squared lengths (ms^2) of the edges of the triangles
        last   arrivals from other sources, all else the same: only what came from the nodes ``gone``, or comes earlier from
               ``start``, is solved anew. The answer is the same to the tolerance of the solver.
        """
        front = _Front(self, last)
        mesh = self._mesh(cells, layer)
        if last is not None and gone is not None and not front.withdraw(mesh, gone):
            front = _Front(self, None)
        front.enter(start)
        while front.size:
            progress(0.9 * float(np.isfinite(front.times).mean()), "Activation spreads")
            front.size = self._lib.eikonal_run(front.seen(), mesh[0], LEAST_GAIN, TAKEN_PER_CALL)
        progress(1.0, "Activation spreads")
        return Arrivals(front.times, front.ways)

    def _mesh(self, cells: Cells, layer: NDArray[np.float32]) -> tuple[Any, tuple[Any, ...]]:
        """The Mesh of the kernel, and what it points to."""
        parts = (
            self._to("Tet[]", cells), self._to("int64_t[]", self.tet_start), self._to("int32_t[]", self.tet_of),
            self._to("int32_t[]", self.triangles), self._to("float[]", layer),
            self._to("int64_t[]", self.tri_start), self._to("int32_t[]", self.tri_of),
        )  # fmt: skip
        return self._ffi.new("Mesh *", parts)[0], parts

    def _to(self, kind: str, array: NDArray[Any]) -> Any:
        return self._ffi.from_buffer(kind, array)


class _Front:
    """Times under way and the heap of nodes that still have something to pass on."""

    def __init__(self, kernel: EikonalKernel, last: Arrivals | None) -> None:
        self._kernel, nodes = kernel, kernel.nodes
        self.times = np.full(nodes, np.inf) if last is None else last.times.copy()
        self.ways = np.full(nodes, -1, dtype=np.int32) if last is None else last.ways.copy()
        self._heap, self._place = np.empty(nodes, dtype=_ITEM), np.full(nodes, -1, dtype=np.int32)
        self.size = 0

    def seen(self) -> Any:
        """The Front of the kernel."""
        to = self._kernel._to
        self._parts = (
            to("double[]", self.times), to("int32_t[]", self.ways), to("Item[]", self._heap), to("int32_t[]", self._place),
        )  # fmt: skip
        return self._kernel._ffi.new("Front *", (*self._parts, self.size))[0]

    def withdraw(self, mesh: tuple[Any, tuple[Any, ...]], gone: Ints) -> bool:
        """Take back what came from these nodes; False, with nothing done, where that is most of the mesh."""
        kernel, room = self._kernel, np.empty(len(self.times), dtype=np.int32)
        roots = gone[self.ways[gone] == -1]
        room[: len(roots)] = roots
        most, gone_nodes = int(WORTH * len(room)), kernel._to("int32_t[]", room)
        size = kernel._lib.eikonal_withdraw(self.seen(), mesh[0], gone_nodes, len(roots), most)
        self.size = max(size, 0)
        return bool(size >= 0)

    def enter(self, start: Floats) -> None:
        """Begin with the times of the sources where they are the earlier ones."""
        nodes = np.flatnonzero(start < self.times).astype(np.int32)
        self.times[nodes], self.ways[nodes] = start[nodes], -1
        self.size = self._kernel._lib.eikonal_enter(self.seen(), self._kernel._to("int32_t[]", nodes), len(nodes))


def _incidence(cells: Ints, nodes: int) -> tuple[NDArray[np.int64], Ints]:
    """For node n, ``of[start[n]:start[n+1]]`` holds w * cell + corner of the cells it belongs to; w: their corners."""
    flat = cells.ravel()
    order = np.argsort(flat, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=nodes))]).astype(np.int64)
    return start, order.astype(np.int32)
