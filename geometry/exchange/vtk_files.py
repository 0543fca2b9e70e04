"""VTU, VTP, VTKHDF and legacy VTK, by VTK itself."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonCore import vtkLogger

from geometry.errors import Refused
from geometry.exchange.facts import facts_of, names_in, read_facts
from geometry.exchange.raw_mesh import FACTS, NO_TETS, NO_TRIANGLES, REGION, SURFACE, Array, RawMesh
from geometry.heart_mesh import HeartMesh

TETRA, TRIANGLE = 10, 5
SECOND_ORDER = {24: (TETRA, 4), 22: (TRIANGLE, 3)}  # whose corners come first
FLAT = {7: "polygons", 9: "quadrilaterals"}  # cut into triangles
SOLID = {11: "voxels", 12: "hexahedra", 13: "wedges", 14: "pyramids", 42: "polyhedra"}


def read_vtk(path: Path) -> RawMesh:
    """The tetrahedra and triangles of a file with their data."""
    with _quiet() as caught:
        data = pv.read(path)
    if caught.events or data is None:
        raise Refused("This VTK file is cut short or damaged; copy it again.")
    if isinstance(data, pv.MultiBlock):
        data = data.combine()
    if isinstance(data, pv.PolyData):
        data = data.triangulate()
    elif not isinstance(data, pv.UnstructuredGrid):
        raise Refused(f"This VTK file holds a {type(data).__name__}, no mesh and no surface; choose another file.")
    facts = _facts(data)
    return _raw(data.cast_to_unstructured_grid(), facts)


def write_grid(mesh: HeartMesh, path: Path, point_data: Mapping[str, Array], tet_data: Mapping[str, Array]) -> None:
    """Tetrahedra and boundary triangles in one grid (.vtu, .vtk, .vtkhdf), with ``region`` and ``surface`` on them."""
    sizes = len(mesh.tets), len(mesh.facets)
    cells = [np.column_stack([np.full(len(c), c.shape[1]), c]).ravel() for c in (mesh.tets, mesh.facets)]
    types = np.repeat(np.array([TETRA, TRIANGLE], np.uint8), sizes)
    grid = pv.UnstructuredGrid(np.concatenate(cells), types, np.asarray(mesh.points, dtype=float))
    for name, values in point_data.items():
        grid.point_data[name] = values
    for name, values in tet_data.items():
        grid.cell_data[name] = np.concatenate([values, np.zeros((sizes[1], *values.shape[1:]), values.dtype)])
    grid.cell_data[REGION] = np.concatenate([mesh.region, np.zeros(sizes[1], np.int32)])
    grid.cell_data[SURFACE] = np.concatenate([np.zeros(sizes[0], np.int32), mesh.facet_tag])
    _save(grid, path, mesh)


def write_surface(mesh: HeartMesh, triangles: Array, tags: Array, path: Path) -> None:
    """Triangles alone (.vtp) with their tag as ``surface``."""
    data = pv.PolyData.from_regular_faces(np.asarray(mesh.points, dtype=float), triangles)
    data.cell_data[SURFACE] = tags
    _save(data, path, mesh)


def _save(data: Any, path: Path, mesh: HeartMesh) -> None:
    text = json.dumps(facts_of(mesh)).encode()
    data.field_data[FACTS] = np.frombuffer(text, np.uint8)  # as numbers, since meshio fails on words in a VTU
    data.save(path)


@contextmanager
def _quiet() -> Iterator[Any]:
    """VTK's complaints are collected, and not written to the log: they may say a path."""
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        with warnings.catch_warnings(), pv.VtkErrorCatcher(send_to_logging=False) as caught:
            warnings.simplefilter("ignore")
            yield caught
    finally:
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_WARNING)


def _facts(data: Any) -> dict[str, Any]:
    if FACTS not in data.field_data:
        return {}
    return read_facts(np.asarray(data.field_data[FACTS]).astype(np.uint8).tobytes().decode("utf-8", "replace"))


def _raw(grid: Any, facts: Mapping[str, Any]) -> RawMesh:
    notes = []
    types, found = np.asarray(grid.celltypes), grid.cells_dict if grid.n_cells else {}
    tets, triangles, tet_rows, triangle_rows = [NO_TETS], [NO_TRIANGLES], [], []
    for kind, cells in found.items():
        base, corners = SECOND_ORDER.get(kind, (kind, cells.shape[1]))
        rows = np.flatnonzero(types == kind)
        if base == TETRA:
            tets.append(cells[:, :corners])
            tet_rows.append(rows)
        elif base == TRIANGLE:
            triangles.append(cells[:, :corners])
            triangle_rows.append(rows)
        elif kind == 9:
            triangles.append(cells[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3))
            triangle_rows.append(np.repeat(rows, 2))
        if kind in SECOND_ORDER:
            notes.append("Curved cells of second order were taken with their corners only.")
    on_tets, on_triangles = (
        {name: np.asarray(grid.cell_data[name])[np.concatenate(rows)] for name in grid.cell_data} if rows else {}
        for rows in (tet_rows, triangle_rows)
    )
    return RawMesh(
        points=np.asarray(grid.points, dtype=float),
        tets=np.concatenate(tets).astype(np.int64),
        triangles=np.concatenate(triangles).astype(np.int64),
        point_data={name: np.asarray(grid.point_data[name]) for name in grid.point_data},
        tet_data=on_tets,
        triangle_data=on_triangles,
        facts=facts,
        other={SOLID[kind]: int((types == kind).sum()) for kind in np.unique(types) if kind in SOLID},
        notes=tuple(dict.fromkeys(notes)),
        region_names=names_in(facts, "region_names"),
        surface_names=names_in(facts, "surface_names"),
    )
