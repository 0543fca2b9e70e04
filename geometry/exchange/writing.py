"""The heart of a case in the formats of other programs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from geometry.errors import Refused
from geometry.exchange.carp import write_carp
from geometry.exchange.msh import write_msh
from geometry.exchange.plain_surface import write_plain
from geometry.exchange.raw_mesh import Array, Arrays
from geometry.exchange.vtk_files import write_grid, write_surface
from geometry.exchange.xdmf import write_xdmf
from geometry.heart_mesh import HeartMesh

GRIDS: Mapping[str, Callable[[HeartMesh, Path, Arrays, Arrays], None]] = {
    ".vtu": write_grid,
    ".vtkhdf": write_grid,
    ".vtk": write_grid,
    ".xdmf": write_xdmf,
}
SURFACES: Mapping[str, Callable[[HeartMesh, Array, Array, Path], None]] = {
    ".vtp": write_surface,
    ".stl": lambda mesh, triangles, tags, path: write_plain(mesh, triangles, path),
    ".ply": lambda mesh, triangles, tags, path: write_plain(mesh, triangles, path),
}
FORMATS = (*GRIDS, ".msh", ".pts", *SURFACES)


def write_mesh(mesh: HeartMesh, path: Path, fields: Arrays | None = None, surface: str | None = None) -> None:
    """Write in the format that the ending of ``path`` names, in mm (openCARP in micrometres).

    fields   name -> (n,), (n, 3) at nodes or (m,), (m, 3) in tetrahedra, beside those of the mesh
    surface  the only surface to write, for .vtp, .stl, .ply
    """
    ending = path.suffix.lower()
    point_data, tet_data = _sorted(mesh, fields or {})
    if ending in SURFACES:
        triangles, tags = _triangles(mesh, surface)
        SURFACES[ending](mesh, triangles, tags, path)
        return
    if surface is not None:
        raise Refused(f"A single surface is written as {', '.join(SURFACES)}; choose a name with one of these endings.")
    if ending in GRIDS:
        GRIDS[ending](mesh, path, point_data, tet_data)
    elif ending == ".msh":
        write_msh(mesh, path, tet_data)
    elif ending == ".pts":
        write_carp(mesh, path)
    else:
        raise Refused(
            f"Meshes cannot be written as {ending or 'a file without ending'}; choose one of {', '.join(FORMATS)}."
        )


def _sorted(mesh: HeartMesh, fields: Arrays) -> tuple[dict[str, Array], dict[str, Array]]:
    """Everything at nodes, and everything in tetrahedra."""
    point_data: dict[str, Array] = dict(mesh.point_data)
    tet_data: dict[str, Array] = dict(mesh.cell_data)
    tet_data |= {name: values for name, values in (("fiber", mesh.fiber), ("sheet", mesh.sheet)) if values is not None}
    for name, values in fields.items():
        if len(values) == len(mesh.points):
            point_data[name] = values
        elif len(values) == len(mesh.tets):
            tet_data[name] = values
        else:
            raise Refused(
                f"The field {name} has {len(values)} values, which fits neither the nodes nor the tetrahedra."
            )
    return point_data, tet_data


def _triangles(mesh: HeartMesh, surface: str | None) -> tuple[Array, Array]:
    if surface is None:
        return mesh.facets, mesh.facet_tag
    chosen = [tag for tag, name in mesh.facet_names.items() if name == surface]
    rows = (mesh.facet_tag[:, None] == chosen).any(axis=1) if chosen else mesh.facet_tag != mesh.facet_tag
    if not rows.any():
        raise Refused(f"The mesh has no surface {surface}; it has: {', '.join(sorted(mesh.facet_names.values()))}.")
    return mesh.facets[rows], mesh.facet_tag[rows]
