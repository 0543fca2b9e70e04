"""Shorter edges at scar, on an ellipsoid with a known infarct: where they are short, where not, and what must not change."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometry.heart_mesh import HeartMesh
from geometry.mesh_measures.cavity import cavity_volume
from geometry.meshing.scar_edges import GROWTH, refined_at_scar
from geometry.progress import Progress, part
from geometry.quality import mesh_quality
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE, ScarOnMesh, scar_on_mesh
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Check
from solvers.verification.scar_phantom import Ellipsoids, scar_phantom

NAME = "mesh-refinement"
TITLE = "Shorter edges at scar, on an ellipsoid with a known infarct"
NOMINAL = 0.83  # of the mean edge: those across its prisms are longer than the ellipsoid is asked for
SIZES = ((3.0, 1.5), (2.0, 1.0))  # mm, edges elsewhere and at scar
BEYOND = 2.0  # edges more than it takes to grow to full length: there nothing may have changed
SOURCE, ASKED, KEPT = "issue 4", "what was asked for", "before it was refined"


def verify(progress: Progress) -> list[Check]:
    """Refine to half the edges, twice."""
    checks: list[Check] = []
    for number, (edge, fine) in enumerate(SIZES):
        doing = part(progress, number / len(SIZES), (number + 1) / len(SIZES))
        before = scar_on_mesh(half_ellipsoid_ventricle(NOMINAL * edge), *scar_phantom(Ellipsoids()))
        refined = refined_at_scar(before.mesh, edge, fine, doing)
        checks += refinement_checks(before, scar_on_mesh(refined, *scar_phantom(Ellipsoids())), edge, fine)
    return checks


def refinement_checks(before: ScarOnMesh, after: ScarOnMesh, edge: float, fine: float) -> list[Check]:
    """Sizes near the scar and far from it, volumes, surfaces and quality of one refined mesh."""
    old, new, name = before.mesh, after.mesh, f"{edge:g} to {fine:g} mm"
    scar = _middles(old)[_scarred(old)]
    far = (edge - fine) / GROWTH + BEYOND * edge
    quality = mesh_quality(new)
    elsewhere = [_edges(each, cKDTree(scar).query(_middles(each))[0] > far) for each in (old, new)]
    wall = [float(each.tet_volumes().sum()) / 1000 for each in (old, new)]
    cavity = [cavity_volume(each, "endo_lv") for each in (old, new)]
    infarct = [float(sum(each.meshed)) for each in (before, after)]
    return [
        Check(f"{name}: edges in scar", _edges(new, _scarred(new)), fine, 0.15 * fine, "mm", ASKED),
        Check(f"{name}: edges {far:.0f} mm from it", elsewhere[1], elsewhere[0], 0.15 * elsewhere[0], "mm", KEPT),
        Check(f"{name}: volume of the wall", wall[1], wall[0], 0.005 * wall[0], "ml", KEPT),
        Check(f"{name}: volume of the cavity", cavity[1], cavity[0], 0.005 * cavity[0], "ml", KEPT),
        Check(f"{name}: volume of the scar", infarct[1], infarct[0], 0.01 * infarct[0], "ml", KEPT),
        Check(f"{name}: base off its plane", _off_base(old, new), 0.0, 1e-6, "mm", KEPT),
        Check(f"{name}: inverted", float(quality.inverted), 0.0, 0.0, "1", SOURCE),
        Check(f"{name}: smallest dihedral angle (over 5)", quality.min_dihedral, 92.5, 87.5, "deg", SOURCE),
        Check(f"{name}: 99 % radius ratio (below 3)", quality.radius_ratio_p99, 2.0, 1.0, "1", SOURCE),
    ]


def _scarred(mesh: HeartMesh) -> NDArray[np.bool_]:
    named = [number for number, name in mesh.region_names.items() if name in (SCAR_CORE, BORDER_ZONE)]
    return np.isin(mesh.region, named)


def _middles(mesh: HeartMesh) -> NDArray[np.float64]:
    return np.asarray(mesh.points[mesh.tets].mean(axis=1))


def _edges(mesh: HeartMesh, some: NDArray[np.bool_]) -> float:
    return replace(mesh, tets=mesh.tets[some]).edge_length()


def _off_base(old: HeartMesh, new: HeartMesh) -> float:
    height = old.points[np.unique(old.tagged("base"))][:, 2].max()
    return float(np.abs(new.points[np.unique(new.tagged("base"))][:, 2] - height).max())
