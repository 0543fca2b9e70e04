"""The names of places in a heart: the 17 segments, which ventricle, valve planes, where the right ventricle begins."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.landmarks import FOUND
from geometry.measures.segments import Septum, segment_numbers
from geometry.mesh_measures.annulus import Annulus, annulus
from geometry.mesh_measures.rims import rims
from geometry.surface import area_vectors
from solvers.directions.coordinates import HeartAxes, heart_axes

AHA17, VENTRICLE = "aha17", "ventricle"
INSERTIONS = ("rv_insertion_inferior", "rv_insertion_anterior")
LEFT, RIGHT = 1, 2  # values of ``ventricle``
LEVELS = 24  # heights at which the middle of the cavity is looked for
EDGE = 0.02  # share of the septum's area left out at either end: single facets that look the other way
Point = tuple[float, float, float]


@dataclass(frozen=True)
class SeptumSpan:
    """Where the right ventricle joins the left one, rad around the long axis of the left (``HeartAxes.angle``).

    first, last  the inferior and the anterior insertion
    """

    first: float
    last: float

    @property
    def middle(self) -> float:
        """rad."""
        return (self.first + self.last) / 2


def name_places(mesh: HeartMesh) -> HeartMesh:
    """The mesh with aha17 and ventricle in each tet, and with the valve planes, insertions and apex as landmarks.

    Landmarks: apex, base_center, lv_valve_center, lv_valve_normal (unit vector, out of the ventricle), lv_cavity_apex, and
    with a right ventricle rv_valve_center, rv_valve_normal, rv_insertion_anterior, rv_insertion_inferior. Landmarks that the
    mesh has are kept, so that one moved by hand stays.
    """
    axes = heart_axes(mesh)
    found: dict[str, Floats] = {"apex": axes.apex, "base_center": axes.base}
    for side in ("lv", "rv"):
        if len(mesh.tagged(f"endo_{side}")):
            ring = valve_ring(mesh, f"endo_{side}", axes)
            found |= {f"{side}_valve_center": ring.center, f"{side}_valve_normal": ring.normal}
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    found["lv_cavity_apex"] = inner[np.argmin(inner @ axes.up)]
    span = septum_span(mesh, axes)
    if span is not None:
        found |= _insertions(mesh, axes, span)
    marks = {name: (float(p[0]), float(p[1]), float(p[2])) for name, p in found.items()}
    places = {VENTRICLE: ventricle(mesh), AHA17: aha17(mesh)}
    return replace(mesh, cell_data={**mesh.cell_data, **places}, landmarks={**marks, **mesh.landmarks})


def ventricle(mesh: HeartMesh) -> NDArray[np.uint8]:
    """(m,) 1 in the left ventricle with its septum and scar, 2 in the free wall of the right one."""
    right = [number for number, name in mesh.region_names.items() if name == "rv"]
    return np.where(np.isin(mesh.region, right), RIGHT, LEFT).astype(np.uint8)


def aha17(mesh: HeartMesh) -> NDArray[np.uint8]:
    """(m,) segment 1 to 17 of the left wall, 0 in the right one, by the rule that slices are measured with.

    Thirds of the way from the valve plane, or the middle of the mitral valve where that was moved by hand, to the end of
    the cavity; angles around the middle of the cavity at each height, from the middle of the septum (between the
    insertions), or from the patient's right where there is no right ventricle.
    """
    axes = heart_axes(mesh)
    middle = mesh.points[mesh.tets].mean(axis=1)
    moved = "base_center" + FOUND in mesh.landmarks
    top = float((axes.base if moved else valve_ring(mesh, "endo_lv", axes).center) @ axes.up)
    inner = mesh.points[np.unique(mesh.tagged("endo_lv"))]
    depth = top - float((inner @ axes.up).min())
    if depth <= 0:
        raise Refused("The cavity of the left ventricle has no length below its base; check the mesh's landmarks.")
    below = top - middle @ axes.up
    span = septum_span(mesh, axes)
    septum = Septum(0.0 if span is None else span.middle, 1, None, ())
    flat = np.column_stack([_across(middle, axes), below])
    number = segment_numbers(flat, depth, _cavity_middle(inner, axes, top, below), septum)
    return np.where(ventricle(mesh) == LEFT, number, 0).astype(np.uint8)


def septum_span(mesh: HeartMesh, axes: HeartAxes) -> SeptumSpan | None:
    """The angles between which the right endocardium faces away from the left ventricle, in the middle half of its height.

    An insertion that was moved by hand tells its own angle.
    None without a right ventricle.
    """
    triangles = _septal_side(mesh, axes)
    if not len(triangles):
        return None
    area = np.linalg.norm(area_vectors(mesh.points, triangles), axis=1)
    angle = axes.angle(mesh.points[triangles].mean(axis=1))
    mean = float(np.angle((area * np.exp(1j * angle)).sum()))
    away = np.angle(np.exp(1j * (angle - mean)))
    order = np.argsort(away)
    share = np.cumsum(area[order]) / area.sum()
    first, last = (float(away[order][np.searchsorted(share, at)]) for at in (EDGE, 1 - EDGE))
    moved = {
        name: float(np.angle(np.exp(1j * (axes.angle(np.array(mesh.landmarks[name])[None])[0] - mean))))
        for name in INSERTIONS
        if name + FOUND in mesh.landmarks
    }
    return SeptumSpan(mean + moved.get(INSERTIONS[0], first), mean + moved.get(INSERTIONS[1], last))


def valve_ring(mesh: HeartMesh, surface: str, axes: HeartAxes) -> Annulus:
    """The ring in which a ventricle is cut open at its base: the longest rim of its endocardium, normal out of it."""
    found = rims(mesh, surface)
    if not found:
        raise Refused(f"The surface {surface} has no opening, so there is no valve plane; remesh with a base plane.")
    loop = mesh.points[found[0]]
    ring = annulus(loop)
    return ring if ring.normal @ axes.up > 0 else annulus(loop[::-1])


def _septal_side(mesh: HeartMesh, axes: HeartAxes) -> Ints:
    triangles = mesh.tagged("endo_rv")
    if not len(triangles):
        return triangles
    middle = mesh.points[triangles].mean(axis=1)
    height = axes.height(middle)
    low, high = height.min(), height.max()
    away = middle - axes.apex
    away -= (away @ axes.up)[:, None] * axes.up
    facing = np.einsum("ij,ij->i", area_vectors(mesh.points, triangles), away) > 0  # its normal points into the blood
    middle_half = (height > low + 0.25 * (high - low)) & (height < low + 0.75 * (high - low))
    return np.asarray(triangles[facing & middle_half], np.int32)


def _insertions(mesh: HeartMesh, axes: HeartAxes, span: SeptumSpan) -> dict[str, Floats]:
    """A place on the right endocardium at each end of the septum, half-way up."""
    places = mesh.points[np.unique(_septal_side(mesh, axes))]
    angle, height = axes.angle(places), axes.height(places)
    radius = np.linalg.norm(_across(places, axes), axis=1)
    length = float(np.linalg.norm(axes.base - axes.apex))
    found = {}
    for name, wanted in (("anterior", span.last), ("inferior", span.first)):
        off = np.hypot(np.angle(np.exp(1j * (angle - wanted))) * radius, (height - np.median(height)) * length)
        found[f"rv_insertion_{name}"] = places[np.argmin(off)]
    return found


def _across(points: Floats, axes: HeartAxes) -> Floats:
    away = points - axes.apex
    return np.column_stack([away @ axes.septal, away @ axes.anterior])


def _cavity_middle(inner: Floats, axes: HeartAxes, top: float, below: Floats) -> Floats:
    """(m, 2) mm, the middle of the cavity's wall at the height of each tet."""
    depth = top - inner @ axes.up
    flat = _across(inner, axes)
    edges = np.linspace(0.0, depth.max(), LEVELS + 1)
    row = np.clip(np.digitize(depth, edges) - 1, 0, LEVELS - 1)
    filled = np.flatnonzero(np.bincount(row, minlength=LEVELS))
    middles = np.array([(flat[row == k].min(axis=0) + flat[row == k].max(axis=0)) / 2 for k in filled])
    at = (edges[filled] + edges[filled + 1]) / 2
    return np.column_stack([np.interp(below, at, middles[:, k]) for k in range(2)])
