"""Exact shapes with known measures, meshed without a mesher: for tests, verification and trying things."""

import itertools

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.shapes_layers import disc, stacked
from geometry.shapes_two_chambers import BOX, LV_AXES, LV_CENTER, LV_WALL, RV_CENTER, beyond_septum, wall_distances
from geometry.surface import boundary_facets, oriented

SIDES = {1: "x_low", 2: "x_high", 3: "y_low", 4: "y_high", 5: "z_low", 6: "z_high"}
POOL = {1: "inlet", 2: "outlet", 3: "wall"}
WALL = {1: "endo_lv", 2: "endo_rv", 3: "epi", 4: "base"}


def slab(lengths_mm: tuple[float, float, float], edge: float) -> HeartMesh:
    """A box from the origin, each cube of side ``edge`` cut into the six tetrahedra around its diagonal (Kuhn).

    lengths_mm is rounded to whole cubes in number only: the box has exactly these lengths. Facets: x_low .. z_high.
    """
    if edge <= 0 or min(lengths_mm) <= 0:
        raise Refused(f"A slab of {lengths_mm} mm with edges of {edge} mm cannot be made; give positive lengths.")
    cells = [max(round(length / edge), 1) for length in lengths_mm]
    axes = [np.linspace(0.0, length, n + 1) for length, n in zip(lengths_mm, cells, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    tets = oriented(points, kuhn_tets((cells[0], cells[1], cells[2])))
    facets, _ = boundary_facets(tets)
    middle = points[facets].mean(axis=1)
    tag = np.zeros(len(facets), dtype=np.int32)
    for axis, length in enumerate(lengths_mm):
        tag[middle[:, axis] < 1e-9 * length] = 2 * axis + 1
        tag[middle[:, axis] > (1 - 1e-9) * length] = 2 * axis + 2
    return _whole(points, tets, facets, tag, SIDES, "ventricles", {1: "slab"}, {})


def kuhn_tets(cells: tuple[int, int, int]) -> Ints:
    """(6 * cells, 4), the Kuhn split of a box of cubes whose (nx+1, ny+1, nz+1) corners are numbered in C order."""
    shape = tuple(n + 1 for n in cells)
    number = np.arange(np.prod(shape)).reshape(shape)
    origin = number[:-1, :-1, :-1].ravel()
    step = np.array([shape[1] * shape[2], shape[2], 1])
    parts = []
    for order in itertools.permutations(range(3)):
        walk = np.concatenate([[0], np.cumsum(step[list(order)])])
        parts.append(origin[:, None] + walk[None, :])
    return np.stack(parts, axis=1).reshape(-1, 4).astype(np.int32)


def tube(radius: float, length: float, edge: float, narrowing: float = 0.0) -> HeartMesh:
    """A straight pipe of blood along z, inlet at z = 0; its cross-section is a regular polygon.

    narrowing is the fraction of the area missing at the throat, half-way, where the radius follows a cosine over one
    diameter on either side.
    """
    if min(radius, length, edge) <= 0 or not 0 <= narrowing < 1:
        raise Refused(
            f"A pipe of radius {radius}, length {length}, edge {edge} mm, narrowing {narrowing} cannot be made."
        )
    rings = max(round(radius / edge), 2)
    flat, triangles = disc(radius * np.arange(1, rings + 1) / rings, 6 * np.arange(1, rings + 1))
    layers = max(round(length / edge), 2)
    z = np.linspace(0.0, length, layers + 1)
    near = np.clip((z - length / 2) / (2 * radius), -1, 1)
    scale = 1 - (1 - np.sqrt(1 - narrowing)) * (1 + np.cos(np.pi * near)) / 2
    points = np.concatenate([np.column_stack([s * flat, np.full(len(flat), h)]) for s, h in zip(scale, z, strict=True)])
    tets = oriented(points, stacked(triangles, len(flat), layers))
    facets, _ = boundary_facets(tets)
    middle = points[facets].mean(axis=1)[:, 2]
    tag = np.where(middle < 1e-9 * length, 1, np.where(middle > (1 - 1e-9) * length, 2, 3)).astype(np.int32)
    marks = {"inlet_center": (0.0, 0.0, 0.0), "throat": (0.0, 0.0, length / 2), "outlet_center": (0.0, 0.0, length)}
    return _whole(points, tets, facets, tag, POOL, "blood_pool", {1: "blood"}, marks)


def half_ellipsoid_ventricle(
    edge: float = 3.0,
    radius: float = 22.0,
    depth: float = 60.0,
    wall: float = 9.0,
    base_height: float = 5.0,
) -> HeartMesh:
    """A left ventricle between two ellipsoids of revolution about z, apex down, cut at z = ``base_height``.

    radius, depth  mm, half axes of the cavity across and along; the outer ellipsoid is ``wall`` larger in both
    Facets: endo_lv, epi, base. The apex has no pole: the surface is a disc, mapped conformally.
    """
    if min(edge, radius, depth, wall) <= 0 or not -depth < base_height < depth:
        raise Refused("A ventricle needs positive edge, radius, depth and wall, and a base between its two poles.")
    flat, triangles, share, around = _cap(radius + wall / 2, depth + wall / 2, base_height, edge)
    layers = max(round(wall / edge), 2)
    depths = np.linspace(0.0, wall, layers + 1)
    points = np.concatenate([_ellipsoid(share, around, radius + d, depth + d, base_height) for d in depths])
    tets = oriented(points, stacked(triangles, len(flat), layers))
    facets, _ = boundary_facets(tets)
    layer = facets // len(flat)
    tag = np.where((layer == 0).all(axis=1), 1, np.where((layer == layers).all(axis=1), 3, 4)).astype(np.int32)
    marks = {
        "apex": (0.0, 0.0, -(depth + wall)),
        "base_center": (0.0, 0.0, base_height),
        "base_normal": (0.0, 0.0, 1.0),
        "lv_center": (0.0, 0.0, base_height - (depth + base_height) / 2),
    }
    return _whole(points, tets, facets, tag, WALL, "ventricles", {1: "lv"}, marks)


def two_chamber_heart(edge: float = 3.0) -> HeartMesh:
    """Both ventricles, apex down, cut at z = 0; LV around the z axis, RV at +x. Facets: endo_lv, endo_rv, epi, base.

    Regions: 1 lv (with the septum), 2 rv (free wall). The thinnest wall is 4.5 mm: edges up to 3.2 mm.
    """
    if not 0 < edge <= 3.2:
        raise Refused(f"The two-chambered heart has a wall of 4.5 mm: edges of {edge} mm do not fit; up to 3.2 mm do.")
    low, high = (np.array(corner) for corner in BOX)
    points, tets = stuff(
        bcc_lattice(low, high, cube_for(edge)), lambda at: np.maximum.reduce(list(wall_distances(at).values()))
    )
    facets, _ = boundary_facets(tets)
    middle = points[facets].mean(axis=1)
    near = np.abs(np.column_stack(list(wall_distances(middle).values())))
    tag = np.where((points[facets][:, :, 2] == 0.0).all(axis=1), 4, near.argmin(axis=1) + 1).astype(np.int32)
    region = np.where(beyond_septum(points[tets].mean(axis=1)) > 0, 2, 1)
    depth = LV_AXES[2] - LV_CENTER[2] + LV_WALL
    marks = {
        "apex": (0.0, 0.0, -depth),
        "base_center": (0.0, 0.0, 0.0),
        "base_normal": (0.0, 0.0, 1.0),
        "lv_center": (0.0, 0.0, -depth / 2),
        "rv_center": (RV_CENTER[0] + 19.0, 0.0, -depth / 3),
    }
    return _whole(points, tets, facets, tag, WALL, "ventricles", {1: "lv", 2: "rv"}, marks, region)


def _cap(a: float, c: float, base: float, edge: float) -> tuple[Floats, Ints, Floats, Floats]:
    """Disc whose ring k lies at an equal arc length on the ellipsoid, flattened conformally: d ln rho = ds / r."""
    angle = np.linspace(0.0, np.arccos(-base / c), 2001)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(a * np.sin(angle)), np.diff(c * np.cos(angle))))])
    rings = max(round(arc[-1] / edge), 3)
    at = np.interp(np.arange(1, rings + 1) * arc[-1] / rings, arc, angle)
    fine = np.interp(np.linspace(arc[-1] / rings, arc[-1], 50 * rings), arc, angle)
    step = np.hypot(np.diff(a * np.sin(fine)), np.diff(c * np.cos(fine)))
    log_rho = np.concatenate([[0.0], np.cumsum(step / (a * np.sin((fine[1:] + fine[:-1]) / 2)))])
    rho = np.exp(np.interp(at, fine, log_rho))
    counts = np.maximum(np.round(2 * np.pi * a * np.sin(at) / edge), 6).astype(int)
    flat, triangles = disc(rho, counts)
    share = np.repeat(np.concatenate([[0.0], at / angle[-1]]), np.concatenate([[1], counts]))
    return flat, triangles, share, np.arctan2(flat[:, 1], flat[:, 0])


def _ellipsoid(share: Floats, around: Floats, a: float, c: float, base: float) -> Floats:
    """Points at a share 0..1 of the angle from the lower pole to the height ``base``."""
    angle = share * np.arccos(-base / c)
    r = a * np.sin(angle)
    return np.column_stack([r * np.cos(around), r * np.sin(around), -c * np.cos(angle)])


def _whole(
    points: Floats,
    tets: Ints,
    facets: Ints,
    tag: Ints,
    names: dict[int, str],
    kind: str,
    regions: dict[int, str],
    landmarks: dict[str, tuple[float, float, float]],
    region: NDArray[np.integer] | None = None,
) -> HeartMesh:
    numbers = np.ones(len(tets), dtype=np.int32) if region is None else region.astype(np.int32)
    present = {number: name for number, name in names.items() if (tag == number).any()}
    return HeartMesh(points, tets, numbers, regions, facets, tag, present, kind, landmarks=landmarks)
