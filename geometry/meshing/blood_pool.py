"""From the labels of a contrast CT to the tetrahedra of the blood between left ventricle and ascending aorta."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometry.centerline import Centerline, centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.meshing.blood_pool_ends import Plane
from geometry.meshing.blood_pool_shape import PoolShape, pool_shape
from geometry.meshing.displace import displaced
from geometry.meshing.grading import GradingError, graded
from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.meshing.throat import sizes, throat_edge
from geometry.progress import Progress, part, silent
from geometry.segmentation import Segmentation
from geometry.surface import boundary_facets, main_piece

FACETS = {1: "inlet", 2: "outlet", 3: "wall"}
FIRST = 1.3  # mm, longest edges of the uniform mesh that is graded: longer ones would bridge the leaflets
NEAR = 0.4  # mm that mmg may leave the wall before it is put back
TRIED = (1.0, 0.93)  # of the edges wanted, in turn: mmg may fail with the one and not with the other
SHARPEST = 8.0  # degrees that a dihedral angle may come down to when nodes are put onto the wall


def build_blood_pool(
    segmentation: Segmentation, *, edge: float = 2.4, phase: int | None = None, progress: Progress = silent
) -> HeartMesh:
    """Mesh the blood with edges of about ``edge`` mm, shorter at the throat (nine across it) and in the jet behind it.

    The inlet is a plane 22 mm below the valve across the outflow tract, the outlet lies across the far end of the
    ascending aorta. Facets inlet, outlet, wall. Raises Refused where the labels cannot make a way for the blood.
    """
    if not 0.4 <= edge <= 4.0:
        raise Refused(f"Edges of {edge} mm were asked for; the blood can be meshed with 0.4 to 4 mm.")
    index = segmentation.ed if phase is None else phase
    progress(0.02, "smoothing the surface of the blood")
    shape = pool_shape(segmentation, index)
    progress(0.2, "meshing")
    mesh = _mesh(shape, min(edge, FIRST))
    progress(0.35, "measuring along the centreline")
    line = centerline(mesh)
    mesh, notes = _graded(mesh, shape, line, edge, part(progress, 0.45, 0.85))
    progress(0.85, "measuring along the centreline")
    line = centerline(mesh)
    notes.append(f"Blood between the flat ends: {mesh.tet_volumes().sum() / 1000:.1f} ml.")
    marks = {"throat": line.points[line.throat], "annulus": shape.annulus}
    if shape.junction is not None:
        marks["sinotubular"] = shape.junction
    landmarks = dict(mesh.landmarks) | {k: (float(p[0]), float(p[1]), float(p[2])) for k, p in marks.items()}
    progress(1.0)
    return replace(mesh, landmarks=landmarks, notes=tuple(notes))


def _graded(
    mesh: HeartMesh, shape: PoolShape, line: Centerline, edge: float, progress: Progress
) -> tuple[HeartMesh, list[str]]:
    """The mesh with edges as the flow needs them, and what to tell; uniform where mmg fails."""
    fine, wanted = throat_edge(line, edge), sizes(mesh.points, line, edge)
    for attempt, shorter in enumerate(TRIED):
        try:
            found = graded(
                mesh, shorter * wanted, NEAR, part(progress, attempt / len(TRIED), (attempt + 1) / len(TRIED))
            )
            break
        except GradingError as failure:
            why = failure
    else:
        words = f"All edges are {min(fine, edge):.1f} mm long, so that the flow takes longer to compute: {why}."
        return (mesh if fine >= FIRST else _mesh(shape, fine)), [words]
    words = f"Edges of {fine:.1f} mm at the narrowest place, up to {edge:.1f} mm elsewhere."
    return found.with_points(_on_surface(found, shape)), [words]


def _on_surface(mesh: HeartMesh, shape: PoolShape) -> Floats:
    """(n, 3) mm: nodes of the flat ends put back into their planes, the others of the surface back onto the wall."""
    points, planes = mesh.points.copy(), {"inlet": shape.inlet, "outlet": shape.outlet}
    square = np.zeros_like(points)
    for name, plane in planes.items():
        flat = np.unique(mesh.tagged(name))
        points[flat] -= np.outer(plane.height(points[flat]), plane.normal)
        square[flat] = plane.normal
    wall = np.unique(mesh.tagged("wall"))
    way = np.zeros_like(points)
    way[wall] = _to_wall(points[wall], shape, square[wall])
    far = np.linalg.norm(way, axis=1)
    way *= np.minimum(1.0, 2 * NEAR / np.maximum(far, 1e-9))[:, None]
    return displaced(points, mesh.tets, way, SHARPEST)


def _to_wall(points: Floats, shape: PoolShape, square: Floats) -> Floats:
    """(n, 3) mm from points to the wall, square to the unit vectors ``square`` (n, 3) where those are not 0."""
    goal = points.copy()
    for _ in range(4):
        value = shape.blood(goal)
        slope = np.column_stack(
            [(shape.blood(goal + 0.05 * e) - shape.blood(goal - 0.05 * e)) / 0.1 for e in np.eye(3)]
        )
        slope -= np.einsum("ij,ij->i", slope, square)[:, None] * square
        goal += -value[:, None] * slope / np.maximum((slope**2).sum(axis=1), 0.09)[:, None]
    return np.asarray(goal - points)


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
    """Move the rim of a flat end, in its plane, out to the wall: the lattice leaves a bevel there."""
    rim = np.intersect1d(facets[cap], facets[~cap])
    flat = np.unique(facets[cap])
    points = points.copy()
    points[flat] -= np.outer(plane.height(points[flat]), plane.normal)
    way = np.zeros_like(points)
    way[rim] = _to_wall(points[rim], shape, np.broadcast_to(plane.normal, (len(rim), 3)))
    far = np.linalg.norm(way, axis=1)
    way *= np.minimum(1.0, 0.8 * edge / np.maximum(far, 1e-9))[:, None]
    return displaced(points, tets, way, SHARPEST)
