"""Shorter edges where there is scar: conduction is slow there, and changes within millimetres."""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.meshing.grading import GradingError, graded
from geometry.progress import Progress, silent
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE, without_scar

SHARE, SHORTEST = 0.5, 0.3  # of the edges elsewhere, unless told; mm
AROUND = 0.5  # edges of the mesh beyond the scar that are as short as in it
GROWTH = 0.25  # mm of edge per mm of way
NEAR = 0.15  # edges of the mesh that the new surface may lie off the old one


def scar_edge_for(edge: float, wanted: float | None = None) -> float:
    """mm in the scar: half of the mesh's unless told; refuses what is longer than elsewhere or cannot be meshed."""
    if wanted is None:
        return max(SHARE * edge, min(SHORTEST, edge))
    if not SHORTEST <= wanted <= edge:
        raise Refused(f"Edges of {wanted:g} mm were asked for at scar; give {SHORTEST:g} to {edge:g} mm, as elsewhere.")
    return wanted


def refined_at_scar(marked: HeartMesh, edge: float, fine: float, progress: Progress = silent) -> HeartMesh:
    """The mesh with edges of about ``fine`` mm in core and border zone, growing to ``edge``; its shape, surfaces, regions.

    Scar itself, directions and data are left out: they are laid anew on the new tetrahedra. Where mmg fails the mesh
    comes back as it was, and a note says so. Dapogny et al. 2014, doi:10.1016/j.jcp.2014.01.005.
    """
    plain = replace(without_scar(marked), fiber=None, sheet=None, point_data={}, cell_data={})
    scar = [number for number, name in marked.region_names.items() if name in (SCAR_CORE, BORDER_ZONE)]
    inside = np.isin(marked.region, scar)
    coarse = min(edge, 1.05 * plain.edge_length())  # the mesher may have taken shorter ones for a thin wall
    if fine >= coarse or not inside.any():
        return plain
    middles = marked.points[marked.tets].mean(axis=1)
    try:
        found = graded(plain, _sizes(marked.points, middles[inside], coarse, fine), NEAR * coarse, progress)
    except GradingError as failure:
        words = f"Edges are as long in the scar as elsewhere: {failure}."
        return replace(plain, notes=(*plain.notes, words))
    _, nearest = cKDTree(middles).query(found.points[found.tets].mean(axis=1))
    words = f"Edges of {fine:.2g} mm in core and border of the scar, up to {edge:.2g} mm elsewhere."
    return replace(found, region=plain.region[nearest], notes=(*plain.notes, words))


def _sizes(points: Floats, scar: Floats, coarse: float, fine: float) -> Floats:
    """(n,) mm wanted at points, from their way to the middles of tetrahedra with scar."""
    away, _ = cKDTree(scar).query(points)
    return np.asarray(np.minimum(coarse, fine + GROWTH * np.maximum(away - AROUND * coarse, 0.0)))
