"""Fill a closed surface that comes from elsewhere with tetrahedra."""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, Ints
from geometry.progress import Progress, silent
from geometry.stuffing import bcc_lattice, cube_for, stuff
from geometry.surface import boundary_facets, enclosed_volume, main_piece


def fill(
    points: Floats, triangles: NDArray[np.integer], edge: float, progress: Progress = silent
) -> tuple[Floats, Ints]:
    """(n, 3) points and (m, 4) tetrahedra inside a closed surface; sharp rims are bevelled by less than an edge.

    Raises Refused when the surface has holes, or is in part thinner than the edges (2 % of its volume lost).
    """
    surface = pv.PolyData.from_regular_faces(points, np.asarray(triangles))
    if surface.n_open_edges:
        raise Refused(f"The surface has {surface.n_open_edges} open edges; close its holes before it can be filled.")
    surface = surface.compute_normals(auto_orient_normals=True, consistent_normals=True, split_vertices=False)

    def distance(at: Floats) -> Floats:
        cloud = pv.PolyData(np.ascontiguousarray(at))
        return np.asarray(cloud.compute_implicit_distance(surface)["implicit_distance"], dtype=float)

    low, high = np.array(surface.bounds[::2]) - edge, np.array(surface.bounds[1::2]) + 2 * edge
    filled, tets = stuff(bcc_lattice(low, high, cube_for(edge)), distance, progress)
    if not len(tets):
        raise Refused(f"Edges of {edge} mm do not fit into the surface; ask for shorter ones.")
    filled, tets = main_piece(filled, tets)
    facets, _ = boundary_facets(tets)
    share = enclosed_volume(filled, facets) / float(surface.volume)
    if abs(share - 1.0) > 0.02:
        raise Refused(f"Edges of {edge} mm are too long for the thinnest part of the surface; ask for shorter ones.")
    return filled, tets
