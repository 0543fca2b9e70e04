"""From the labels of a contrast CT to the tetrahedra of the blood between left ventricle and ascending aorta."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.blood_pool_shape import Plane, PoolShape, pool_shape
from geometry.centerline import centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.progress import Progress, silent
from geometry.quality import min_dihedrals
from geometry.segmentation import Segmentation
from geometry.stuffing import bcc_lattice, cube_for, stuff
from geometry.surface import boundary_facets, main_piece

FACETS = {1: "inlet", 2: "outlet", 3: "wall"}
ACROSS = 9  # edges wanted across the narrowest place
SHARPEST = 8.0  # degrees that a dihedral angle may come down to when the rims of the flat ends are drawn


def build_blood_pool(
    segmentation: Segmentation, *, edge: float = 1.2, phase: int | None = None, progress: Progress = silent
) -> HeartMesh:
    """Mesh the blood with edges of about ``edge`` mm, shorter where fewer than nine of them would cross the throat.

    The inlet is a plane 22 mm below the valve across the outflow tract, the outlet lies across the far end of the
    ascending aorta. Facets inlet, outlet, wall. Raises Refused where the labels cannot make a way for the blood.
    """
    if not 0.4 <= edge <= 4.0:
        raise Refused(f"Edges of {edge} mm were asked for; the blood can be meshed with 0.4 to 4 mm.")
    index = segmentation.ed if phase is None else phase
    progress(0.02, "smoothing the surface of the blood")
    shape = pool_shape(segmentation, index)
    progress(0.3, "meshing")
    mesh = _mesh(shape, edge)
    progress(0.6, "measuring along the centreline")
    line = centerline(mesh)
    width = 2 * np.sqrt(line.area[line.throat] / np.pi)
    notes: list[str] = []
    if width / edge < ACROSS:
        finer = max(width / ACROSS, 0.4)
        notes.append(f"Edges of {finer:.2f} mm instead of {edge:g} mm, so that {ACROSS} cross the narrowest place.")
        mesh = _mesh(shape, float(finer))
        line = centerline(mesh)
    progress(0.95)
    notes.append(f"Blood between the flat ends: {mesh.tet_volumes().sum() / 1000:.1f} ml.")
    marks = {"throat": line.points[line.throat], "annulus": shape.annulus}
    if shape.junction is not None:
        marks["sinotubular"] = shape.junction
    landmarks = dict(mesh.landmarks) | {k: (float(p[0]), float(p[1]), float(p[2])) for k, p in marks.items()}
    progress(1.0)
    return replace(mesh, landmarks=landmarks, notes=tuple(notes))


def _mesh(shape: PoolShape, edge: float) -> HeartMesh:
    count = np.array(shape.coefficients.shape)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in count], indexing="ij")).reshape(3, -1).T
    box = shape.origin + corners * 0.8 @ shape.turn.T
    points, tets = stuff(bcc_lattice(box.min(axis=0), box.max(axis=0), cube_for(edge)), shape.distance)
    points, tets = main_piece(points, tets)
    facets, _ = boundary_facets(tets)
    tag = np.full(len(facets), 3, dtype=np.int32)
    centers = {}
    for number, plane in ((1, shape.inlet), (2, shape.outlet)):
        flat = np.abs(plane.height(points)) < 0.03 * edge
        cap = flat[facets].all(axis=1)
        if cap.sum() < 6:
            raise Refused(f"The {FACETS[number]} of the blood could not be cut: the plane misses the labels there.")
        tag[cap] = number
        points = _drawn_rim(points, tets, facets, cap, plane, shape, edge)
        middle = points[facets[cap]].mean(axis=1)
        centers[f"{FACETS[number]}_center"] = tuple(float(v) for v in middle.mean(axis=0))
    return HeartMesh(
        points,
        tets,
        np.ones(len(tets), dtype=np.int32),
        {1: "blood"},
        facets,
        tag,
        FACETS,
        "blood_pool",
        landmarks={name: (c[0], c[1], c[2]) for name, c in centers.items()},
    )


def _drawn_rim(
    points: Floats, tets: Ints, facets: Ints, cap: NDArray[np.bool_], plane: Plane, shape: PoolShape, edge: float
) -> Floats:
    """Move the rim of a flat end, in its plane, out to the wall: the lattice leaves a bevel there.

    Each node goes as far as the tetrahedra around it allow without a dihedral angle below ``SHARPEST``.
    """
    rim = np.intersect1d(facets[cap], facets[~cap])
    flat = np.unique(facets[cap])
    points = points.copy()
    points[flat] -= np.outer(plane.height(points[flat]), plane.normal)
    goal = points[rim].copy()
    for _ in range(4):
        value = shape.blood(goal)
        slope = np.column_stack(
            [(shape.blood(goal + 0.05 * e) - shape.blood(goal - 0.05 * e)) / 0.1 for e in np.eye(3)]
        )
        slope -= np.outer(slope @ plane.normal, plane.normal)
        step = -value[:, None] * slope / np.maximum((slope**2).sum(axis=1), 0.09)[:, None]
        goal += step
    way = goal - points[rim]
    far = np.linalg.norm(way, axis=1)
    way *= np.minimum(1.0, 0.8 * edge / np.maximum(far, 1e-9))[:, None]
    share = np.zeros(len(points))
    share[rim] = 1.0
    moved = np.zeros_like(points)
    moved[rim] = way
    near = tets[np.isin(tets, rim).any(axis=1)]
    before = min_dihedrals(points, near)
    for _ in range(8):
        tried = points + share[:, None] * moved
        bad = min_dihedrals(tried, near) < np.minimum(SHARPEST, before)
        a, b, c, d = (tried[near[:, k]] for k in range(4))
        bad |= np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) <= 0
        if not bad.any():
            return np.asarray(tried)
        share[np.unique(near[bad])] *= 0.6
    share[np.unique(near[bad])] = 0.0
    return np.asarray(points + share[:, None] * moved)
