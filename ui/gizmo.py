"""Handles around a device that is placed freely: an arrow along and a ring around each axis of the patient."""

from dataclasses import dataclass

import numpy as np
import pyvista as pv
from PySide6.QtCore import QPointF

from geometry.heart_mesh import Floats
from ui.device_drawing import tube_along
from ui.scene import Scene
from ui.theme import px

INKS = ("#d1495b", "#3fa34d", "#4f86d9")  # left - right, back - front, foot - head
ARROW, TIP, RING = 1.3, 0.2, 1.0  # radii of the gizmo: where an arrow ends, how long its tip is, how wide a ring is
THICK = 0.022  # radii
NEAR = 9.0  # pixels from a handle in which it is taken
PLACES = 48  # along a handle
EDGE_ON = 0.2  # cosine between axis and view below which a ring is seen from its side


@dataclass(frozen=True)
class Handle:
    """An arrow (moves along the axis) or a ring (``turns`` around it)."""

    axis: int
    turns: bool


HANDLES = tuple(Handle(axis, turns) for turns in (False, True) for axis in range(3))


def line_of(handle: Handle, middle: Floats, radius: float) -> Floats:
    """(k, 3) mm, the middle line of a handle."""
    axis = np.eye(3)[handle.axis]
    if not handle.turns:
        return np.asarray(middle + radius * np.linspace(0.25, ARROW, PLACES)[:, None] * axis)
    turn = np.linspace(0.0, 2 * np.pi, PLACES)[:, None]
    one, two = np.roll(axis, 1), np.roll(axis, 2)
    return np.asarray(middle + RING * radius * (np.cos(turn) * one + np.sin(turn) * two))


def gizmo(middle: Floats, radius: float) -> pv.PolyData:
    """All handles as one body with the colours of its points."""
    bodies = []
    for handle in HANDLES:
        line = line_of(handle, middle, radius)
        parts = [tube_along(line, THICK * radius)]
        if not handle.turns:
            axis = np.eye(3)[handle.axis]
            parts.append(
                pv.Cone(center=line[-1], direction=axis, height=TIP * radius, radius=0.08 * radius, resolution=20)
            )
        for body in parts:
            ink = pv.Color(INKS[handle.axis]).int_rgb
            body.clear_data()
            body.point_data["colour"] = np.tile(np.array(ink, np.uint8), (body.n_points, 1))
            bodies.append(body.triangulate())
    return pv.merge(bodies, merge_points=False)


def handle_at(scene: Scene, spot: QPointF, middle: Floats, radius: float) -> Handle | None:
    """The handle under a pixel of the first view: the nearest of those within ``NEAR``."""
    away = {handle: _away(scene, spot, line_of(handle, middle, radius)) for handle in HANDLES}
    nearest = min(away, key=lambda handle: away[handle])
    return nearest if away[nearest] <= px(NEAR) else None


def way_along(scene: Scene, middle: Floats, axis: int, start: QPointF, spot: QPointF) -> float:
    """mm along an axis that follow a drag from one pixel to another; 0 where the axis points at the viewer."""
    return _follow(scene, middle, np.eye(3)[axis], start, spot)


def turn_around(scene: Scene, middle: Floats, radius: float, axis: int, start: QPointF, spot: QPointF) -> float:
    """Degrees around an axis through ``middle`` (right-handed) that follow a drag around a ring of ``radius`` mm."""
    normal = np.eye(3)[axis]
    near, far = scene.ray(scene.on_screen(middle))
    view = (far - near) / np.linalg.norm(far - near)
    if abs(float(view @ normal)) < EDGE_ON:  # the ring is a line: along it the drag turns
        side = np.cross(normal, -view)
        return float(np.degrees(_follow(scene, middle, side / np.linalg.norm(side), start, spot) / radius))
    one, two = (_on_plane(scene, pixel, middle, normal) - middle for pixel in (start, spot))
    return float(np.degrees(np.arctan2(np.cross(one, two) @ normal, one @ two)))


def _follow(scene: Scene, middle: Floats, way: Floats, start: QPointF, spot: QPointF) -> float:
    """mm along a unit vector that follow a drag; 0 where it is hardly seen."""
    along, drag = scene.on_screen(middle + way) - scene.on_screen(middle), spot - start  # pixels in a millimetre
    length = along.x() ** 2 + along.y() ** 2
    return (drag.x() * along.x() + drag.y() * along.y()) / length if length > 0.1 else 0.0


def _on_plane(scene: Scene, spot: QPointF, middle: Floats, normal: Floats) -> Floats:
    """(3,) mm, where the ray through a pixel meets a plane."""
    near, far = scene.ray(spot)
    share = ((middle - near) @ normal) / ((far - near) @ normal)
    return np.asarray(near + share * (far - near))


def _away(scene: Scene, spot: QPointF, line: Floats) -> float:
    """Pixels from a spot to a line of points (k, 3) as it is seen."""
    seen = [scene.on_screen(point) for point in line]
    places = np.array([(point.x(), point.y()) for point in seen])
    here, way = places[:-1], np.diff(places, axis=0)
    length = np.maximum((way**2).sum(axis=1), 1e-12)
    to = np.array([spot.x(), spot.y()]) - here
    share = np.clip((to * way).sum(axis=1) / length, 0.0, 1.0)
    return float(np.linalg.norm(to - share[:, None] * way, axis=1).min())
