"""What a mesh says of the heart, in numbers with units: volumes, wall, valve rings, curvature, narrowing."""

from dataclasses import replace

import numpy as np

from geometry.centerline import Centerline
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_measures.annulus import Annulus, annulus, section
from geometry.mesh_measures.cavity import cavity_volume
from geometry.mesh_measures.curvature import curvature
from geometry.mesh_measures.rims import rims
from geometry.mesh_measures.thickness import right_nodes, ventricle_lengths
from geometry.metric import Metric

THICKNESS, DEPTH = "wall_thickness", "wall_depth"
METHOD = "Length of the field lines of Laplace's equation, in 3D."
SIDES = {"lv": "LV", "rv": "RV"}


def measured_wall(mesh: HeartMesh) -> tuple[HeartMesh, tuple[Metric, ...]]:
    """The mesh of ventricles with wall_thickness (mm) and wall_depth (0 inside to 1 outside) at its nodes, and its numbers."""
    lengths = ventricle_lengths(mesh)
    kept = {THICKNESS: lengths.thickness, DEPTH: lengths.depth}
    found = [*_volumes(mesh), *_thickness(mesh, lengths.thickness), *_bulge(mesh)]
    for side, name in SIDES.items():
        if len(mesh.tagged(f"endo_{side}")):
            ring = annulus(mesh.points[rims(mesh, f"endo_{side}")[0]])
            found += ring_metrics(ring, f"mesh_{side}_base", f"{name} opening at the base", "Where the mesh is cut.")
    return replace(mesh, point_data={**mesh.point_data, **kept}), tuple(found)


def measured_narrowing(mesh: HeartMesh, line: Centerline) -> tuple[Metric, ...]:
    """The narrowest cross-section and, where there is one, the annulus of a blood pool, and how much narrower the one is."""
    throat = section(mesh, line.points[line.throat], line.tangent[line.throat])
    found = ring_metrics(throat, "throat", "Narrowest cross-section", "Flat, across the centreline.")[1:]
    if "annulus" in mesh.landmarks:
        at = int(np.linalg.norm(line.points - np.array(mesh.landmarks["annulus"]), axis=1).argmin())
        ring = section(mesh, line.points[at], line.tangent[at])
        found += ring_metrics(ring, "annulus", "Annulus", "Flat cross-section at the landmark, across the centreline.")
        narrower = 100.0 * (1.0 - throat.area / ring.area)
        note = "1 - smallest area / area of the annulus."
        found.append(Metric("throat_area_reduction", "Area reduction at the narrowest place", narrower, "%", note=note))
    return tuple(found)


def ring_metrics(ring: Annulus, name: str, label: str, note: str) -> list[Metric]:
    """Area, perimeter, smallest and largest diameter of a ring."""
    rows = (
        ("area", "area", ring.area, "mm2"),
        ("perimeter", "perimeter", ring.perimeter, "mm"),
        ("min_diameter", "smallest diameter", ring.least, "mm"),
        ("max_diameter", "largest diameter", ring.most, "mm"),
    )
    return [Metric(f"{name}_{key}", f"{label}, {words}", value, unit, note=note) for key, words, value, unit in rows]


def _volumes(mesh: HeartMesh) -> list[Metric]:
    note = "Of the mesh at end-diastole, up to the plane where its base is cut."
    return [
        Metric(
            f"mesh_{side}_volume", f"{name} cavity of the mesh", cavity_volume(mesh, f"endo_{side}"), "ml", note=note
        )
        for side, name in SIDES.items()
        if len(mesh.tagged(f"endo_{side}"))
    ]


def _thickness(mesh: HeartMesh, thickness: Floats) -> list[Metric]:
    """Of the left wall at its endocardium, of the right one at its own; nodes count by their number."""
    found = []
    right = right_nodes(mesh)
    for side, name, mine in (("lv", "LV", ~right), ("rv", "RV free", right)):
        inner = np.unique(mesh.tagged(f"endo_{side}"))
        values = thickness[inner[mine[inner]]]
        values = values[values > 0]
        if len(values):
            low, middle, high = np.percentile(values, (5, 50, 95))
            note = f"5 % of the endocardium has less than {low:.1f} mm, 5 % more than {high:.1f} mm. {METHOD}"
            found.append(
                Metric(f"mesh_{side}_wall", f"{name} wall of the mesh, median", float(middle), "mm", note=note)
            )
    return found


def _bulge(mesh: HeartMesh) -> list[Metric]:
    """Mean curvature of the left endocardium: its median tells how round the cavity is."""
    bent = curvature(mesh, "endo_lv")
    rim = np.isin(bent.nodes, np.unique(mesh.tagged("base")))
    good = np.isfinite(bent.mean) & ~rim
    if not good.any():
        return []
    note = "Mean curvature, median over the surface; that of a sphere is one over its radius."
    return [
        Metric("mesh_lv_curvature", "LV endocardium, curvature", float(np.median(bent.mean[good])), "1/mm", note=note)
    ]
