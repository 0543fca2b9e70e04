"""MSH of gmsh (read 2.2 and 4.1, written 2.2) with named physical groups; directions as element data."""

import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import meshio
import numpy as np

from geometry.errors import Refused
from geometry.exchange.msh_data import append_data, element_data, without_data
from geometry.exchange.raw_mesh import NO_TETS, NO_TRIANGLES, REGION, SURFACE, Array, RawMesh
from geometry.heart_mesh import HeartMesh

PHYSICAL = "gmsh:physical"
CELLS = {"tetra": 4, "tetra10": 4, "triangle": 3, "triangle6": 3}  # kind -> corners
SOLID = ("hexahedron", "wedge", "pyramid")


def write_msh(mesh: HeartMesh, path: Path, tet_data: Mapping[str, Array]) -> None:
    """Tetrahedra with their regions and boundary triangles with their tags, both as named physical groups."""
    names = {name: np.array([tag, 2]) for tag, name in mesh.facet_names.items()}
    names |= {
        name if name not in names else f"{name}_volume": np.array([tag, 3]) for tag, name in mesh.region_names.items()
    }
    tags = [mesh.region.astype(np.int32), mesh.facet_tag.astype(np.int32)]
    meshio.Mesh(
        np.asarray(mesh.points, dtype=float),
        [("tetra", mesh.tets), ("triangle", mesh.facets)],
        cell_data={PHYSICAL: tags, "gmsh:geometrical": tags},
        field_data=names,
    ).write(path, file_format="gmsh22", binary=False)
    beyond = len(mesh.facets)
    append_data(path, {n: np.concatenate([v, np.zeros((beyond, *v.shape[1:]))]) for n, v in tet_data.items()})


def read_msh(path: Path) -> RawMesh:
    """The tetrahedra and triangles of a file with their physical groups."""
    content = path.read_bytes()
    if b"$End" not in content[-200:]:
        raise Refused("This gmsh file is cut short (its last section does not end); copy it again.")
    found = _read(without_data(content))
    starts = np.cumsum([0, *(len(block.data) for block in found.cells)])
    for name, values in element_data(content, int(starts[-1])).items():
        found.cell_data[name] = [values[a:b] for a, b in pairwise(starts)]
    tets, on_tets = _cells(found, "tetra", NO_TETS)
    triangles, on_triangles = _cells(found, "triangle", NO_TRIANGLES)
    by_dimension = {
        size: {int(number): name for name, (number, dimension) in found.field_data.items() if dimension == size}
        for size in (2, 3)
    }
    curved = any(block.type in ("tetra10", "triangle6") for block in found.cells)
    return RawMesh(
        points=np.asarray(found.points, dtype=float),
        tets=tets,
        triangles=triangles,
        point_data={name: np.asarray(values) for name, values in found.point_data.items() if ":" not in name},
        tet_data=_renamed(on_tets, REGION),
        triangle_data=_renamed(on_triangles, SURFACE),
        region_names=by_dimension[3],
        surface_names=by_dimension[2],
        other={f"cells of kind {block.type}": len(block.data) for block in found.cells if block.type in SOLID},
        notes=("Curved cells of second order were taken with their corners only.",) if curved else (),
    )


def _read(content: bytes) -> meshio.Mesh:
    """What meshio finds, which reads from files only."""
    with tempfile.TemporaryDirectory(prefix="cardiotwin-") as folder:
        path = Path(folder, "mesh.msh")
        path.write_bytes(content)
        return meshio.gmsh.read(path)


def _cells(found: meshio.Mesh, kind: str, none: Array) -> tuple[Array, dict[str, Array]]:
    numbers = [i for i, block in enumerate(found.cells) if block.type in CELLS and block.type.startswith(kind)]
    cells = [found.cells[i].data[:, : none.shape[1]] for i in numbers]
    data = {
        name: np.concatenate([np.asarray(blocks[i]) for i in numbers]) if numbers else np.zeros(0)
        for name, blocks in found.cell_data.items()
    }
    return np.concatenate([none, *cells]).astype(np.int64), data


def _renamed(data: dict[str, Array], name: str) -> dict[str, Array]:
    kept = {key: values for key, values in data.items() if ":" not in key}
    return kept | ({name: data[PHYSICAL]} if PHYSICAL in data else {})
