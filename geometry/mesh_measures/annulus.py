"""A ring as surgeons measure it: its plane, area, perimeter, smallest and largest diameter."""

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.mesh_measures.rims import loop_area_vector, loop_length


@dataclass(frozen=True)
class Annulus:
    """A closed ring laid flat onto its own plane.

    center, normal  (3,) mm and unit vector of the plane
    area            mm2
    perimeter       mm
    least, most     mm, smallest and largest distance of two parallel lines that hold the ring
    """

    center: Floats
    normal: Floats
    area: float
    perimeter: float
    least: float
    most: float

    @property
    def area_diameter(self) -> float:
        """mm of the disc of the same area."""
        return float(2 * np.sqrt(self.area / np.pi))

    @property
    def perimeter_diameter(self) -> float:
        """mm of the circle of the same perimeter."""
        return self.perimeter / np.pi


def annulus(loop: Floats) -> Annulus:
    """Measure a closed loop of points (k, 3) mm in the plane that its area vector stands on.

    The centre is that of the area. Refuses a loop without area.
    """
    vector = loop_area_vector(loop)
    size = float(np.linalg.norm(vector))
    if len(loop) < 3 or size < 1e-9:
        raise Refused("The ring has no area, so it cannot be measured; check the landmarks or surfaces it comes from.")
    normal = vector / size
    middle = loop.mean(axis=0)
    flat = loop - ((loop - middle) @ normal)[:, None] * normal
    away, following = flat - middle, np.roll(flat, -1, axis=0) - middle
    share = np.cross(away, following) @ normal / 2
    center = middle + (share[:, None] * (away + following) / 3).sum(axis=0) / share.sum()
    first = away[np.argmax(np.linalg.norm(away, axis=1))]
    first = first / np.linalg.norm(first)
    plane = np.column_stack([away @ first, away @ np.cross(normal, first)])
    hull = plane[ConvexHull(plane).vertices]
    sides = np.roll(hull, -1, axis=0) - hull
    across = np.column_stack([-sides[:, 1], sides[:, 0]]) / np.linalg.norm(sides, axis=1)[:, None]
    along = hull @ across.T  # the narrowest pair of parallel lines lies along a side
    least = float((along.max(axis=0) - along.min(axis=0)).min())
    return Annulus(center, normal, size, loop_length(flat), least, float(pdist(hull).max()))


def section(mesh: HeartMesh, center: Floats, normal: Floats) -> Annulus:
    """The outline of the flat cross-section of the mesh nearest to ``center``, as a ring; refuses where there is none."""
    surface = pv.PolyData.from_regular_faces(mesh.points, mesh.facets)
    cut = surface.slice(normal=tuple(normal), origin=tuple(center))
    if not cut.n_points:
        raise Refused("The plane does not cut the mesh; move its centre into it.")
    piece = cut.connectivity("closest", closest_point=tuple(center))
    line = piece.strip(join=True, max_length=100_000)
    loops = [np.asarray(line.get_cell(k).points) for k in range(line.n_cells)]
    longest = max(loops, key=len)
    if np.linalg.norm(longest[0] - longest[-1]) < 1e-9:
        longest = longest[:-1]
    found = annulus(longest)
    return found if found.normal @ normal > 0 else annulus(longest[::-1])
