"""Distance to a surface with holes or that crosses itself: the slow way that needs no inside, and closes holes on its way.

Space is flooded from outside on a grid; what lies within ``reach`` of the surface holds the flood back, so that holes up to
twice that wide are shut. Which side such a place belongs to is told by the nearest place that is not so near.
"""

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.progress import Progress, silent

FINEST = 160  # cells along the longest side
REACHES = (1.0, 1.5, 2.2, 3.3, 5.0)  # cells, tried in turn until something is enclosed
ENCLOSED = 30  # cells, at least, behind the barrier


@dataclass(frozen=True)
class LeakyDistance:
    """Signed distance (mm, negative inside) on a grid, linear between its points."""

    origin: Floats
    step: float
    values: NDArray[np.float32]

    def __call__(self, points: Floats) -> Floats:
        """(n, 3) mm -> (n,) mm."""
        at = ((points - self.origin) / self.step).T
        return np.asarray(ndimage.map_coordinates(self.values, at, order=1, mode="nearest"), dtype=float)


def leaky_distance(surface: pv.PolyData, edge: float, progress: Progress = silent) -> LeakyDistance:
    """Flood around a triangulated surface (mm); raises Refused with the place of the widest hole where nothing is enclosed."""
    bounds = np.array(surface.bounds).reshape(3, 2)
    step = max(edge / 2, float(np.ptp(bounds, axis=1).max()) / FINEST)
    margin = (REACHES[-1] + 2) * step
    origin = bounds[:, 0] - margin
    shape = np.ceil((bounds[:, 1] + margin - origin) / step).astype(int) + 1
    progress(0.0, "measuring how far away the surface is")
    away = _distance(surface, origin, step, shape)
    for number, reach in enumerate(REACHES):
        progress(0.5 + 0.1 * number, "flooding around the surface")
        outside = _flooded(away > reach * step)
        inside = ndimage.binary_opening((away > reach * step) & ~outside)
        if inside.sum() >= ENCLOSED:
            break
    else:
        place = _widest_hole(surface)
        where = f" at {tuple(int(v) for v in place)} mm" if place is not None else ""
        raise Refused(f"The surface is open{where}; close its holes before it can be filled.", place)
    nearest = ndimage.distance_transform_edt(~(outside | inside), return_distances=False, return_indices=True)
    within = inside[tuple(nearest)]
    return LeakyDistance(origin, step, np.where(within, -away, away).astype(np.float32))


def _distance(surface: pv.PolyData, origin: Floats, step: float, shape: NDArray[np.integer]) -> Floats:
    """(shape) mm: exact near the surface, to a grid cell elsewhere."""
    points = origin + step * np.moveaxis(np.indices(tuple(int(n) for n in shape)), 0, -1).reshape(-1, 3)
    middles = surface.cell_centers().points
    rough, _ = cKDTree(np.concatenate([surface.points, middles])).query(points)
    reach = float(surface.compute_cell_sizes(length=False, volume=False)["Area"].max()) ** 0.5
    near = rough < REACHES[-1] * step + 1.5 * reach
    exact = pv.PolyData(np.ascontiguousarray(points[near])).compute_implicit_distance(surface)["implicit_distance"]
    rough[near] = np.abs(np.asarray(exact, dtype=float))
    return np.asarray(rough.reshape(shape))


def _flooded(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pieces, _ = ndimage.label(free)
    return np.asarray(free & (pieces == pieces[0, 0, 0]))


def _widest_hole(surface: pv.PolyData) -> tuple[float, float, float] | None:
    rims = surface.extract_feature_edges(
        boundary_edges=True, non_manifold_edges=False, feature_edges=False, manifold_edges=False
    )
    if not rims.n_points:
        return None
    pieces = rims.connectivity("all")
    sizes = np.bincount(np.asarray(pieces.point_data["RegionId"]))
    x, y, z = np.asarray(pieces.points)[np.asarray(pieces.point_data["RegionId"]) == sizes.argmax()].mean(axis=0)
    return float(x), float(y), float(z)
