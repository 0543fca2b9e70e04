"""How devices look in the 3D view: a frame of wires, a balloon, any surface, and how near the wall is."""

import numpy as np
import pyvista as pv

from app.palettes import diverging
from geometry.heart_mesh import Floats, HeartMesh
from ui.painting import Painting
from ui.scene import Scene

NAMES = ("device", "device_skirt", "device_map", "device_grip", "device_gizmo")
CELLS, ROWS = 14, 3  # diamonds around a frame and rows of them
SKIRT, GRIP = "#e6ecf2", "#ffd166"
METAL = {"dark": "#c9d2dc", "light": "#44505e"}  # by the name of the theme
SEEN_THROUGH = 0.2  # opacity of the wall around a device
REACH = 3.0  # mm at either end of the legend
LIFT = 0.15  # mm that the map stands off the wall


def wire_frame(center: Floats, axis: Floats, radius: float, low: float, high: float) -> pv.PolyData:
    """Diamonds of wire on a cylinder, from ``low`` to ``high`` mm along its axis."""
    across, aside = np.linalg.svd(axis[None])[2][1:]
    turn = 2 * np.pi * (np.arange(CELLS)[None] + 0.5 * (np.arange(2 * ROWS + 1)[:, None] % 2)) / CELLS
    height = np.linspace(low, high, 2 * ROWS + 1)
    ring = radius * (np.cos(turn)[..., None] * across + np.sin(turn)[..., None] * aside)
    points = (center + height[:, None, None] * axis + ring).reshape(-1, 3)
    number = np.arange(len(points)).reshape(2 * ROWS + 1, CELLS)
    links = []
    for row in range(2 * ROWS):
        ahead = np.roll(number[row + 1], 1 if row % 2 == 0 else -1)
        links += [np.stack([number[row], number[row + 1]], -1), np.stack([number[row], ahead], -1)]
    ends = np.concatenate(links)
    wires = pv.PolyData(points, lines=np.column_stack([np.full(len(ends), 2), ends]).ravel())
    return wires.tube(radius=0.022 * radius, n_sides=6)


def cylinder(center: Floats, axis: Floats, radius: float, low: float, high: float) -> pv.PolyData:
    """An open cylinder from ``low`` to ``high`` mm along its axis."""
    middle = center + (low + high) / 2 * axis
    return pv.Cylinder(center=middle, direction=axis, radius=radius, height=max(high - low, 0.1), capping=False)


def tube_along(points: Floats, radius: float) -> pv.PolyData:
    """A tube around a line of points (k, 3)."""
    count = len(points)
    line = pv.PolyData(points, lines=np.concatenate([[count], np.arange(count)]))
    return line.tube(radius=radius, n_sides=24, capping=False)


def wall_map(mesh: HeartMesh, values: Floats) -> pv.PolyData:
    """The triangles of the wall all of whose nodes have a value, mm, coloured by it."""
    triangles = mesh.tagged("wall")
    known = triangles[np.isfinite(values[triangles]).all(axis=1)]
    if not len(known):
        return pv.PolyData()
    patch = pv.PolyData.from_regular_faces(np.asarray(mesh.points), known)
    patch.point_data["colour"] = colours(np.nan_to_num(values))
    patch = patch.clean().compute_normals(cell_normals=False, split_vertices=False, auto_orient_normals=False)
    patch.points = np.asarray(patch.points) + LIFT * np.asarray(patch["Normals"])
    return patch


def colours(values: Floats) -> Floats:
    """(n, 3) bytes of distances, mm: blue where they are negative, red where they are positive."""
    share = np.clip((values + REACH) / (2 * REACH), 0, 1)
    return np.asarray(diverging().colours[np.round(share * 255).astype(int)])


def distance_scale(title: str, low: str, high: str, turned: bool = False) -> Painting:
    """The legend of those colours; ``turned`` where they are drawn of the negative values."""
    none = np.empty(0)
    texture = diverging().colours[:: -1 if turned else 1].reshape(1, -1, 3)
    return Painting(title, "mm", -REACH, REACH, low, high, "value", none, none, none, texture, True, clipped=True)


def hide_device(scene: Scene) -> None:
    """Take the device away and make the wall as it was."""
    view = scene.views[0]
    for name in NAMES:
        view.hide(name)
    view.make_solid()
    scene.draw()
