"""The mitral valve at any phase: its ring of tissue about the orifice, and two leaflets, shut or hanging into the ventricle."""

from dataclasses import dataclass

import numpy as np

from geometry.segmentation import LEFT_ATRIUM, LV
from sample_scans.anatomy_heart import Heart, base_height, tables
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_ventricles import Lookup
from sample_scans.canvas import Canvas


@dataclass(frozen=True)
class Mitral:
    """Lengths in mm.

    middle    (2,) of the orifice, heart frame across the long axis
    radii     (2,) of the orifice, along and across the line between the commissures
    hang      how far the leaflets reach down; 0: shut
    thickness of the leaflets; ring: half height of the shoulder about the orifice
    """

    middle: Array
    radii: Array
    hang: float
    thickness: float
    ring: float


def draw_mitral(heart: Heart, contraction: float, rng: np.random.Generator) -> Mitral:
    """A valve that is open in diastole and shut in systole."""
    wide = heart.radius * float(rng.uniform(0.60, 0.76))
    wide = min(max(wide, 12.5), 22.0)
    return Mitral(
        middle=np.array([0.22, 0.16]) * heart.radius,
        radii=np.array([wide, wide * float(rng.uniform(0.80, 0.95))]),
        hang=float(rng.uniform(9.0, 17.0)) if contraction < 0.3 else 0.0,
        thickness=float(rng.uniform(0.8, 2.0)),
        ring=float(rng.uniform(1.6, 3.0)),
    )


def paint_valve(canvas: Canvas, heart: Heart, mitral: Mitral, contraction: float, places: Lookup) -> None:
    """Paint ring and leaflets over ventricle and atrium; hanging leaflets count as cavity, as papillary muscles do."""
    endo = places.at(tables(heart, contraction).endo)
    above = places.height - places.around(base_height(heart, contraction))
    points = canvas.points[places.index]
    offset = (points[:, :2] - mitral.middle.astype(np.float32)) / mitral.radii.astype(np.float32)
    mean = float(mitral.radii.mean())
    hole = (np.hypot(offset[:, 0], offset[:, 1]) - 1.0) * mean  # negative in the orifice
    ring = np.maximum(np.maximum(np.abs(above) - mitral.ring, -hole), places.radius - endo - 3.0)
    canvas.cover(places.index, ring, "atrial wall")
    half = 0.5 * mitral.thickness
    if mitral.hang == 0.0:
        dome = above - 1.2 + 0.10 * np.maximum(hole + mean, 0.0)
        canvas.cover(places.index, np.maximum(np.abs(dome) - half, hole - 1.5), "valve")
        return
    down = np.clip(-above / mitral.hang, 0.0, 1.0)
    funnel = np.abs(hole + 0.28 * mean * down) - half
    gap = 0.16 * mean - np.abs(offset[:, 1]) * mean * 0.5  # the commissures stay open further down
    sheet = np.maximum(np.maximum(funnel, np.maximum(above - 1.0, -above - mitral.hang)), gap * down)
    canvas.cover(places.index, sheet, "valve", LV)


def mark_mouth(canvas: Canvas, heart: Heart, contraction: float, places: Lookup) -> None:
    """Label what ``paint_sac`` paints as the mouth of the left atrium."""
    above = places.height - places.around(base_height(heart, contraction))
    mouth = 0.25 * np.clip(above, 0.0, None) ** 1.5
    inside = places.radius - places.at(tables(heart, contraction).endo) + mouth
    mark(canvas, places.index, np.maximum(inside, -above), LEFT_ATRIUM)


def mark(canvas: Canvas, index: Array, distance: Array, label: int) -> None:
    """Give points ``index`` a label by the fraction of each that lies inside, without painting them."""
    channel = canvas.values[canvas.labels.index(label) + 1]
    share = np.clip(0.5 - distance / canvas.edge, 0.0, 1.0)
    channel[index] = np.maximum(channel[index], share)
