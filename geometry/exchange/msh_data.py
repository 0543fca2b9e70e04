"""Data on elements in gmsh's files, which meshio 5.3 cannot read back, nor write as text with NumPy 2."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geometry.exchange.raw_mesh import Array

SECTION = re.compile(rb"\$ElementData\r?\n(.*?)\$EndElementData[^\n]*\n?", re.DOTALL)


def append_data(path: Path, data: Mapping[str, Array]) -> None:
    """Add values (e,) or (e, 3) of all elements, in their order, to a text file."""
    with path.open("a", encoding="utf-8") as stream:
        for name, values in data.items():
            rows = values.reshape(len(values), -1).astype(float)
            stream.write(f'$ElementData\n1\n"{name}"\n1\n0.0\n3\n0\n{rows.shape[1]}\n{len(rows)}\n')
            numbered = np.column_stack([np.arange(1, len(rows) + 1), rows])
            np.savetxt(stream, numbered, fmt=["%d"] + ["%.17g"] * rows.shape[1])
            stream.write("$EndElementData\n")


def without_data(content: bytes) -> bytes:
    """The file without the sections that are read here."""
    return SECTION.sub(b"", content)


def element_data(content: bytes, elements: int) -> dict[str, Array]:
    """name -> (elements,) or (elements, c) of the fields that have a value for every element, in their order."""
    binary = re.match(rb"\$MeshFormat\s+[\d.]+\s+1\b", content) is not None
    found = {}
    for section in SECTION.findall(content):
        name, components, body = _header(section)
        if binary:
            kind = np.dtype([("number", "<i4"), ("values", "<f8", (components,))])
            rows = np.frombuffer(body[: len(body) // kind.itemsize * kind.itemsize], kind)
            numbers, values = rows["number"], rows["values"]
        else:
            table = np.array(body.split(), dtype=float).reshape(-1, components + 1)
            numbers, values = table[:, 0], table[:, 1:]
        if np.array_equal(numbers, np.arange(1, elements + 1)):
            found[name] = values[:, 0] if components == 1 else np.array(values)
    return found


def _header(section: bytes) -> tuple[str, int, bytes]:
    """Name, number of components, and the rest: three lists of tags (words, real numbers, whole numbers) come first."""
    lists = []
    for _ in range(3):
        count, section = section.split(b"\n", 1)
        *tags, section = section.split(b"\n", int(count))
        lists.append([tag.decode("utf-8", "replace").strip() for tag in tags])
    return lists[0][0].strip('"'), int(lists[2][1]), section
