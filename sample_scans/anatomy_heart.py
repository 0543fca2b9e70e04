"""The two ventricles as polar surfaces about a curved long axis, at any state of contraction.

Heart frame (mm): z runs from the apex (0) to the base, x to the lateral wall (left, posterior), y to the inferior wall,
so that a short-axis picture of x to the right and y down looks as clinicians are used to: right ventricle on the left.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from sample_scans.anatomy_surfaces import Array, smooth_step

DENSITY = 1.05  # g/ml of myocardium
ANGLES = np.linspace(0.0, 2 * np.pi, 192, endpoint=False)
HEIGHTS = np.arange(-20.0, 190.0, 1.0)


@dataclass(frozen=True)
class Heart:
    """One patient's ventricles; lengths in mm, angles in rad.

    length       apex to base at end-diastole; radius, wall: of the left ventricle at its widest
    rv_depth     widest gap between septum and right free wall; rv_wall its thickness
    descent      of the base at full contraction, left side and what the right side adds
    squeeze      radius of the left cavity at full contraction over the diastolic one; rv_squeeze: of the right depth
    twist        at the apex at full contraction
    waves        (k, 4): angular order, axial order, amplitude (of the radius), phase of the patient's own shape
    wall_waves   the same for the wall thickness
    squeeze_waves  the same for the contraction: parts of the wall that move less than others
    bend         (2,) mm, how far the long axis bows out at mid-height
    flatten      how much the septum is pressed to the left, over the radius
    rv_start     level at which the right ventricle's tip begins, 0 apex to 1 base
    papillary    size of the papillary muscles, 1 is usual
    trabeculae   depth of the visible ridges of both ventricles, 1 is little
    layer        mm of fine trabeculae all along the left cavity, too fine to be seen: they look like muscle, and count as
                 cavity since contours are drawn at the compact muscle
    attached     how much nearer to the wall the papillary muscles stand, over the radius
    """

    length: float = 98.0
    radius: float = 26.0
    wall: float = 9.0
    rv_depth: float = 38.0
    rv_wall: float = 3.2
    descent: float = 12.0
    rv_descent: float = 7.0
    squeeze: float = 0.66
    rv_squeeze: float = 0.6
    twist: float = 0.17
    apex_wall: float = 6.5
    base_tilt: float = 3.0
    base_angle: float = 0.6
    septum: float = np.pi
    rv_width: float = 1.25
    rv_skew: float = 0.15
    fat: float = 3.5
    bend: tuple[float, float] = (2.0, -1.5)
    waves: Array = field(default_factory=lambda: np.zeros((0, 4)))
    wall_waves: Array = field(default_factory=lambda: np.zeros((0, 4)))
    squeeze_waves: Array = field(default_factory=lambda: np.zeros((0, 4)))
    flatten: float = 0.06
    rv_start: float = 0.13
    papillary: float = 1.0
    trabeculae: float = 1.0
    layer: float = 0.0
    attached: float = 0.0


@dataclass(frozen=True)
class Contours:
    """Radii (heights, angles) in mm about the long axis: cavity, LV epicardium, RV cavity, RV outside, sac."""

    endo: Array
    epi: Array
    rv: Array
    rv_outer: Array
    sac: Array


def base_height(heart: Heart, contraction: float, angle: Array = ANGLES) -> Array:
    """Height (mm) of the valve plane at ``angle``: tilted, saddle-shaped, pulled to the apex by contraction."""
    rest = heart.length + heart.base_tilt * np.cos(angle - heart.base_angle) + 1.2 * np.cos(2 * angle + 0.4)
    right = 0.5 * (1 + np.cos(angle - heart.septum))
    return np.asarray(rest - contraction * (heart.descent + heart.rv_descent * right**3))


def axis(heart: Heart, height: Array) -> Array:
    """(..., 2) mm, where the long axis runs at ``height``."""
    bow = np.sin(np.pi * np.clip(height / heart.length, 0.0, 1.3))
    return np.stack([heart.bend[0] * bow, heart.bend[1] * bow], axis=-1)


def contours(heart: Heart, contraction: float, level: Array, angle: Array = ANGLES) -> Contours:
    """Radii at ``level`` (..., angles): 0 at the apex, 1 at the valve plane of that angle.

    The wall keeps its volume: r_epi^2 - r_endo^2 grows by the inverse of the axial shortening at each angle and level.
    """
    shortening = base_height(heart, contraction, angle) / base_height(heart, 0.0, angle)
    turned = angle - heart.twist * contraction * (1.0 - 1.4 * np.clip(level, 0, 1))
    rest_endo, rest_epi = _resting(heart, level, turned)
    local = 1.0 + _series(heart.squeeze_waves, level, angle)
    endo = rest_endo * (1.0 + contraction * (heart.squeeze - 1.0) * local)
    epi = np.sqrt(endo**2 + (rest_epi**2 - rest_endo**2) / shortening)
    gap = _rv_gap(heart, level, angle)
    rv = epi + gap * (1.0 + contraction * (heart.rv_squeeze - 1.0)) - 1.0
    rv_wall = heart.rv_wall * (1.0 + 0.4 * contraction)
    rv_outer = np.where(
        gap > 0, rv + rv_wall * smooth_step(gap, 0.0, 6.0) + 1.0 - smooth_step(gap, 0.0, 6.0), epi - 1.0
    )
    outside = np.maximum(epi, rv_outer)
    groove = (
        np.exp(-(((level - 1.0) / 0.12) ** 2)) * 1.5
        + np.exp(-(((np.abs(_from(angle, heart)) - 1.35) / 0.3) ** 2)) * 1.2
    )
    fat = heart.fat * (0.35 + 0.5 * (1 + np.cos(angle - heart.septum - 0.3)) * 0.6 + groove)
    return Contours(endo, epi, rv, rv_outer, outside + fat * smooth_step(level, -0.1, 0.3))


def tables(heart: Heart, contraction: float) -> Contours:
    """The contours on the fixed lattice HEIGHTS x ANGLES; below the apex the radii are negative."""
    level = HEIGHTS[:, None] / base_height(heart, contraction)[None, :]
    made = contours(heart, contraction, np.maximum(level, 0.0))
    below = np.minimum(HEIGHTS, 0.0)[:, None] * 1.5
    sac = made.sac + np.minimum(HEIGHTS + 4.0, 0.0)[:, None] * 3.0 + 4.0 * np.sqrt(np.clip(1 - level * 12, 0, 1))
    return Contours(made.endo + below, made.epi + below, made.rv + below, made.rv_outer + below, sac)


def volumes(heart: Heart, contraction: float, levels: int = 400) -> dict[str, float]:
    """Volumes in ml of LV cavity, LV wall and RV cavity, by quadrature of the surfaces over ``levels`` (no voxels)."""
    level = (np.arange(levels) + 0.5)[:, None] / levels
    made = contours(heart, contraction, np.broadcast_to(level, (levels, len(ANGLES))))
    cell = base_height(heart, contraction)[None, :] / levels * (2 * np.pi / len(ANGLES)) * 0.5e-3
    return {
        "lv": float((made.endo**2 * cell).sum()),
        "wall": float(((made.epi**2 - made.endo**2) * cell).sum()),
        "rv": float(((np.maximum(made.rv, made.epi) ** 2 - made.epi**2) * cell).sum()),
    }


def fit(heart: Heart, *, edv: float, ef: float, mass: float, rv_edv: float, rv_ef: float, levels: int = 400) -> Heart:
    """The same patient with sizes chosen so that volumes (ml), ejection fractions (0..1) and mass (g) are these.

    Raises ValueError where no size does it; fewer ``levels`` are quicker and less exact.
    """

    def solve(name: str, low: float, high: float, contraction: float, part: str, target: float) -> None:
        nonlocal heart
        current = heart

        def miss(value: float) -> float:
            changed: dict[str, Any] = {name: value}
            return volumes(replace(current, **changed), contraction, levels)[part] - target

        found: dict[str, Any] = {name: float(brentq(miss, low, high, xtol=1e-3))}
        heart = replace(current, **found)

    solve("radius", 10.0, 60.0, 0.0, "lv", edv)
    solve("wall", 2.0, 30.0, 0.0, "wall", mass / DENSITY)
    solve("squeeze", 0.2, 1.2, 1.0, "lv", edv * (1 - ef))
    solve("rv_depth", 8.0, 90.0, 0.0, "rv", rv_edv)
    solve("rv_squeeze", 0.1, 1.5, 1.0, "rv", rv_edv * (1 - rv_ef))
    return heart


def _profile(level: Array) -> Array:
    """Bullet: 0 at the apex, round there, nearly straight above."""
    return np.asarray((1.0 - (1.0 - np.clip(level, 0.0, 1.0)) ** 2.3) ** 0.55)


def _series(waves: Array, level: Array, angle: Array) -> Array:
    total = np.zeros(np.broadcast_shapes(level.shape, angle.shape))
    for order, axial, amplitude, phase in waves:
        total += amplitude * np.cos(order * angle + phase + axial * np.pi * level)
    return total


def _resting(heart: Heart, level: Array, angle: Array) -> tuple[Array, Array]:
    tip = heart.apex_wall / heart.length
    inner = (level - tip) / (1.0 - tip)
    annulus = 1.0 - 0.10 * smooth_step(level, 0.72, 1.05)
    flat_septum = 1.0 - heart.flatten * np.exp(-((_from(angle, heart) / 0.8) ** 2))
    radius = (
        heart.radius * annulus * flat_septum * (1.0 + _series(heart.waves, level, angle) * smooth_step(level, 0, 0.25))
    )
    septal = 0.10 * np.cos(angle - heart.septum) + 0.05 * np.cos(2 * (angle - heart.septum))
    along = 0.55 + 0.45 * smooth_step(level, 0.02, 0.45) - 0.18 * smooth_step(level, 0.8, 1.05)
    wall = heart.wall * along * (1.0 + septal + _series(heart.wall_waves, level, angle))
    return radius * _profile(inner), (radius + wall) * _profile(level)


def _from(angle: Array, heart: Heart) -> Array:
    """Angle from the middle of the septum, -pi..pi."""
    return np.asarray((angle - heart.septum + np.pi) % (2 * np.pi) - np.pi)


def _rv_gap(heart: Heart, level: Array, angle: Array) -> Array:
    """mm between septum and right free wall: a crescent whose bulk moves from the inferior inflow to the outflow."""
    along = np.clip((level - heart.rv_start) / (1.0 - heart.rv_start), 0.0, 1.0)
    width = heart.rv_width * (0.62 + 0.38 * along**0.7)
    x = (_from(angle, heart) - heart.rv_skew * 0.5) / width
    crescent = np.clip(1.0 - x**2, 0.0, None) ** 0.95
    lean = 1.0 + 0.25 * np.sin(x * 1.5) * np.cos(np.pi * along) + 0.06 * np.cos(5 * x + 4 * along)
    depth = heart.rv_depth * (1.0 - (1.0 - along) ** 1.9) ** 0.75 * (1.0 - 0.12 * smooth_step(along, 0.8, 1.0))
    return np.asarray(depth * crescent * lean)


def draw_heart(rng: np.random.Generator, *, length: float, wall: float) -> Heart:
    """A patient's own shape around a length and a wall thickness (sizes are set by ``fit`` afterwards)."""
    orders = np.array([2, 2, 3, 3, 4, 5])
    axial = np.array([0, 1, 0.5, 1.5, 1, 1.5])
    size = np.array([0.045, 0.03, 0.024, 0.02, 0.013, 0.012])

    def waves(scale: float) -> Array:
        return np.stack([orders, axial, scale * size * rng.normal(size=6), rng.uniform(0, 2 * np.pi, 6)], axis=1)

    return Heart(
        length=length,
        wall=wall,
        rv_wall=float(rng.uniform(2.7, 3.8)),
        rv_descent=float(rng.uniform(5.0, 9.0)),
        twist=float(rng.uniform(0.10, 0.22)),
        apex_wall=float(rng.uniform(5.5, 7.5)),
        base_tilt=float(rng.uniform(1.5, 4.5)),
        base_angle=float(rng.uniform(0.0, 1.2)),
        septum=float(np.pi + rng.normal(0.15, 0.12)),
        rv_width=float(rng.uniform(1.32, 1.5)),
        rv_skew=float(rng.normal(0.1, 0.15)),
        fat=float(rng.uniform(1.5, 4.0)),
        bend=(float(rng.normal(1.5, 1.2)), float(rng.normal(-1.0, 1.2))),
        waves=waves(1.0),
        wall_waves=waves(2.2),
    )
