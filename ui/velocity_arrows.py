"""Arrows along the velocity of the activation front, and what it is at one place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometry.metric import Metric
from solvers.electrophysiology.front_velocity import front_velocity
from ui.heart_surface import Floats, HeartSurface
from ui.painting import Painting
from ui.scene import Scene
from ui.session import Session

APART = 6.5  # mm between two arrows
LENGTH = 5.0  # mm of an arrow of median speed, about: the time it stands for is a round number
TIMES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)  # ms that an arrow may stand for
LONGEST = 3.0  # times the median: where fronts break through or meet, and would only cover the map
LIFT = 0.8  # mm that arrows stand off the wall
INK = "#10151b"


def show_velocity(scene: Scene, session: Session, paintings: Sequence[Painting]) -> None:
    """Arrows on every view that shows activation times, and in words what their length means."""
    for view in scene.views:
        view.hide("velocity")
    surface = scene.surface
    shown = [painting for painting in paintings if _has_velocity(session, painting)]
    if surface is None or not shown:
        scene.note("")
        return
    nodes, normals = surface.spread(APART)
    found = [front_velocity(surface.mesh, painting.values, nodes) for painting in shown]
    medians = [float(np.nanmedian(np.linalg.norm(velocity, axis=1))) for velocity in found]
    ahead = min(TIMES, key=lambda time: abs(np.log(time * medians[0] / LENGTH)))
    for view, velocity, median in zip(scene.views, found, medians, strict=False):
        along = velocity - normals * (velocity * normals).sum(axis=1, keepdims=True)
        keep = np.linalg.norm(velocity, axis=1) <= LONGEST * median
        view.show_velocities(_starts(surface, nodes, normals)[keep], along[keep] * ahead, INK)
    told = " | ".join(f"{median:.2f}" for median in medians)
    scene.note(f"Arrows: the front's way along the surface in {ahead:g} ms.  Median speed here {told} mm/ms (= m/s)")


def velocity_at(session: Session, painting: Painting, node: int) -> str:
    """The speed of the front at a node, where arrows are drawn."""
    mesh = session.mesh
    if mesh is None or not _has_velocity(session, painting):
        return ""
    speed = float(np.linalg.norm(front_velocity(mesh, painting.values, np.array([node]))))
    return (
        f"   front {Metric('speed', '', speed, 'mm/ms').text()}" if np.isfinite(speed) else "   front too fast to tell"
    )


def _has_velocity(session: Session, painting: Painting) -> bool:
    return session.look.velocity and "activation" in session.look.field and painting.kind in ("value", "doubt")


def _starts(surface: HeartSurface, nodes: NDArray[np.integer], normals: Floats) -> Floats:
    return np.asarray(surface.mesh.points[nodes] + LIFT * normals)
