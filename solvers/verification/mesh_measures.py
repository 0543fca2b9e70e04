"""Measures on meshes of spheres, ellipsoids, tilted rings and a pipe with a throat, against their formulas."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation
from scipy.special import ellipe

from geometry.centerline import centerline
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_measures.annulus import annulus, section
from geometry.mesh_measures.cavity import cavity_volume
from geometry.mesh_measures.curvature import curvature
from geometry.mesh_measures.rims import rims
from geometry.mesh_measures.thickness import ventricle_lengths
from geometry.progress import Progress
from geometry.shapes import half_ellipsoid_ventricle, tube
from solvers.result import Check

NAME = "mesh-measures"
TITLE = "Wall thickness, volume, curvature, rings and stenosis of known shapes"
INNER, WALL = 30.0, 10.0  # mm
RADIUS, DEPTH = 22.0, 60.0  # mm, half axes of the ellipsoid
EXACT = "formula of the shape"


def verify(progress: Progress) -> list[Check]:
    """A half sphere shell, an ellipsoid, a 27 x 21 mm ellipse and a pipe."""
    checks = sphere_checks(half_ellipsoid_ventricle(2.5, INNER, INNER, WALL, 0.0))
    progress(0.3, "Ellipsoid")
    checks += ellipsoid_checks(half_ellipsoid_ventricle(2.5, RADIUS, DEPTH, 9.0, 0.0))
    progress(0.6, "Rings")
    checks += ring_checks()
    progress(0.7, "Pipe with a throat")
    return [*checks, *pipe_checks()]


def sphere_checks(mesh: HeartMesh) -> list[Check]:
    """Thickness 10 mm everywhere, 2/3 pi r^3, 1/r and 1/r^2, a ring of radius r at the base."""
    lengths = ventricle_lengths(mesh)
    radius = np.linalg.norm(mesh.points, axis=1)
    bent = curvature(mesh, "endo_lv")
    dome = curvature(mesh, "epi")
    ring = annulus(mesh.points[rims(mesh, "endo_lv")[0]])
    volume = 2 / 3 * np.pi * INNER**3 / 1000
    return [
        Check("sphere shell, thickness, largest error", _worst(lengths.thickness - WALL), 0.0, 0.1, "mm", EXACT),
        Check(
            "sphere shell, way to the inside, largest error",
            _worst(lengths.inner - (radius - INNER)),
            0.0,
            0.1,
            "mm",
            EXACT,
        ),
        Check("half sphere, volume", cavity_volume(mesh, "endo_lv"), volume, 0.01 * volume, "ml", EXACT),
        Check("sphere, mean curvature, largest error", _worst(bent.mean * INNER - 1), 0.0, 0.03, "1", "1/r"),
        Check(
            "sphere outside, mean curvature, largest error",
            _worst(dome.mean * -(INNER + WALL) - 1),
            0.0,
            0.03,
            "1",
            "-1/r",
        ),
        Check(
            "sphere, Gaussian curvature, largest error", _worst(bent.gaussian * INNER**2 - 1), 0.0, 0.05, "1", "1/r2"
        ),
        Check("ring at the base, area", ring.area, np.pi * INNER**2, 0.01 * np.pi * INNER**2, "mm2", EXACT),
    ]


def ellipsoid_checks(mesh: HeartMesh) -> list[Check]:
    """Volume and both curvatures of an ellipsoid of revolution, by median and at worst away from the cut."""
    bent = curvature(mesh, "endo_lv")
    points = mesh.points[bent.nodes]
    low = points[:, 2] < -5.0
    mean, gaussian = ellipsoid_curvatures(points, RADIUS, DEPTH)
    volume = 2 / 3 * np.pi * RADIUS**2 * DEPTH / 1000
    errors = np.abs(bent.mean / mean - 1)[low], np.abs(bent.gaussian / gaussian - 1)[low]
    return [
        Check("half ellipsoid, volume", cavity_volume(mesh, "endo_lv"), volume, 0.01 * volume, "ml", EXACT),
        Check("ellipsoid, mean curvature, 95 % of errors", float(np.percentile(errors[0], 95)), 0.0, 0.06, "1", EXACT),
        Check(
            "ellipsoid, Gaussian curvature, 95 % of errors", float(np.percentile(errors[1], 95)), 0.0, 0.1, "1", EXACT
        ),
    ]


def ellipsoid_curvatures(points: Floats, a: float, c: float) -> tuple[Floats, Floats]:
    """Mean (1/mm) and Gaussian (1/mm2) curvature of x2/a2 + y2/a2 + z2/c2 = 1.

    With S = x2/a4 + y2/a4 + z2/c4: K = 1 / (a4 c2 S2), H = (2 a2 + c2 - x2 - y2 - z2) / (2 a4 c2 S^1.5).
    """
    x, y, z = points.T
    s = (x**2 + y**2) / a**4 + z**2 / c**4
    size = a**4 * c**2
    return (2 * a**2 + c**2 - (points**2).sum(axis=1)) / (2 * size * s**1.5), 1 / (size * s**2)


def ring_checks() -> list[Check]:
    """A 27 x 21 mm ellipse, tilted: area pi a b, perimeter by the elliptic integral; both diameters; plane."""
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    tilt = Rotation.from_euler("xyz", (25, -40, 15), degrees=True)
    flat = np.column_stack([13.5 * np.cos(turn), 10.5 * np.sin(turn), np.zeros(len(turn))])
    place = np.array([12.0, -40.0, 7.0])
    ring = annulus(tilt.apply(flat) + place)
    around = 4 * 13.5 * float(ellipe(1 - (10.5 / 13.5) ** 2))
    tilted = np.degrees(np.arccos(min(abs(float(ring.normal @ tilt.apply([0, 0, 1]))), 1.0)))
    return [
        Check("ellipse, area", ring.area, np.pi * 13.5 * 10.5, 0.5, "mm2", EXACT),
        Check("ellipse, perimeter", ring.perimeter, around, 0.05, "mm", "elliptic integral"),
        Check("ellipse, smallest diameter", ring.least, 21.0, 0.02, "mm", EXACT),
        Check("ellipse, largest diameter", ring.most, 27.0, 0.02, "mm", EXACT),
        Check("ellipse, tilt of its plane", float(tilted), 0.0, 1e-3, "deg", EXACT),
        Check("ellipse, centre", float(np.linalg.norm(ring.center - place)), 0.0, 1e-6, "mm", EXACT),
    ]


def pipe_checks() -> list[Check]:
    """A tilted, 60 % narrowed pipe of 10 mm radius: area and diameters at its throat, its place, and the areas along it."""
    radius, length, missing = 10.0, 60.0, 0.6
    mesh = tube(radius, length, 1.5, missing)
    tilt = Rotation.from_euler("xy", (30, 20), degrees=True)
    placed = replace(mesh, points=tilt.apply(mesh.points))
    line = centerline(placed)
    sides = 6 * max(round(radius / 1.5), 2)
    full = sides / 2 * radius**2 * np.sin(2 * np.pi / sides)  # a regular polygon
    near = np.clip((line.arc - length / 2) / (2 * radius), -1, 1)
    scale = 1 - (1 - np.sqrt(1 - missing)) * (1 + np.cos(np.pi * near)) / 2
    inside = (line.arc > 3) & (line.arc < length - 3)
    throat = section(placed, line.points[line.throat], line.tangent[line.throat])
    narrow = 2 * radius * np.sqrt(1 - missing)
    errors = line.area[inside] / (full * scale[inside] ** 2) - 1
    return [
        Check(
            "throat, area along the centreline",
            line.area[line.throat] / ((1 - missing) * full) - 1,
            0.0,
            0.01,
            "1",
            EXACT,
        ),
        Check("throat, place along the centreline", float(line.arc[line.throat]), length / 2, 1.0, "mm", EXACT),
        Check("areas along the centreline, largest error", _worst(errors), 0.0, 0.03, "1", EXACT),
        Check("throat, smallest diameter", throat.least, narrow, 0.02 * narrow, "mm", EXACT),
        Check("throat, largest diameter", throat.most, narrow, 0.02 * narrow, "mm", EXACT),
    ]


def _worst(values: Floats) -> float:
    return float(np.abs(values).max())
