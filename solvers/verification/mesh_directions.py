"""Fibres, wall coordinates, segments and scar on shapes where they are known.

Half a sphere shell cut at its equator: Laplace's equation has the solution (1/a - 1/r) / (1/a - 1/b) there, so fibre angle and
depth are known in every point. Acceptance of fibres: end points within 5 degrees, angle linear in depth, in the wall
(Bayer 2012, doi 10.1007/s10439-012-0593-5). Segments: by the symmetry of a body of revolution, and slices of it by quadrature.
"""

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.scar.on_mesh import scar_on_mesh
from geometry.shapes import half_ellipsoid_ventricle, two_chamber_heart
from solvers.directions.coordinates import LaplaceFields, heart_axes, laplace_fields
from solvers.directions.fibers import fibers_from_fields
from solvers.directions.places import AHA17, name_places, septum_span
from solvers.result import Check
from solvers.verification.scar_phantom import Ellipsoids, scar_phantom
from solvers.wall_records import FiberAngles

NAME = "mesh-directions"
TITLE = "Fibres, coordinates, segments and scar on known shapes"
INNER, WALL = 30.0, 10.0  # mm
ANGLES = FiberAngles(endo=60, epi=-60, sheet_endo=0, sheet_epi=0)
POLE = 0.5  # rad around the apex in which the circumference has no direction
CLEAR = 3.0  # mm from the seam at an insertion
SEAM = "three walls of turning fibres meet in a line at each insertion: along it they cannot all agree"
EXACT = "exact solution on half a sphere shell"


def verify(progress: Progress) -> list[Check]:
    """Half a sphere, an ellipsoid with an infarct, and a heart of two chambers."""
    checks = sphere_checks(half_ellipsoid_ventricle(2.5, INNER, INNER, WALL, 0.0))
    progress(0.4, "Two chambers")
    checks += two_chamber_checks(two_chamber_heart(3.0))
    progress(0.8, "Segments and scar")
    return [*checks, *segment_checks(), *scar_checks()]


def sphere_checks(mesh: HeartMesh) -> list[Check]:
    """Fibres and coordinates against the exact ones, away from the pole."""
    fields = laplace_fields(mesh)
    middle = mesh.points[mesh.tets].mean(axis=1)
    away = np.arccos(np.clip(-middle[:, 2] / np.linalg.norm(middle, axis=1), -1, 1)) > POLE
    fiber, _ = fibers_from_fields(fields, ANGLES)
    depth = _exact_depth(np.linalg.norm(middle, axis=1))
    off = _between(fiber, _exact_fiber(middle, depth))[away]
    helix = _helix(middle, fiber)[away]
    slope, start = np.polyfit(depth[away], helix, 1)
    radius = np.linalg.norm(mesh.points, axis=1)
    angle = heart_axes(mesh).angle(mesh.points)
    turned = np.angle(np.exp(1j * (angle - np.arctan2(mesh.points[:, 1], mesh.points[:, 0]))))
    aside = np.hypot(mesh.points[:, 0], mesh.points[:, 1]) > 1.0
    rises = fields.gradients["apex_base"][away, 2] > 0
    return [
        Check("fibre direction, median error", float(np.median(off)), 0.0, 2.0, "deg", EXACT),
        Check("fibre direction, largest error", float(off.max()), 0.0, 6.0, "deg", EXACT),
        Check("helix angle at the endocardium, line through all depths", float(start), 60.0, 2.0, "deg", EXACT),
        Check("helix angle at the epicardium, line through all depths", float(start + slope), -60.0, 2.0, "deg", EXACT),
        Check("transmural coordinate, largest error", _worst(fields.epi - _exact_depth(radius)), 0.0, 0.01, "1", EXACT),
        Check("rotational coordinate, largest error", _worst(turned[aside]), 0.0, 1e-6, "rad", "angle about the axis"),
        Check(
            "apex-base coordinate rises towards the base, share", float(rises.mean()), 1.0, 0.0, "1", "by definition"
        ),
        Check("coordinates leave 0 to 1 by", _outside(fields), 0.0, 0.0, "1", "maximum principle"),
    ]


def two_chamber_checks(mesh: HeartMesh) -> list[Check]:
    """The septum from one endocardium to the other, and how much fibres turn from one tet to the next."""
    fields = laplace_fields(mesh)
    fiber, _ = fibers_from_fields(fields, ANGLES)
    middle = mesh.points[mesh.tets].mean(axis=1)
    at = fields.at_tets
    right = at["rv"] / np.maximum(at["lv"] + at["rv"], 1e-9)
    septum = (at["epi"] < 0.03) & (np.abs(middle[:, 1]) < 10) & (middle[:, 0] > 15) & (np.abs(middle[:, 2] + 20) < 15)
    # the septum faces +x: around is y, up is z; from the left the angle goes from +60 to -60
    angle = (np.degrees(np.arctan2(fiber[septum, 2], fiber[septum, 1])) + 90) % 180 - 90
    slope, start = np.polyfit(right[septum], angle, 1)
    high = middle[:, 2] > -45
    seam = (np.abs(right - 0.5) < 0.15) & (np.abs(at["epi"] - 0.4) < 0.2)
    clear = cKDTree(middle[high & seam]).query(middle)[0] > CLEAR
    turn, away = fiber_turns(mesh, fiber, high), fiber_turns(mesh, fiber, high & clear)
    span = septum_span(mesh, heart_axes(mesh))
    assert span is not None
    way = "turning by 120 deg through 4.5 mm of wall is 30 deg from tet to tet"
    return [
        Check("septum, helix angle at the left endocardium", float(start), 60.0, 5.0, "deg", "Bayer 2012"),
        Check("septum, helix angle at the right endocardium", float(start + slope), -60.0, 5.0, "deg", "Bayer 2012"),
        Check(
            "septum, middle of the insertions", float(np.degrees(span.middle)), 0.0, 2.0, "deg", "symmetry of the shape"
        ),
        Check("fibre turn between neighbours, 99 %", float(np.percentile(turn, 99)), 0.0, 35.0, "deg", way),
        Check("fibre turn, 99.9 % off the insertions", float(np.percentile(away, 99.9)), 0.0, 45.0, "deg", way),
        Check("fibre turn above 60 deg, share of all neighbours", float((turn > 60).mean()), 0.0, 0.002, "1", SEAM),
    ]


def fiber_turns(mesh: HeartMesh, fiber: Floats, kept: np.ndarray) -> Floats:
    """deg between the fibres of every two of the ``kept`` tets (m,) that share a face."""
    faces = np.sort(mesh.tets[:, [1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2]].reshape(-1, 3).astype(np.int64), axis=1)
    size = len(mesh.points)
    key = (faces[:, 0] * size + faces[:, 1]) * size + faces[:, 2]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    first, second = order[same] // 4, order[same + 1] // 4
    both = kept[first] & kept[second]
    return _between(fiber[first[both]], fiber[second[both]])


def segment_checks() -> list[Check]:
    """Volumes of the segments of an ellipsoidal shell, all cut at the same heights."""
    shape = Ellipsoids()
    mesh = name_places(half_ellipsoid_ventricle(2.0, shape.radius, shape.depth, shape.wall, shape.base))
    number, volume = mesh.cell_data[AHA17], mesh.tet_volumes() / 1000
    found = np.array([volume[number == n].sum() for n in range(1, 18)])
    cuts = shape.base - (shape.base + shape.depth) * np.arange(4) / 3
    exact = [_shell_volume(shape, low, high) for high, low in pairwise(cuts)]
    expected = np.concatenate([np.repeat(v / n, n) for v, n in zip(exact, (6, 6, 4), strict=True)])
    source = "quadrature of the ellipsoids, equal by symmetry"
    return [
        Check("segments 1 to 16, largest volume error", _worst(found[:16] / expected - 1), 0.0, 0.06, "1", source),
        Check(
            "all segments, volume against the mesh",
            float(found.sum() / volume.sum()),
            1.0,
            1e-9,
            "1",
            "no tet left out",
        ),
    ]


def scar_checks() -> list[Check]:
    """An infarct on 8 mm slices, taken in another breath-hold, onto two meshes."""
    checks = []
    shape = Ellipsoids()
    for edge in (3.0, 2.0):
        mesh = half_ellipsoid_ventricle(edge, shape.radius, shape.depth, shape.wall, shape.base)
        labels, tissue = scar_phantom(shape, off=(2.5, -1.5))
        found = scar_on_mesh(mesh, labels, tissue)
        for kind, meshed, wanted in zip(("core", "border"), found.meshed, found.covered, strict=True):
            error = meshed / wanted - 1
            checks.append(
                Check(f"scar, {kind} volume on {edge:g} mm edges", error, 0.0, 0.02, "1", "voxels inside the mesh")
            )
    return checks


def _exact_depth(radius: Floats) -> Floats:
    outer = INNER + WALL
    return np.asarray((1 / INNER - 1 / radius) / (1 / INNER - 1 / outer))


def _axes_at(points: Floats) -> tuple[Floats, Floats]:
    """Around the z axis and, in the sphere, up."""
    outwards = points / np.linalg.norm(points, axis=1)[:, None]
    up = np.array([0.0, 0.0, 1.0]) - outwards[:, 2:] * outwards
    up /= np.linalg.norm(up, axis=1)[:, None]
    return np.cross(up, outwards), up


def _exact_fiber(points: Floats, depth: Floats) -> Floats:
    around, up = _axes_at(points)
    angle = np.deg2rad(60 - 120 * depth)[:, None]
    return np.asarray(np.cos(angle) * around + np.sin(angle) * up)


def _helix(points: Floats, fiber: Floats) -> Floats:
    around, up = _axes_at(points)
    angle = np.degrees(np.arctan2(np.einsum("ij,ij->i", fiber, up), np.einsum("ij,ij->i", fiber, around)))
    return np.asarray((angle + 90) % 180 - 90)


def _between(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.degrees(np.arccos(np.clip(np.abs(np.einsum("ij,ij->i", first, second)), 0, 1))))


def _shell_volume(shape: Ellipsoids, low: float, high: float) -> float:
    """ml of the shell between two heights."""
    z = np.linspace(low, high, 4001)
    inner, outer = (
        np.pi * ((shape.radius + w) ** 2) * np.maximum(1 - (z / (shape.depth + w)) ** 2, 0) for w in (0.0, shape.wall)
    )
    return float(np.trapezoid(outer - inner, z)) / 1000


def _outside(fields: LaplaceFields) -> float:
    values = (fields.epi, fields.lv, fields.rv, fields.apex_base, fields.right_left)
    return float(max(max(-v.min(), v.max() - 1.0, 0.0) for v in values))


def _worst(values: Floats) -> float:
    return float(np.abs(values).max())
