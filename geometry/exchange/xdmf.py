"""XDMF with HDF5 beside it: tetrahedra and boundary triangles as one mixed grid. Read: XML or HDF numbers, several grids.

Own code, for meshio knows neither small-letter topology types nor text around the names of arrays.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from geometry.errors import Refused
from geometry.exchange.facts import facts_of, names_in, read_facts
from geometry.exchange.raw_mesh import FACTS, NO_TETS, NO_TRIANGLES, REGION, SURFACE, Array, RawMesh
from geometry.heart_mesh import HeartMesh

TETRA, TRIANGLE = 6, 4  # in a mixed topology
CORNERS = {1: 1, 2: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 9: 8}  # of its kinds; 1 and 2 also tell the number of nodes
SOLID = {7: "pyramids", 8: "wedges", 9: "hexahedra"}
UNIFORM = {"tetrahedron": TETRA, "triangle": TRIANGLE, "wedge": 8, "hexahedron": 9, "pyramid": 7}


def write_xdmf(mesh: HeartMesh, path: Path, point_data: Mapping[str, Array], tet_data: Mapping[str, Array]) -> None:
    """``path`` (.xdmf) and the numbers beside it (.h5)."""
    count = len(mesh.tets) + len(mesh.facets)
    cells = [np.column_stack([np.full(len(c), k), c]) for k, c in ((TETRA, mesh.tets), (TRIANGLE, mesh.facets))]
    beyond = len(mesh.facets)
    on_cells = {name: np.concatenate([v, np.zeros((beyond, *v.shape[1:]), v.dtype)]) for name, v in tet_data.items()}
    on_cells[REGION] = np.concatenate([mesh.region, np.zeros(beyond, np.int32)])
    on_cells[SURFACE] = np.concatenate([np.zeros(len(mesh.tets), np.int32), mesh.facet_tag])
    root = ElementTree.Element("Xdmf", Version="3.0")
    grid = ElementTree.SubElement(ElementTree.SubElement(root, "Domain"), "Grid", Name="heart", GridType="Uniform")
    ElementTree.SubElement(grid, "Information", Name=FACTS, Value=json.dumps(facts_of(mesh)))
    with h5py.File(path.with_suffix(".h5"), "w") as file:

        def add(parent: ElementTree.Element, name: str, values: Array) -> None:
            file.create_dataset(name, data=values, compression="gzip", compression_opts=1, shuffle=True)
            kind = "Float" if values.dtype.kind == "f" else "Int"
            size = " ".join(map(str, values.shape))
            item = ElementTree.SubElement(
                parent, "DataItem", Dimensions=size, NumberType=kind, Precision=str(values.itemsize), Format="HDF"
            )
            item.text = f"{path.with_suffix('.h5').name}:/{name}"

        add(ElementTree.SubElement(grid, "Geometry", GeometryType="XYZ"), "points", np.asarray(mesh.points, float))
        topology = ElementTree.SubElement(grid, "Topology", TopologyType="Mixed", NumberOfElements=str(count))
        add(topology, "cells", np.concatenate([c.ravel() for c in cells]).astype(np.int64))
        for center, data in (("Node", point_data), ("Cell", on_cells)):
            for name, values in data.items():
                form = "Scalar" if values.ndim == 1 else "Vector"
                attribute = ElementTree.SubElement(grid, "Attribute", Name=name, AttributeType=form, Center=center)
                add(attribute, f"{center.lower()}_{name}", values)
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, xml_declaration=True, encoding="utf-8")


def read_xdmf(path: Path) -> RawMesh:
    """The first grid with cells in it."""
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        raise Refused("This XDMF file is cut short or damaged; copy it again.") from None
    grids = [grid for grid in root.iter("Grid") if grid.find("Topology") is not None]
    if not grids or grids[0].find("Geometry") is None:
        raise Refused("This XDMF file holds no mesh; choose the file that has the points and the cells.")
    grid = grids[0]
    geometry, topology = grid.find("Geometry"), grid.find("Topology")
    assert geometry is not None and topology is not None
    points = _item(geometry, path, root).reshape(-1, 3).astype(float)
    kinds, cells = _cells(topology, path, root)
    rows = {kind: np.flatnonzero(kinds == kind) for kind in (TETRA, TRIANGLE)}
    on_points: dict[str, Array] = {}
    on_cells: dict[str, Array] = {}
    for attribute in grid.findall("Attribute"):
        values, center = _item(attribute, path, root), attribute.get("Center", "Node").lower()
        target, size = (on_cells, len(kinds)) if center == "cell" else (on_points, len(points))
        if center in ("cell", "node") and len(values) == size:
            target[attribute.get("Name", "values")] = values[:, 0] if values.shape[1:] == (1,) else values
    told = grid.find(f"Information[@Name='{FACTS}']")
    facts = read_facts(told.get("Value", "")) if told is not None else {}
    return RawMesh(
        points,
        cells.get(TETRA, NO_TETS),
        cells.get(TRIANGLE, NO_TRIANGLES),
        on_points,
        {name: values[rows[TETRA]] for name, values in on_cells.items()},
        {name: values[rows[TRIANGLE]] for name, values in on_cells.items()},
        facts=facts,
        other={name: int((kinds == kind).sum()) for kind, name in SOLID.items() if (kinds == kind).any()},
        region_names=names_in(facts, "region_names"),
        surface_names=names_in(facts, "surface_names"),
    )


def _cells(topology: ElementTree.Element, path: Path, root: ElementTree.Element) -> tuple[Array, dict[int, Array]]:
    """The kind of every cell in turn, and the cells of each kind."""
    form = (topology.get("TopologyType") or topology.get("Type") or "").lower()
    numbers = _item(topology, path, root).astype(np.int64)
    if form == "mixed":
        return _mixed(numbers.ravel())
    kind = UNIFORM.get(form)
    if kind is None:
        raise Refused(f"The cells of this XDMF file are of the kind {form or 'unknown'}; tetrahedra are needed.")
    cells = numbers.reshape(-1, CORNERS[kind])
    return np.full(len(cells), kind), {kind: cells}


def _mixed(numbers: Array) -> tuple[Array, dict[int, Array]]:
    kinds: list[int] = []
    starts: dict[int, list[int]] = {}
    at = 0
    while at < len(numbers):
        kind = int(numbers[at])
        if kind not in CORNERS:
            raise Refused(f"The mixed cells of this XDMF file have one of kind {kind}, which is not known here.")
        at += 2 if kind in (1, 2) else 1
        starts.setdefault(kind, []).append(at)
        kinds.append(kind)
        at += CORNERS[kind]
    if at != len(numbers):
        raise Refused("The list of cells of this XDMF file is cut short; copy it again.")
    return np.array(kinds), {
        kind: numbers[np.array(places)[:, None] + np.arange(CORNERS[kind])] for kind, places in starts.items()
    }


def _item(parent: ElementTree.Element, path: Path, root: ElementTree.Element) -> Array:
    """The numbers of an element, in the shape that it promises."""
    item = parent.find("DataItem")
    if item is None:
        raise Refused(f"A part of this XDMF file ({parent.tag}) has no numbers; copy it again.")
    shape = tuple(int(size) for size in item.get("Dimensions", "").split())
    form, text = item.get("Format", "XML").upper(), (item.text or "").strip()
    if form == "HDF":
        values = _stored(path, text)
    elif form == "XML":
        integer = item.get("NumberType", item.get("DataType", "Float")).lower() in ("int", "uint", "char", "uchar")
        values = np.array(text.split()).astype(np.int64 if integer else float)
    else:
        raise Refused(f"The numbers of this XDMF file are stored as {form}; save it with HDF or XML numbers.")
    if values.size != np.prod(shape, dtype=int):
        raise Refused(f"A part of this XDMF file ({parent.tag}) promises {shape} numbers and holds {values.size}.")
    return values.reshape(shape)


def _stored(path: Path, text: str) -> Array:
    found = re.fullmatch(r"(.+?):(/.*)", text, flags=re.DOTALL)
    if found is None:
        raise Refused("A part of this XDMF file does not say where its numbers are; copy it again.")
    beside = path.parent / found[1].strip()
    if not beside.is_file():
        raise Refused("The numbers of this XDMF file are in an .h5 file that is not beside it; copy both.")
    try:
        with h5py.File(beside, "r") as file:
            return np.asarray(file[found[2].strip()])
    except (OSError, KeyError):
        raise Refused("The .h5 file beside this XDMF file is cut short or of another mesh; copy both.") from None
