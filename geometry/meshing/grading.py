"""Tetrahedra of different sizes: a uniform mesh is given to mmg with the size wanted at each point."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import geometry
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.unflattened import unflattened
from geometry.progress import Progress, silent
from geometry.quality import mesh_quality
from geometry.surface import boundary_facets, oriented

PATIENCE, PER_MILLION = 120, 240  # s, and more for each million of tetrahedra given or wanted
LEAST_DIHEDRAL, WORST_RATIO = 5.0, 3.0
OPENED = 10.0  # degrees, below which nodes are moved to open tetrahedra up


class GradingError(Exception):
    """mmg did not give a usable mesh; the message says why, as half a sentence."""


def graded(mesh: HeartMesh, size: Floats, near: float, progress: Progress = silent) -> HeartMesh:
    """The same shape, tags and ends with edges of about ``size`` (n,) mm; one region and no data on the points.

    near  mm that the new surface may lie off the old one
    Raises GradingError where mmg crashes, hangs, or gives tetrahedra that are unfit for a solver.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, got = Path(folder) / "given.npz", Path(folder) / "got.npz"
        arrays = {"points": mesh.points, "tets": mesh.tets, "facets": mesh.facets, "facet_tag": mesh.facet_tag}
        patience = _patience(mesh, size)
        np.savez(given, size=size, near=near, patience=patience, **arrays)  # type: ignore[arg-type]
        _run([sys.executable, "-m", "geometry.meshing.mmg_child", str(given), str(got)], patience, progress)
        if not got.exists():
            raise GradingError("mmg wrote no mesh")
        with np.load(got) as made:
            points, tets = np.asarray(made["points"], dtype=float), made["tets"]
            made_facets, made_tag = made["facets"], made["facet_tag"]
    found = with_cells(mesh, points, oriented(points, tets), made_facets, made_tag)
    found = found.with_points(unflattened(found.points, found.tets, np.unique(found.facets), OPENED))
    _check(found, mesh)
    return found


def with_cells(
    mesh: HeartMesh,
    points: Floats,
    tets: Ints,
    known: Ints,
    tag: Ints,
    cell_data: Mapping[str, NDArray[np.generic]] | None = None,
) -> HeartMesh:
    """The same heart of other tetrahedra, in one region and without data on its points.

    points (n, 3) mm; tets (m, 4) positively oriented; known (f, 3) the triangles of its surface in any order, tag (f,) their tags
    Raises GradingError where the surface has others.
    """
    facets, _ = boundary_facets(tets)
    return replace(
        mesh,
        points=points,
        tets=tets,
        region=np.full(len(tets), mesh.region[0], dtype=np.int32),
        facets=facets,
        facet_tag=tags_of(facets, known, tag),
        point_data={},
        cell_data=cell_data or {},
    )


def _patience(mesh: HeartMesh, size: Floats) -> int:
    """s that mmg may take: a regular tetrahedron fills sqrt(2)/12 of the cube of its edge."""
    wanted = (mesh.tet_volumes() / size[mesh.tets].mean(axis=1) ** 3).sum() * 12 / 2**0.5
    return PATIENCE + round(PER_MILLION * max(float(np.nan_to_num(wanted)), len(mesh.tets)) / 1e6)


def _run(command: list[str], patience: int, progress: Progress) -> None:
    """Wait for the child; end it when the user cancels."""
    started = time.monotonic()
    child = subprocess.Popen(
        command,
        cwd=Path(geometry.__file__).parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            waited = time.monotonic() - started
            if waited > patience:
                raise GradingError(f"mmg took longer than {patience} s")
            progress(1 - float(np.exp(-8.0 * waited / patience)), "grading the mesh")
            try:
                _, words = child.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                continue
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode:
        last = (words or "").strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
        raise GradingError(f"mmg failed ({last[0]})")


def tags_of(facets: Ints, known: Ints, tag: Ints) -> Ints:
    """(k,) the tag of each of ``facets`` among the known ones, whatever the order of their corners."""

    def key(triangles: Ints) -> NDArray[np.int64]:
        a, b, c = np.sort(triangles.astype(np.int64), axis=1).T
        return np.asarray((a * size + b) * size + c)

    size = int(max(facets.max(), known.max())) + 1
    order = np.argsort(key(known))
    there = key(known)[order]
    at = np.minimum(np.searchsorted(there, key(facets)), len(there) - 1)
    if (there[at] != key(facets)).any():
        raise GradingError("mmg did not keep the named surfaces")
    return np.asarray(tag[order][at], dtype=np.int32)


def _check(found: HeartMesh, old: HeartMesh) -> None:
    quality = mesh_quality(found)
    if quality.inverted or quality.min_dihedral < LEAST_DIHEDRAL or quality.radius_ratio_p99 > WORST_RATIO:
        raise GradingError("mmg made tetrahedra that are too flat")
    if set(found.facet_tag) != set(old.facet_tag):
        raise GradingError("mmg did not keep the named surfaces")
