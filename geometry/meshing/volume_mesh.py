"""Fill a closed surface that comes from elsewhere with tetrahedra: fast where it is sound, slowly where it is not."""

from collections.abc import Callable

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, Ints
from geometry.meshing.leaky_surface import leaky_distance
from geometry.meshing.pinches import unpinched
from geometry.meshing.stuffing import bcc_lattice, cube_for, stuff
from geometry.progress import Progress, part, silent
from geometry.surface import boundary_facets, enclosed_volume, main_piece

LOST = 0.02  # share of the volume, beyond which the edges are too long


def fill(
    points: Floats, triangles: NDArray[np.integer], edge: float, progress: Progress = silent
) -> tuple[Floats, Ints]:
    """(n, 3) points and (m, 4) tetrahedra inside a closed surface in mm; sharp rims are bevelled by less than an edge.

    Holes narrower than the wall is thick are shut, slowly (``leaky_distance``). Raises Refused where they are wider, and where the
    surface is in part thinner than the edges (2 % of its volume lost).
    """
    surface = pv.PolyData.from_regular_faces(points, np.asarray(triangles))
    sound = not surface.n_open_edges and surface.is_manifold
    distance = _exact(surface) if sound else leaky_distance(surface, edge, part(progress, 0.0, 0.6))
    low, high = np.array(surface.bounds[::2]) - edge, np.array(surface.bounds[1::2]) + 2 * edge
    filled, tets = stuff(bcc_lattice(low, high, cube_for(edge)), distance, part(progress, 0.0 if sound else 0.6, 1.0))
    if not len(tets):
        raise Refused(f"Edges of {edge} mm do not fit into the surface; ask for shorter ones.")
    filled, tets = main_piece(filled, unpinched(filled, tets))
    facets, _ = boundary_facets(tets)
    if sound and abs(enclosed_volume(filled, facets) / abs(float(surface.volume)) - 1.0) > LOST:
        raise Refused(f"Edges of {edge} mm are too long for the thinnest part of the surface; ask for shorter ones.")
    return filled, tets


def _exact(surface: pv.PolyData) -> Callable[[Floats], Floats]:
    turned = surface.compute_normals(auto_orient_normals=True, consistent_normals=True, split_vertices=False)

    def distance(at: Floats) -> Floats:
        cloud = pv.PolyData(np.ascontiguousarray(at))
        return np.asarray(cloud.compute_implicit_distance(turned)["implicit_distance"], dtype=float)

    return distance
