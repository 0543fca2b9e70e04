"""A closed surface with tags becomes tetrahedra whose boundary carries them."""

import numpy as np
import pyvista as pv

from geometry.errors import Refused
from geometry.exchange.mend_surface import closed_surface
from geometry.exchange.raw_mesh import Array, RawMesh
from geometry.exchange.tag_smoothing import smoothed_tags
from geometry.exchange.tags import triangle_tags
from geometry.heart_mesh import Floats
from geometry.meshing.pinches import touching
from geometry.meshing.volume_mesh import fill
from geometry.progress import Progress, part
from geometry.surface import boundary_facets, enclosed_volume

EDGE = 2.0  # mm
ATTEMPTS = 3  # with edges shorter by a fifth each, when those asked for do not fit or make the surface touch itself
LOST = 0.01  # share of the volume that the tetrahedra may miss


def filled(raw: RawMesh, edge: float | None, progress: Progress) -> RawMesh:
    """Tetrahedra inside a closed surface in mm, with triangles that carry its tags (the nearest old triangle's).

    Raises Refused for holes, pieces, and where the wall is too thin for the edges asked for.
    """
    progress(0.0, "Looking at the surface")
    closed = closed_surface(raw)
    notes, wanted = list(closed.notes), edge or EDGE
    whole = enclosed_volume(closed.points, closed.triangles)
    for attempt in range(ATTEMPTS):
        finer = wanted * 0.8**attempt
        try:
            points, tets = fill(closed.points, closed.triangles, finer, part(progress, 0.1 + 0.2 * attempt, 0.9))
        except Refused:
            if attempt + 1 == ATTEMPTS:
                raise
            continue
        facets, _ = boundary_facets(tets)
        volume = enclosed_volume(points, facets)
        if abs(volume / whole - 1) <= LOST and not len(touching(points, facets)):
            break
    if attempt:
        notes.append(f"Edges of {finer:.2f} mm instead of {wanted:g} mm, because the wall is thin in places.")
    notes.append(f"The surface encloses {whole / 1000:.1f} ml and the tetrahedra in it fill {volume / 1000:.1f} ml.")
    tagged = triangle_tags(closed)
    data = (
        {}
        if tagged is None
        else {tagged[0]: smoothed_tags(facets, _nearest(closed, tagged[1], points[facets].mean(axis=1)))}
    )
    progress(0.95, "Naming the surfaces")
    return RawMesh(points, tets.astype(np.int64), facets.astype(np.int64), triangle_data=data,
                   surface_names=raw.surface_names, facts=raw.facts, notes=tuple(notes))  # fmt: skip


def _nearest(raw: RawMesh, tags: Array, at: Floats) -> Array:
    """(j,) the tag of the triangle nearest to each place."""
    surface = pv.PolyData.from_regular_faces(raw.points, raw.triangles)
    return np.asarray(tags[np.asarray(surface.find_closest_cell(at))])
