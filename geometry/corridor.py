"""A corridor over a surface of the heart: what lies beside a way over it, as a vein that a lead can be brought through."""

from itertools import pairwise

import numpy as np

from geometry.ablation import along_surface, skins_of, touch
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh

SPACING = 2.0  # mm between two places of a way


def way_over(mesh: HeartMesh, places: Floats, surface: str = "epi") -> Floats:
    """(p, 3) mm, the way over a named surface through places (k, 3) mm, each brought to the surface's nearest node.

    Between two it goes where the surface meets the plane through both and their normals, which over a round heart is the
    shortest way. Refuses a mesh without that surface and places further than 25 mm from it.
    """
    skins = tuple(skin for skin in skins_of(mesh) if skin.name == surface)
    if not skins:
        raise Refused(f"A vein runs over the epicardium, and the mesh has no surface {surface}; choose another mesh.")
    nodes = [touch(mesh, skins, np.asarray(place, float))[1] for place in places]
    if not nodes:
        return np.empty((0, 3))
    way = [mesh.points[nodes[:1]]]
    for a, b in pairwise(nodes):
        way.append(along_surface(mesh, skins[0], a, b, SPACING)[1:])
    return np.concatenate(way)


def distance_to_way(way: Floats, points: Floats) -> Floats:
    """(n,) mm, straight, from points (n, 3) to the nearest place of a polyline (p, 3)."""
    points = np.atleast_2d(points)
    if len(way) == 1:
        return np.asarray(np.linalg.norm(points - way[0], axis=1))
    best = np.full(len(points), np.inf)
    for begin, end in pairwise(np.asarray(way, float)):
        along = end - begin
        share = np.clip((points - begin) @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
        best = np.minimum(best, np.linalg.norm(points - begin - share[:, None] * along, axis=1))
    return best


def length_of(way: Floats) -> float:
    """mm along a polyline (p, 3)."""
    return float(np.linalg.norm(np.diff(np.asarray(way, float).reshape(-1, 3), axis=0), axis=1).sum())


def spread_over(way: Floats, count: int) -> Floats:
    """(count, 3) places of a polyline in the middles of as many equal stretches."""
    way = np.asarray(way, float).reshape(-1, 3)
    gone = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    at = gone[-1] * (np.arange(count) + 0.5) / count
    return np.column_stack([np.interp(at, gone, way[:, k]) for k in range(3)])
