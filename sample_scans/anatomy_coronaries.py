"""The large coronary arteries on the surface of the heart."""

import numpy as np

from sample_scans.anatomy_heart import Heart, axis, base_height, contours
from sample_scans.anatomy_surfaces import Array, Tube, tube
from sample_scans.canvas import Canvas


def paint_coronaries(canvas: Canvas, heart: Heart, contraction: float) -> None:
    """Paint the anterior descending, circumflex and right coronary arteries with a little calcium in them."""
    edge = heart.rv_width * 0.97 + heart.rv_skew * 0.5
    level = np.linspace(1.03, 0.25, 9)
    anterior = _on_surface(heart, contraction, level, heart.septum + edge * (0.62 + 0.38 * level), 2.2)
    turn = np.linspace(heart.septum + edge + 0.2, heart.septum + edge + 2.6, 9)
    around = _on_surface(heart, contraction, np.full(9, 1.04), turn, 3.0)
    right = np.linspace(heart.septum + 0.8, heart.septum - edge, 9)
    groove = _on_surface(heart, contraction, np.full(9, 1.03), right, 3.0)
    for line, radius in ((anterior, 1.7), (around, 1.6), (groove, 1.8)):
        canvas.paint(tube(line, np.linspace(radius, 0.6 * radius, len(line))), "coronary")
    spot: Array = anterior[1:3]
    canvas.paint(Tube(spot, np.full(2, 1.2), np.array([0.0, float(np.linalg.norm(spot[1] - spot[0]))])), "calcium")


def _on_surface(heart: Heart, contraction: float, level: Array, angle: Array, above: float) -> Array:
    points = []
    for at, turn in zip(level, angle, strict=True):
        here = np.array([turn % (2 * np.pi)])
        made = contours(heart, contraction, np.array([[min(at, 1.0)]]), here)
        radius = float(np.maximum(made.rv_outer, made.epi)[0, 0]) + above
        height = at * float(base_height(heart, contraction, here)[0])
        centre = axis(heart, np.array(height))
        points.append([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn), height])
    return np.array(points)
