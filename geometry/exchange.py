"""HeartMesh to the files that other programs read: VTU (ParaView), MSH (gmsh), STL, openCARP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import meshio
import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh, Ints

Fields = Mapping[str, NDArray[Any]]


def write_mesh(mesh: HeartMesh, path: Path, fields: Fields | None = None) -> None:
    """Write in the format that the ending of ``path`` names: .vtu, .msh, .stl, or .pts (openCARP, with .elem and .lon)."""
    ending = path.suffix.lower()
    if ending == ".vtu":
        write_vtu(mesh, path, fields)
    elif ending == ".msh":
        write_msh(mesh, path)
    elif ending == ".stl":
        write_stl(mesh, path)
    elif ending == ".pts":
        write_carp(mesh, path)
    else:
        raise Refused(
            f"Meshes cannot be written as {ending or 'a file without ending'}; choose .vtu, .msh, .stl or .pts."
        )


def write_vtu(mesh: HeartMesh, path: Path, fields: Fields | None = None) -> None:
    """Tetrahedra in mm with region, fibres, point data and ``fields`` ((n,), (n, 3) at points or (m,), (m, 3) in tets)."""
    point_data: dict[str, NDArray[Any]] = dict(mesh.point_data)
    cell_data: dict[str, NDArray[Any]] = {"region": mesh.region}
    cell_data |= {name: values for name, values in (("fiber", mesh.fiber), ("sheet", mesh.sheet)) if values is not None}
    for name, values in (fields or {}).items():
        if len(values) == len(mesh.points):
            point_data[name] = values
        elif len(values) == len(mesh.tets):
            cell_data[name] = values
        else:
            raise Refused(
                f"The field {name} has {len(values)} values, which fits neither the nodes nor the tetrahedra."
            )
    _meshio(
        mesh.points, [("tetra", mesh.tets)], point_data=point_data, cell_data={k: [v] for k, v in cell_data.items()}
    ).write(path)


def write_msh(mesh: HeartMesh, path: Path) -> None:
    """Gmsh 2.2: tetrahedra with their regions and boundary triangles with their tags, both as named physical groups."""
    names = {name: np.array([tag, 2]) for tag, name in mesh.facet_names.items()}
    names |= {
        name if name not in names else f"{name}_volume": np.array([tag, 3]) for tag, name in mesh.region_names.items()
    }
    tags = [mesh.region.astype(np.int32), mesh.facet_tag.astype(np.int32)]
    _meshio(
        mesh.points,
        [("tetra", mesh.tets), ("triangle", mesh.facets)],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data=names,
    ).write(path, file_format="gmsh22", binary=False)


def write_stl(mesh: HeartMesh, path: Path, surface: str | None = None) -> None:
    """The boundary, or one named surface of it, as triangles in mm with normals outwards; raises Refused where empty."""
    triangles = mesh.facets if surface is None else mesh.tagged(surface)
    if len(triangles) == 0:
        known = ", ".join(sorted(mesh.facet_names.values()))
        raise Refused(f"The mesh has no surface {surface}; it has: {known}.")
    points, compact = _only_used(mesh.points, triangles)
    _meshio(points, [("triangle", compact)]).write(path, file_format="stl", binary=True)


def write_carp(mesh: HeartMesh, path: Path) -> tuple[Path, Path, Path]:
    """openCARP: .pts (in micrometres, as openCARP reads them), .elem with regions, .lon with fibres (and sheets).

    Raises Refused for a mesh without fibres: openCARP needs a direction in every element.
    """
    if mesh.fiber is None:
        raise Refused("The mesh has no fibres yet, and openCARP needs one in every element; make the fibres first.")
    stem = path.with_suffix("") if path.suffix in (".pts", ".elem", ".lon") else path
    files = tuple(stem.with_name(stem.name + ending) for ending in (".pts", ".elem", ".lon"))
    with files[0].open("w", encoding="ascii") as stream:
        stream.write(f"{len(mesh.points)}\n")
        np.savetxt(stream, mesh.points * 1000.0, fmt="%.4f")
    with files[1].open("w", encoding="ascii") as stream:
        stream.write(f"{len(mesh.tets)}\n")
        np.savetxt(stream, np.column_stack([mesh.tets, mesh.region]), fmt="Tt %d %d %d %d %d")
    directions = mesh.fiber if mesh.sheet is None else np.column_stack([mesh.fiber, mesh.sheet])
    with files[2].open("w", encoding="ascii") as stream:
        stream.write(f"{1 if mesh.sheet is None else 2}\n")
        np.savetxt(stream, directions, fmt="%.6f")
    return files[0], files[1], files[2]


def _meshio(points: NDArray[Any], cells: list[tuple[str, NDArray[Any]]], **data: Any) -> Any:
    return meshio.Mesh(np.asarray(points, dtype=float), cells, **data)


def _only_used(points: NDArray[np.float64], triangles: Ints) -> tuple[NDArray[np.float64], NDArray[Any]]:
    used, compact = np.unique(triangles, return_inverse=True)
    return points[used], compact.reshape(triangles.shape)
