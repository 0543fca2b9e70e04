"""A mesh, or a closed surface, that somebody already has becomes the heart of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from geometry.errors import Refused
from geometry.exchange.directions import directions_of
from geometry.exchange.filling import filled
from geometry.exchange.landmarks import landmarks_of
from geometry.exchange.length_unit import length_unit
from geometry.exchange.mend_tets import check_numbers, mended
from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.exchange.reading import read_raw
from geometry.exchange.regions import regions_of
from geometry.exchange.several_files import read_together
from geometry.exchange.surface_names import named_boundary
from geometry.exchange.surface_words import FIELD_PRESETS, PRESETS
from geometry.exchange.tags import REGIONS, SURFACES, tags_of_facets, triangle_tags, without_doubles
from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress, part, silent
from geometry.surface import boundary_facets

POOL = {"inlet", "outlet", "wall"}
KINDS = ("ventricles", "blood_pool")
HOUSEKEEPING = ("id", "ids", "normals", "gmsh", "tag", "class")  # data that other programs keep books with


@dataclass(frozen=True)
class Wishes:
    """What the user knows better than the file.

    unit      um, mm, cm or m; None: as the file tells, else a guess
    surfaces  number in the file -> name, e.g. {3: "endo_lv"}
    edge      mm, of the tetrahedra where the file is a closed surface
    """

    unit: str | None = None
    surfaces: Mapping[int, str] = field(default_factory=dict)
    edge: float | None = None


def import_mesh(path: Path | Sequence[Path], wishes: Wishes | None = None, progress: Progress = silent) -> HeartMesh:
    """The mesh at ``path``, or in several files that make one (``several_files``), in mm, mended and named as far as it goes.

    The notes say what was guessed, mended or is missing.
    Raises Refused with how many faults there are and where, when no heart can be made of it.
    """
    asked = wishes or Wishes()
    progress(0.0, "Reading the mesh")
    raw = read_raw(path) if isinstance(path, Path) else read_together(path)
    check_numbers(raw)
    if not len(raw.tets) and not len(raw.triangles):
        raise Refused("The file holds neither tetrahedra nor a surface of triangles; choose the file with the mesh.")
    unit = length_unit(raw.points[np.unique(np.concatenate([raw.tets.ravel(), raw.triangles.ravel()]))],
                       raw.facts.get("unit"), asked.unit)  # fmt: skip
    if unit.mm != 1.0:
        raw = replace(raw, points=raw.points * unit.mm)
    if asked.unit is not None:  # the file's landmarks are in the unit that it tells
        raw = replace(raw, facts={name: fact for name, fact in raw.facts.items() if name != "landmarks"})
    if asked.edge and len(raw.tets):
        raw = replace(
            raw, notes=(*raw.notes, "The file holds tetrahedra already: the edge length asked for was not used.")
        )
    whole = raw if len(raw.tets) or raw.other else filled(raw, asked.edge, part(progress, 0.1, 0.8))
    progress(0.8, "Mending the mesh")
    return _heart(mended(without_doubles(whole)), asked.surfaces, unit.note, progress)


def _heart(raw: RawMesh, given: Mapping[int, str], note: str, progress: Progress) -> HeartMesh:
    facets, _ = boundary_facets(raw.tets)
    told: Mapping[int, str] = raw.surface_names
    tags, notes = np.zeros(len(facets), np.int64), [*([note] if note else []), *raw.notes]
    found = triangle_tags(raw)
    if found is not None:
        tags, inner = tags_of_facets(facets, raw, found[1])
        notes += [f"The surface {told.get(int(tag), int(tag))!r} is no part of the boundary of its own and was left out."
                  for tag in inner if tag != 0]  # fmt: skip
        if not told and not given and found[0].lower() in FIELD_PRESETS:
            preset = FIELD_PRESETS[found[0].lower()]
            told = PRESETS[preset]
            notes.append(f"The surfaces are named as {preset} numbers them.")
    progress(0.85, "Naming the surfaces")
    named = named_boundary(raw.points, facets, tags, told, given)
    fiber, sheet, about_directions = directions_of(raw)
    region, region_names, about_regions = regions_of(raw, facets, named)
    mesh = HeartMesh(
        points=raw.points,
        tets=raw.tets.astype(np.int32),
        region=region.astype(np.int32),
        region_names=region_names,
        facets=facets,
        facet_tag=named.tags.astype(np.int32),
        facet_names=named.names,
        kind=_kind(raw, named.names),
        fiber=fiber,
        sheet=sheet,
        point_data=_at_nodes(raw),
        cell_data=_in_tets(raw),
        notes=(*notes, *named.notes, *about_regions, *about_directions),
    )
    progress(1.0, "Done")
    return replace(mesh, landmarks=_landmarks(raw, mesh))


def _kind(raw: RawMesh, names: Mapping[int, str]) -> str:
    told = raw.facts.get("kind")
    return told if told in KINDS else KINDS[set(names.values()) >= POOL]


def _landmarks(raw: RawMesh, mesh: HeartMesh) -> dict[str, tuple[float, float, float]]:
    """Those of our own file, which is in mm but for openCARP's, else found."""
    told = raw.facts.get("landmarks", {})
    return {name: (float(x), float(y), float(z)) for name, (x, y, z) in told.items()} or landmarks_of(mesh)


def _at_nodes(raw: RawMesh) -> dict[str, Floats]:
    """Numbers at the nodes worth keeping, and no numberings."""
    return {
        name: values.astype(float)
        for name, values in raw.point_data.items()
        if values.dtype.kind == "f" and (values.ndim == 1 or values.shape[1:] == (3,)) and _is_measure(name, values)
    }


def _in_tets(raw: RawMesh) -> dict[str, Array]:
    """Numbers in the tetrahedra worth keeping, which are not their regions."""
    return {
        name: values
        for name, values in raw.tet_data.items()
        if values.ndim == 1 and name.lower() not in (*REGIONS, *SURFACES) and _is_measure(name, values)
    }


def _is_measure(name: str, values: Array) -> bool:
    words = name.lower().replace("-", " ").replace("_", " ").replace(":", " ").split()
    return (
        values.dtype.kind in "fiu"
        and not any(word in HOUSEKEEPING or word.startswith("vtk") for word in words)
        and bool(np.isfinite(values).all())
    )
