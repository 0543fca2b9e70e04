"""openCARP and CARP: .pts (micrometres by custom), .elem, .lon, and .surf for named surfaces.

The format has no names; our own are in STEM.names.json beside it, and a file STEM.NAME.surf names its triangles.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geometry.errors import Refused
from geometry.exchange.facts import facts_of, names_in, read_facts
from geometry.exchange.raw_mesh import NO_TETS, NO_TRIANGLES, REGION, SURFACE, Array, RawMesh
from geometry.heart_mesh import HeartMesh

MICROMETRES = 1000.0  # in a mm
SOLID = {"Hx": "hexahedra", "Pr": "wedges", "Py": "pyramids", "Oc": "octahedra"}
ENDINGS = (".pts", ".elem", ".lon")


def write_carp(mesh: HeartMesh, path: Path) -> tuple[Path, Path, Path]:
    """Points in micrometres, as openCARP reads them, elements with regions, fibres (and sheets), surfaces.

    Raises Refused for a mesh without fibres: openCARP needs a direction in every element.
    """
    if mesh.fiber is None:
        raise Refused("The mesh has no fibres yet, and openCARP needs one in every element; make the fibres first.")
    stem = _stem(path)
    points, elements, directions = (_beside(stem, ending) for ending in ENDINGS)
    _write(points, str(len(mesh.points)), mesh.points * MICROMETRES, "%.13g")
    _write(elements, str(len(mesh.tets)), np.column_stack([mesh.tets, mesh.region]), "Tt %d %d %d %d %d")
    columns = mesh.fiber if mesh.sheet is None else np.column_stack([mesh.fiber, mesh.sheet])
    _write(directions, "1" if mesh.sheet is None else "2", columns, "%.12g")
    for name in mesh.facet_names.values():
        triangles = mesh.tagged(name)
        _write(_beside(stem, f".{name.replace(' ', '_')}.surf"), str(len(triangles)), triangles, "Tr %d %d %d")
    facts = facts_of(mesh) | {"unit": "um"}
    _beside(stem, ".names.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return points, elements, directions


def read_carp(path: Path, given: Sequence[Path] = ()) -> RawMesh:
    """What lies beside ``path`` under the same name; .lon with or without its first line, with one or two directions.

    given  files of other names, or elsewhere, that are taken instead, each by its ending
    """
    stem = _stem(path)
    files = {ending: _beside(stem, ending) for ending in ENDINGS} | {file.suffix: file for file in given}
    for ending in ENDINGS[:2]:
        if not files[ending].is_file():
            raise Refused(f"An openCARP mesh is made of .pts and .elem, and there is no {ending} file beside this one.")
    points = _numbers(_counted(files[".pts"]), 3, ".pts")
    tets, region, other, surfaces = _elements(files[".elem"])
    data = {REGION: region} | _directions(files[".lon"], len(tets) + sum(other.values()), len(tets))
    facts_path = _beside(stem, ".names.json")
    facts = read_facts(facts_path.read_text(encoding="utf-8")) if facts_path.is_file() else {}
    triangles, tags, names = _surfaces(stem, names_in(facts, "surface_names"))
    if not len(triangles):
        triangles, tags = surfaces
    return RawMesh(
        points,
        tets,
        triangles,
        tet_data=data,
        triangle_data={SURFACE: tags},
        region_names=names_in(facts, "region_names"),
        surface_names=names,
        facts=facts,
        other=other,
    )


def _stem(path: Path) -> Path:
    return path.with_suffix("") if path.suffix in ENDINGS else path


def _beside(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _write(path: Path, header: str, rows: Array, form: str) -> None:
    with path.open("w", encoding="ascii") as stream:
        stream.write(f"{header}\n")
        np.savetxt(stream, rows, fmt=form)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise Refused(f"The {path.suffix} file is binary or no openCARP file; write it as text.") from None
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _counted(path: Path) -> list[str]:
    """The lines after the first one, which says how many there are."""
    lines = _lines(path)
    if not lines or not lines[0].split()[0].isdigit():
        raise Refused(f"The {path.suffix} file does not begin with a count; it is no openCARP file or is cut short.")
    wanted, there = int(lines[0].split()[0]), len(lines) - 1
    if wanted != there:
        raise Refused(f"The {path.suffix} file promises {wanted} lines and holds {there}; copy it again.")
    return lines[1:]


def _numbers(lines: list[str], columns: int, ending: str) -> Array:
    values = np.array([line.split()[:columns] for line in lines]) if lines else np.zeros((0, columns))
    if values.shape != (len(lines), columns):
        raise Refused(f"A line of the {ending} file does not hold {columns} numbers; it is damaged.")
    return values.astype(float)


def _elements(path: Path) -> tuple[Array, Array, dict[str, int], tuple[Array, Array]]:
    """Tetrahedra, their regions, how many other solids there are, and triangles with their tags."""
    rows: dict[str, list[list[str]]] = {}
    for line in _counted(path):
        kind, *numbers = line.split()
        rows.setdefault(kind, []).append(numbers)
    if rows.get("Tr") and rows.get("Tt"):
        rows.pop("Tr")  # their regions say nothing about the boundary, and they have rows of their own in the .lon
    tets, region = _tagged(rows.get("Tt", []), NO_TETS)
    triangles, tags = _tagged(rows.get("Tr", []), NO_TRIANGLES)
    other = {SOLID[kind]: len(cells) for kind, cells in rows.items() if kind in SOLID}
    return tets, region, other, (triangles, tags)


def _tagged(rows: list[list[str]], none: Array) -> tuple[Array, Array]:
    corners = none.shape[1]
    if not rows:
        return none, np.zeros(0, np.int64)
    if min(map(len, rows)) < corners:
        raise Refused("A line of the .elem file has too few numbers; it is cut short or damaged.")
    cells = np.array([row[:corners] for row in rows]).astype(np.int64)
    return cells, np.array([int(row[corners]) if len(row) > corners else 0 for row in rows])


def _directions(path: Path, elements: int, tets: int) -> dict[str, Array]:
    """Fibres, and sheets where there are two directions; none without a file or where other solids are there too."""
    if not path.is_file() or elements != tets:
        return {}
    lines = _lines(path)
    if lines and len(lines[0].split()) == 1:
        lines = lines[1:]  # the number of directions, which older files lack
    if len(lines) != tets:
        raise Refused(f"The .lon file has directions for {len(lines)} elements, and there are {tets}; copy it again.")
    columns = len(lines[0].split()) if lines else 3
    if columns not in (3, 6):
        raise Refused(f"The .lon file has {columns} numbers in a line; 3 (fibre) or 6 (fibre and sheet) are needed.")
    values = _numbers(lines, columns, ".lon")
    return {"fiber": values[:, :3]} | ({"sheet": values[:, 3:]} if columns == 6 else {})


def _surfaces(stem: Path, known: dict[int, str]) -> tuple[Array, Array, dict[int, str]]:
    """Triangles, tags and names of all STEM.NAME.surf, numbered as in ``known``."""
    numbers = {name.replace(" ", "_"): (number, name) for number, name in known.items()}
    triangles, tags = [NO_TRIANGLES], [np.zeros(0, np.int64)]
    names: dict[int, str] = {}
    for path in sorted(stem.parent.glob(f"{stem.name}.*.surf")):
        short = path.name.removeprefix(f"{stem.name}.").removesuffix(".surf")
        number, name = numbers.get(short, (max([0, *known, *names]) + 1, short))
        rows = [line.split() for line in _counted(path)]
        cells = np.array([row[1:4] for row in rows if row[0] == "Tr"]).reshape(-1, 3).astype(np.int64)
        triangles.append(cells)
        tags.append(np.full(len(cells), number))
        names[number] = name
    return np.concatenate(triangles), np.concatenate(tags), names
