"""One mesh from several files: points, elements and fibres of openCARP, or surfaces that lie in files of their own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.exchange.carp import ENDINGS, read_carp
from geometry.exchange.raw_mesh import SURFACE, Array, RawMesh
from geometry.exchange.reading import check_file, in_sentences, read_raw
from geometry.exchange.surface_words import SURFACES, our_name
from geometry.heart_mesh import Floats

SAME = 1e-4  # of the size of the mesh, within which a corner of a surface is one of its nodes


def read_together(paths: Sequence[Path]) -> RawMesh:
    """What the files hold together; raises Refused where it cannot be told what each is, or they do not fit.

    One file stands for itself. A surface file is named by its file name (endo, epi, base ...). With a file of tetrahedra
    among them the surfaces name its boundary, without one they must close a wall together.
    """
    carp = [path for path in paths if path.suffix.lower() in ENDINGS]
    others = [path for path in paths if path not in carp]
    meshes = [_carp(carp)] if carp else []
    if len(paths) == 1 and others:
        return read_raw(others[0])
    names: list[str] = []
    surfaces: list[RawMesh] = []
    for number, path in enumerate(others, start=1):
        held = read_raw(path)
        if len(held.tets) or held.other:
            meshes.append(held)
            continue
        name = our_name(path.stem)
        if name is None:
            raise Refused(
                f"The name of surface file {number} does not tell which surface it is; give the files names such as "
                f"{', '.join(f'{known}{path.suffix}' for known in SURFACES)}."
            )
        names.append(name)
        surfaces.append(held)
    if len(meshes) > 1:
        raise Refused(
            f"{len(meshes)} of the files hold tetrahedra; one mesh is needed, and surfaces to name its boundary."
        )
    if not meshes:
        return _joined(surfaces, names)
    return _named(meshes[0], surfaces, names) if surfaces else meshes[0]


def _carp(paths: Sequence[Path]) -> RawMesh:
    endings = [path.suffix.lower() for path in paths]
    if len(set(endings)) < len(endings):
        raise Refused(
            "Two of the openCARP files have the same ending; give one .pts, one .elem and at most one .lon file."
        )
    for path in paths:
        check_file(path, path.suffix.lower())
    return in_sentences(lambda: read_carp(paths[0], paths if len(paths) > 1 else ()), "openCARP")


def _joined(surfaces: Sequence[RawMesh], names: Sequence[str]) -> RawMesh:
    """All triangles, numbered by name; corners that lie on each other become one later (``mend_surface``)."""
    triangles, tags, numbers = _stacked(surfaces, names)
    points = np.concatenate([surface.points for surface in surfaces])
    if len(set(names)) == 1:
        raise Refused(f"All surface files are called {names[0]}; the other surfaces of the wall are missing.")
    told = {number: name for name, number in numbers.items()}
    return RawMesh(points, triangles=triangles, triangle_data={SURFACE: tags}, surface_names=told)


def _named(mesh: RawMesh, surfaces: Sequence[RawMesh], names: Sequence[str]) -> RawMesh:
    """The mesh with the triangles of the surfaces, on its own nodes, instead of those it has."""
    triangles, tags, numbers = _stacked(surfaces, names)
    corners: Floats = np.concatenate([surface.points for surface in surfaces])
    away, nearest = cKDTree(mesh.points).query(corners)
    limit = SAME * float(np.ptp(mesh.points, axis=0).max())
    off = away[triangles] > limit
    if off.any():
        share = 100 * float(off.any(axis=1).mean())
        raise Refused(
            f"{share:.0f} % of the triangles in the surface files have corners that are no nodes of the mesh (farthest "
            f"{away.max():.3g} away): they belong to another mesh, or are in another unit."
        )
    told = {number: name for name, number in numbers.items()}
    return replace(mesh, triangles=nearest[triangles], triangle_data={SURFACE: tags}, surface_names=told)


def _stacked(surfaces: Sequence[RawMesh], names: Sequence[str]) -> tuple[Array, Array, dict[str, int]]:
    """Triangles with corners counted through all files, their tags, and name -> tag from 1."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
    starts = np.cumsum([0, *(len(surface.points) for surface in surfaces)])
    triangles = np.concatenate([one.triangles + start for one, start in zip(surfaces, starts, strict=False)])
    tags = np.concatenate([np.full(len(one.triangles), numbers[n]) for one, n in zip(surfaces, names, strict=True)])
    return triangles, tags, numbers
