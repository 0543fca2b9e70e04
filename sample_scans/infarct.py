"""A heart attack in the wall of a synthetic left ventricle: dead core, border zone, and a core that blood no longer reaches."""

from dataclasses import dataclass

import numpy as np

from geometry.segmentation import MYOCARDIUM
from sample_scans.anatomy_heart import ANGLES, DENSITY, Heart, base_height, contours, tables
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_ventricles import Lookup
from sample_scans.canvas import Canvas

BORDER, CORE, NO_REFLOW = 11, 12, 13  # labels of the truth, beside those of the chambers
_MUSCLE, _BORDER, _CORE = ("myocardium", MYOCARDIUM), ("border", BORDER), ("scar", CORE)
_NO_REFLOW = ("no reflow", NO_REFLOW)


@dataclass(frozen=True)
class Infarct:
    """Where and how large: an ellipse on the wall, from the endocardium outwards.

    angle, level      of its middle: rad in the heart frame (0 lateral, pi/2 inferior), 0 apex to 1 base
    width, height     half axes: rad around, mm along
    depth             0..1 of the wall, 1: transmural
    border            mm of mixed tissue around the core
    no_reflow         0..1, size of the dark middle over that of the core
    """

    angle: float = 0.6
    level: float = 0.5
    width: float = 0.75
    height: float = 24.0
    depth: float = 0.6
    border: float = 0.0
    no_reflow: float = 0.0

    def distance(self, length: float, angle: Array, level: Array, radius: Array, wall: Array, depth: Array) -> Array:
        """About the signed distance (mm, negative inside) to the core; ``depth`` 0 at the endocardium, 1 at the epicardium."""
        turn = (angle - self.angle + np.pi) % (2 * np.pi) - np.pi
        along = (level - self.level) * length
        size = np.hypot(turn / self.width, along / self.height)
        aside = (size - 1.0) * np.minimum(self.width * radius, self.height)
        above = (depth - self.depth) * wall if self.depth < 1 else np.full_like(depth, -1e3)
        return np.asarray(np.maximum(aside, above))

    def dark_distance(
        self, length: float, angle: Array, level: Array, radius: Array, wall: Array, depth: Array
    ) -> Array:
        """The same for the part without reflow, which touches neither the border of the core nor the blood."""
        turn = (angle - self.angle + np.pi) % (2 * np.pi) - np.pi
        along = (level - self.level) * length
        size = np.hypot(turn / (self.width * self.no_reflow), along / (self.height * self.no_reflow))
        aside = (size - 1.0) * np.minimum(self.width * radius, self.height) * self.no_reflow
        middle = 0.5 * min(self.depth, 1.0)
        across = (np.abs(depth - middle) - 0.62 * middle * self.no_reflow**0.5) * wall
        return np.asarray(np.maximum(aside, across))


def paint_infarct(canvas: Canvas, heart: Heart, infarct: Infarct, contraction: float, places: Lookup) -> None:
    """Paint border, core and dark middle into the wall that ``paint_ventricles`` has painted."""
    made = tables(heart, contraction)
    endo, epi = places.at(made.endo), places.at(made.epi)
    wall = np.maximum(epi - endo, 1.0)
    base = places.around(base_height(heart, contraction))
    where = (places.angle, places.height / base, np.maximum(endo, 6.0), wall, (places.radius - endo) / wall)
    away = infarct.distance(heart.length, *where)
    dead, any_scar = canvas.inside(away), canvas.inside(away - infarct.border)
    canvas.turn(places.index, any_scar, _MUSCLE, _BORDER)
    canvas.turn(places.index, dead / np.maximum(any_scar, 1e-6), _BORDER, _CORE)
    if infarct.no_reflow > 0:
        canvas.turn(places.index, canvas.inside(infarct.dark_distance(heart.length, *where)), _CORE, _NO_REFLOW)


def infarct_masses(heart: Heart, infarct: Infarct | None, contraction: float) -> dict[str, float]:
    """Grams of core (dark middle included), border, dark middle and the whole wall, by quadrature (no voxels)."""
    levels, layers = 200, 40
    level = (np.arange(levels) + 0.5)[:, None] / levels
    made = contours(heart, contraction, np.broadcast_to(level, (levels, len(ANGLES))))
    base = base_height(heart, contraction)
    depth = ((np.arange(layers) + 0.5) / layers)[:, None, None]
    thick = made.epi - made.endo
    cell = (made.endo + depth * thick) * thick / layers * (2 * np.pi / len(ANGLES)) * base[None] / levels
    grams = cell * 1e-3 * DENSITY
    total = {"wall_g": float(grams.sum())}
    if infarct is None:
        return total | {"core_g": 0.0, "border_g": 0.0, "no_reflow_g": 0.0}
    shape = grams.shape
    where = [
        np.broadcast_to(each, shape)
        for each in (ANGLES, level, np.maximum(made.endo, 6.0), np.maximum(thick, 1), depth)
    ]
    away = infarct.distance(heart.length, *where)
    total["core_g"] = float(grams[away < 0].sum())
    total["border_g"] = float(grams[(away >= 0) & (away < infarct.border)].sum())
    dark = infarct.dark_distance(heart.length, *where) < 0 if infarct.no_reflow > 0 else np.zeros(shape, bool)
    return total | {"no_reflow_g": float(grams[dark].sum())}
