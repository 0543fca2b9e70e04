"""Surfaces that others made, filled with tetrahedra: a ball, and real ones of the reference data when it is set."""

import os
from pathlib import Path

import numpy as np
import pyvista as pv

from geometry.meshing.pinches import touching
from geometry.meshing.volume_mesh import fill
from geometry.progress import Progress
from geometry.quality import min_dihedrals, radius_ratios
from geometry.surface import boundary_facets, enclosed_volume
from solvers.result import Check

NAME = "mesh-surfaces"
TITLE = "Closed surfaces filled with tetrahedra"
LONG = True
SOURCE = "volume inside the surface, issue 4"
REAL = {  # name -> file in the reference data
    "biventricle (cobiveco)": "cobiveco/examples/geo1/heart.vtp",
    "left ventricle (pyansys-heart)": "pyansys-heart/src/ansys/health/heart/data_examples/rodero_01_leftventricle_surface.vtp",
}
EDGES = (2.0, 1.0)  # mm


def verify(progress: Progress) -> list[Check]:
    """Fill each surface with edges of 2 and 1 mm."""
    surfaces = {"ball of 30 mm": pv.Icosphere(radius=30.0, nsub=5), **_real()}
    checks: list[Check] = []
    for number, (name, surface) in enumerate(surfaces.items()):
        for edge in EDGES:
            progress(number / len(surfaces), f"{name}, {edge:g} mm")
            checks += _filled(f"{name}, {edge:g} mm", surface, edge)
    return checks


def _filled(name: str, surface: pv.PolyData, edge: float) -> list[Check]:
    points, tets = fill(np.asarray(surface.points, dtype=float), surface.regular_faces, edge)
    facets, _ = boundary_facets(tets)
    off = 100 * (enclosed_volume(points, facets) / abs(float(surface.volume)) - 1)
    worst = float(np.percentile(radius_ratios(points, tets), 99))
    return [
        Check(f"{name}: volume", off, 0.0, 1.0, "%", SOURCE),
        Check(
            f"{name}: smallest dihedral angle (over 5)",
            float(min_dihedrals(points, tets).min()),
            92.5,
            87.5,
            "deg",
            SOURCE,
        ),
        Check(f"{name}: 99 % radius ratio (below 3)", worst, 2.0, 1.0, "1", SOURCE),
        Check(f"{name}: places where it touches itself", float(len(touching(points, facets))), 0.0, 0.0, "1", SOURCE),
    ]


def _real() -> dict[str, pv.PolyData]:
    folder = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not folder:
        return {}
    return {name: _turned(pv.read(Path(folder) / file)) for name, file in REAL.items()}


def _turned(surface: pv.PolyData) -> pv.PolyData:
    """All its triangles facing one way: without that its volume means nothing."""
    clean = surface.triangulate().clean()
    return clean.compute_normals(auto_orient_normals=True, consistent_normals=True, split_vertices=False)
