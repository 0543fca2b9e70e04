"""What of a heart is seen: its boundary, whole or cut open, and how numbers at the nodes are carried onto it."""

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import mutable
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

from geometry.heart_mesh import HeartMesh

TET = "tet"  # on the triangles of a heart that is cut open: the tetrahedron they belong to
TETRA = 10  # VTK's number for a tetrahedron
Floats = NDArray[np.floating]


class HeartSurface:
    """Triangles to draw (``poly``), each of whose points is a weighted mean of at most four nodes of the mesh."""

    def __init__(self, mesh: HeartMesh, cut: tuple[Floats, Floats] | None = None) -> None:
        self.mesh = mesh
        self.cut = cut
        self._parts: dict[str, pv.PolyData] | None = None
        self._nodes: NDArray[np.integer]
        self._weights: Floats | None = None
        self._normals: Floats | None = None
        self._locator: vtkStaticCellLocator | None = None
        if cut is None:
            self._nodes, triangles = np.unique(mesh.facets, return_inverse=True)
            self.poly = _triangles(mesh.points[self._nodes], triangles.reshape(-1, 3))
        else:
            self.poly = _cut_open(mesh, *cut)
            self._nodes, self._weights = _barycentric(mesh, np.asarray(self.poly.points, dtype=float))

    def parts(self) -> dict[str, pv.PolyData]:
        """The named surfaces by name; of a heart that is cut open also its "face"."""
        if self._parts is None:
            self._parts = {}
            for name in sorted(set(self.mesh.facet_names.values())):
                triangles = self.mesh.tagged(name)
                if len(triangles):
                    whole = pv.PolyData.from_regular_faces(np.array(self.mesh.points), triangles).clean()
                    self._parts[name] = whole if self.cut is None else self._behind(whole)
            if self.cut is not None:
                self._parts["face"] = tetrahedra(self.mesh).slice(normal=self.cut[1], origin=self.cut[0])
        return self._parts

    def _behind(self, whole: pv.PolyData) -> pv.PolyData:
        assert self.cut is not None
        return whole.clip(normal=self.cut[1], origin=self.cut[0], invert=True)

    def tets(self, owner: NDArray[np.integer]) -> NDArray[np.integer]:
        """The tetrahedron behind each triangle of ``poly``; ``owner`` (k,) are those behind the facets of the mesh."""
        return owner if self.cut is None else np.asarray(self.poly.cell_data[TET])

    def spread(self, apart: float) -> tuple[NDArray[np.integer], Floats]:
        """Nodes of the mesh (k,) that are seen, one for each cube of ``apart`` mm, and the normals (k, 3) there."""
        if self._normals is None:
            how = {"cell_normals": False, "split_vertices": False, "consistent_normals": False}
            self._normals = np.asarray(self.poly.compute_normals(**how)["Normals"])
        places = np.floor(np.asarray(self.poly.points) / apart).astype(np.int64)
        first = np.unique(places, axis=0, return_index=True)[1]
        at = self._nodes[first]
        if self._weights is not None:
            at = at[np.arange(len(first)), np.argmax(self._weights[first], axis=1)]
        return np.asarray(at), self._normals[first]

    def hit(self, start: Sequence[float], end: Sequence[float]) -> tuple[float, float, float] | None:
        """Where the line from one place to another (mm) meets the surface first; None where it does not."""
        if self._locator is None:
            self._locator = vtkStaticCellLocator()
            self._locator.SetDataSet(self.poly)
            self._locator.BuildLocator()
        share, piece = mutable(0.0), mutable(0)
        place, inside = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        crossed = self._locator.IntersectWithLine(start, end, 1e-6, share, place, inside, piece)  # type: ignore[call-overload]
        if not crossed:
            return None
        return place[0], place[1], place[2]

    def carry(self, values: Floats) -> Floats:
        """(p,) or (p, k), values at the nodes carried onto the points of ``poly``."""
        at = values[self._nodes]
        if self._weights is None:
            return np.asarray(at)
        weights = self._weights if at.ndim == 2 else self._weights[..., None]
        return np.asarray((at * weights).sum(axis=1))


def long_cut(mesh: HeartMesh) -> tuple[Floats, Floats]:
    """(origin, normal) of the plane that opens the heart towards the viewer in front: along its axis, through its middle."""
    middle = mesh.points.mean(axis=0)
    axis = heart_axis(mesh)
    normal = np.cross(axis, np.cross([0.0, 1.0, 0.0], axis))
    length = np.linalg.norm(normal)
    return middle, normal / length if length > 1e-6 else np.array([0.0, 1.0, 0.0])


def heart_axis(mesh: HeartMesh) -> Floats:
    """Unit vector from apex to base, or along the longest direction of the points where the apex is not known."""
    marks = mesh.landmarks
    if "apex" in marks and "base_center" in marks:
        axis = np.subtract(marks["base_center"], marks["apex"])
    else:
        spread = mesh.points - mesh.points.mean(axis=0)
        axis = np.linalg.svd(spread[:: max(1, len(spread) // 2000)], full_matrices=False)[2][0]
        axis = axis if axis[2] >= 0 else -axis
    return np.asarray(axis / np.linalg.norm(axis))


def nearest_node(points: NDArray[np.float64], point: tuple[float, float, float]) -> int:
    """Index of the node nearest to a place."""
    return int(np.argmin(np.sum((points - np.asarray(point)) ** 2, axis=1)))


def tetrahedra(mesh: HeartMesh) -> pv.UnstructuredGrid:
    """The mesh for VTK."""
    cells = np.column_stack([np.full(len(mesh.tets), 4), mesh.tets]).ravel()
    return pv.UnstructuredGrid(cells, np.full(len(mesh.tets), TETRA, dtype=np.uint8), np.array(mesh.points))


def _cut_open(mesh: HeartMesh, origin: Floats, normal: Floats) -> pv.PolyData:
    whole = tetrahedra(mesh)
    whole.cell_data[TET] = np.arange(len(mesh.tets), dtype=np.int32)
    half = whole.clip(normal=np.asarray(normal), origin=np.asarray(origin), invert=True)
    return half.extract_surface(algorithm="dataset_surface").triangulate()


def _triangles(points: Floats, triangles: NDArray[np.integer]) -> pv.PolyData:
    return pv.PolyData(np.array(points), np.column_stack([np.full(len(triangles), 3), triangles]).ravel())


def _barycentric(mesh: HeartMesh, points: Floats) -> tuple[NDArray[np.integer], Floats]:
    """Nodes (p, 4) and weights (p, 4) of the tetrahedron around each point."""
    owner = np.asarray(tetrahedra(mesh).find_closest_cell(points))
    nodes = mesh.tets[owner]
    corner = mesh.points[nodes[:, 0]]
    edges = np.stack([mesh.points[nodes[:, i]] - corner for i in (1, 2, 3)], axis=2)
    local = np.linalg.solve(edges, (points - corner)[..., None])[..., 0]
    weights = np.column_stack([1 - local.sum(axis=1), local]).clip(0.0, None)
    return nodes, weights / weights.sum(axis=1, keepdims=True)
