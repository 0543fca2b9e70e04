"""Tetgen's and Chaste's text files: .node, .ele, .face, and Chaste's fibres (.ortho, .axi) beside them. Read only."""

from pathlib import Path

import numpy as np

from geometry.errors import Refused
from geometry.exchange.raw_mesh import NO_TRIANGLES, REGION, SURFACE, Array, RawMesh


def read_tetgen(path: Path) -> RawMesh:
    """What lies beside ``path`` under the same name."""
    for ending in (".node", ".ele"):
        if not path.with_suffix(ending).is_file():
            raise Refused(f"A Tetgen mesh is made of .node and .ele, and there is no {ending} file beside this one.")
    nodes = _table(path.with_suffix(".node"), 4)
    first = int(nodes[0, 0]) if len(nodes) else 0
    elements = _table(path.with_suffix(".ele"), 5)
    faces = _table(path.with_suffix(".face"), 4) if path.with_suffix(".face").is_file() else None
    data = {REGION: elements[:, 5].astype(int)} if elements.shape[1] > 5 else {}
    tags = {SURFACE: faces[:, 4].astype(int)} if faces is not None and faces.shape[1] > 4 else {}
    triangles = NO_TRIANGLES if faces is None else faces[:, 1:4].astype(np.int64) - first
    return RawMesh(
        nodes[:, 1:4],
        elements[:, 1:5].astype(np.int64) - first,
        triangles,
        tet_data=data | _fibers(path, len(elements)),
        triangle_data=tags,
    )


def _table(path: Path, columns: int) -> Array:
    """The rows after the first line, which says how many there are."""
    lines = [line.split("#")[0].split() for line in path.read_text(encoding="ascii", errors="replace").splitlines()]
    rows = [line for line in lines if line]
    if not rows or not rows[0][0].isdigit():
        raise Refused(f"The {path.suffix} file does not begin with a count; it is damaged.")
    wanted, rows = int(rows[0][0]), rows[1:]
    if len(rows) != wanted:
        raise Refused(f"The {path.suffix} file promises {wanted} lines and holds {len(rows)}; copy it again.")
    if len({len(row) for row in rows}) > 1 or (rows and len(rows[0]) < columns):
        raise Refused(f"The lines of the {path.suffix} file are not equally long; it is cut short or damaged.")
    return np.array(rows, dtype=float)


def _fibers(path: Path, elements: int) -> dict[str, Array]:
    """Fibres, with sheets from .ortho, whose columns are fibre, sheet and normal."""
    for ending, columns in ((".ortho", 9), (".axi", 3)):
        beside = path.with_suffix(ending)
        if beside.is_file():
            values = _table(beside, columns)
            if len(values) != elements:
                raise Refused(
                    f"The {ending} file has directions for {len(values)} elements, and there are {elements}; copy it again."
                )
            return {"fiber": values[:, :3]} | ({"sheet": values[:, 3:6]} if columns == 9 else {})
    return {}
