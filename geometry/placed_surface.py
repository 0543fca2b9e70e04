"""Any surface placed in a heart: how far it is from the walls, and how much of it lies where there is no room."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.exchange.reading import read_raw
from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.surface import enclosed_volume, used_points

MOST = 60_000  # triangles
SAMPLES = 30_000  # points that the volume is looked at with, about
WALLS = ("wall", "endo_lv", "endo_rv", "epi")


@dataclass(frozen=True)
class Shape:
    """A triangulated surface: points (n, 3) mm, triangles (k, 3), normals outwards; ``closed`` where it encloses a volume."""

    points: Floats
    triangles: Ints
    closed: bool

    @property
    def volume(self) -> float:
        """mm3 inside; 0 of an open surface."""
        return enclosed_volume(self.points, self.triangles) if self.closed else 0.0

    def at(self, pose: Floats) -> "Shape":
        """The surface moved by a 4x4 matrix; refuses one that is not rigid up to a scale, or mirrors."""
        turn = pose[:3, :3]
        size = np.cbrt(max(np.linalg.det(turn), 0.0))
        if size < 1e-6 or not np.allclose(turn.T @ turn, size**2 * np.eye(3), atol=1e-3 * size**2):
            raise Refused("The pose is not a rotation with a shift (and one scale); give a 4x4 matrix of that kind.")
        return Shape(self.points @ turn.T + pose[:3, 3], self.triangles, self.closed)


@dataclass(frozen=True)
class Fit:
    """How a placed surface lies.

    distance   (n,) mm of each of its points from the nearest wall: positive where there is room, negative where it cuts in
    clearance  mm, the least of them;  near  share of its points within 1 mm of a wall or cutting in
    volume, overlap, error  mm3 of the surface, of its part where there is no room, and half a sample's doubt of that
    beyond     share of the surface's volume (of its points where it is open) that lies beyond the meshed heart's ends
    """

    distance: Floats
    clearance: float
    near: float
    volume: float
    overlap: float
    error: float
    beyond: float


class Surroundings:
    """The walls of a heart, asked again and again about places.

    Blood has room inside and none beyond its wall; a wall of ventricles leaves room wherever it is not.
    """

    def __init__(self, mesh: HeartMesh) -> None:
        named = [mesh.tagged(name) for name in WALLS if len(mesh.tagged(name))]
        self._blood = mesh.kind == "blood_pool"
        points, (triangles,) = used_points(mesh.points, np.concatenate(named) if named else mesh.facets)
        self._walls = pv.PolyData.from_regular_faces(points, triangles)
        self._tets = pv.UnstructuredGrid({pv.CellType.TETRA: mesh.tets}, mesh.points)
        ends = [mesh.tagged(name) for name in mesh.facet_names.values() if name not in WALLS]
        self._ends = [_plane(mesh.points, part) for part in ends if len(part)] if self._blood else []

    def distance(self, places: Floats) -> Floats:
        """(n,) mm to the nearest wall, negative where there is no room."""
        cloud = pv.PolyData(np.ascontiguousarray(places))
        away = np.abs(np.asarray(cloud.compute_implicit_distance(self._walls)["implicit_distance"]))
        return np.where(self.room(places), away, -away)

    def room(self, places: Floats) -> NDArray[np.bool_]:
        """(n,) whether there is room, and nothing of the wall."""
        inside = np.asarray(self._tets.find_containing_cell(np.ascontiguousarray(places))) >= 0
        return (inside | self.beyond(places)) if self._blood else ~inside

    def beyond(self, places: Floats) -> NDArray[np.bool_]:
        """(n,) whether a place lies beyond a flat end of the blood, where nothing is known."""
        found = np.zeros(len(places), bool)
        for center, normal, radius in self._ends:
            away = places - center
            found |= (away @ normal > 0) & (np.linalg.norm(away, axis=1) < 4 * radius)
        return found


def read_shape(path: Path) -> Shape:
    """The triangles of a file (STL, PLY, VTP ...), normals turned outwards; refuses one without, or with too many."""
    raw = read_raw(path)
    if not len(raw.triangles):
        raise Refused("This file holds no triangles; save the device as a surface (STL, PLY or VTP).")
    points, (triangles,) = used_points(np.asarray(raw.points, float), np.asarray(raw.triangles, np.int32))
    whole = pv.PolyData.from_regular_faces(points, triangles).clean()
    if whole.n_cells > MOST:
        raise Refused(f"This surface has {whole.n_cells} triangles; thin it out to {MOST} at most.")
    closed = whole.n_open_edges == 0 and whole.is_manifold
    if closed:
        whole = whole.compute_normals(cell_normals=True, point_normals=False, auto_orient_normals=True)
    return Shape(np.asarray(whole.points, float), np.asarray(whole.regular_faces, np.int32), bool(closed))


def fit(shape: Shape, heart: Surroundings, samples: int = SAMPLES) -> Fit:
    """Measure a surface that lies where it is to lie; the overlap from about ``samples`` points of a grid inside it."""
    distance = heart.distance(shape.points)
    clearance, near = float(distance.min()), float((distance < 1.0).mean())
    if not shape.closed:
        return Fit(distance, clearance, near, 0.0, 0.0, 0.0, float(heart.beyond(shape.points).mean()))
    inside = _grid_inside(shape, samples)
    none = ~heart.room(inside)
    share = float(none.mean())
    error = shape.volume * float(np.sqrt(share * (1 - share) / len(inside)))
    return Fit(distance, clearance, near, shape.volume, share * shape.volume, error, float(heart.beyond(inside).mean()))


def _grid_inside(shape: Shape, samples: int) -> Floats:
    """(m, 3) points of a regular grid inside a closed surface."""
    low, high = shape.points.min(axis=0), shape.points.max(axis=0)
    step = float(np.cbrt(shape.volume / samples))
    axes = [
        np.arange(a + step / 2, b, step) if b - a > step else np.array([(a + b) / 2])
        for a, b in zip(low, high, strict=True)
    ]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    surface = pv.PolyData.from_regular_faces(shape.points, shape.triangles)
    held = pv.PolyData(grid).select_interior_points(surface, check_surface=False)
    found = grid[np.asarray(held["selected_points"], bool)]
    return found if len(found) else shape.points.mean(axis=0)[None]


def _plane(points: Floats, triangles: Ints) -> tuple[Floats, Floats, float]:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a).sum(axis=0)
    nodes = points[np.unique(triangles)]
    center = nodes.mean(axis=0)
    return center, normal / np.linalg.norm(normal), float(np.linalg.norm(nodes - center, axis=1).max())


def save_shape(shape: Shape, path: Path) -> None:
    """Write a surface (.npz)."""
    np.savez(path, points=shape.points, triangles=shape.triangles, closed=shape.closed)


def load_shape(path: Path) -> Shape:
    """Read what ``save_shape`` wrote."""
    with np.load(path) as data:
        return Shape(data["points"], data["triangles"], bool(data["closed"]))
