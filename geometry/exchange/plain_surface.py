"""STL and PLY: triangles and nothing else (PLY in double precision)."""

from pathlib import Path

import meshio
import numpy as np

from geometry.errors import Refused
from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.exchange.vtk_files import read_vtk
from geometry.heart_mesh import HeartMesh
from geometry.surface import used_points


def write_plain(mesh: HeartMesh, triangles: Array, path: Path) -> None:
    """Triangles in mm with normals outwards, and only the points that they use."""
    points, (compact,) = used_points(mesh.points, triangles)
    form = path.suffix.lower().removeprefix(".")
    meshio.Mesh(points, [("triangle", compact)]).write(path, file_format=form, binary=True)


def read_stl(path: Path) -> RawMesh:
    """Text or binary; equal corners become one node."""
    content = path.read_bytes()
    if content.lstrip()[:5].lower() != b"solid" or b"facet" not in content[:1000].lower():
        promised = int(np.frombuffer(content[80:84], "<u4")[0]) if len(content) >= 84 else 0
        if not promised or len(content) < 84 + 50 * promised:
            raise Refused("This STL file is cut short: it holds fewer triangles than it promises; copy it again.")
    elif b"endsolid" not in content[-400:].lower():
        raise Refused("This STL file is cut short: its last solid does not end; copy it again.")
    return read_vtk(path)


def read_ply(path: Path) -> RawMesh:
    """Text or binary, with the tags of its faces where there are any."""
    found = meshio.ply.read(path)
    rows = [(i, np.asarray(block.data)) for i, block in enumerate(found.cells) if block.type == "triangle"]
    if not rows:
        raise Refused("This PLY file has no triangles; save the surface with triangles.")
    data = {name: np.concatenate([np.asarray(blocks[i]) for i, _ in rows]) for name, blocks in found.cell_data.items()}
    triangles = np.concatenate([cells for _, cells in rows]).astype(np.int64)
    return RawMesh(np.asarray(found.points, float), triangles=triangles, triangle_data=data)
