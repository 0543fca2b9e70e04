"""Hearts and bodies of many kinds: small and large, strong and failing, thick, thin and uneven walls, full and slim chests."""

from dataclasses import dataclass, replace

import numpy as np

from sample_scans.anatomy_base import HeartBase, draw_base
from sample_scans.anatomy_frame import Frame, place_heart
from sample_scans.anatomy_heart import DENSITY, Heart, draw_heart, fit
from sample_scans.anatomy_surfaces import Array, Ripple, draw_ripple
from sample_scans.anatomy_torso import Torso, draw_torso

TRIES = 40


@dataclass(frozen=True)
class Person:
    """One person's heart in their chest, and a gentle warp (three ripples, mm) that makes both irregular."""

    heart: Heart
    frame: Frame
    torso: Torso
    base: HeartBase
    warp: tuple[Ripple, Ripple, Ripple]

    def bend(self, points: Array) -> Array:
        """(n, 3) mm heart frame: where in the unwarped anatomy a point of space lies."""
        return np.asarray(points + np.stack([ripple(points) for ripple in self.warp], axis=1), dtype=points.dtype)


def draw_person(rng: np.random.Generator) -> Person:
    """Anybody; half are near normal, the others ill in one of several ways."""
    for _ in range(TRIES):
        try:
            heart = _draw_any_heart(rng)
        except ValueError:  # no heart of that shape has these volumes: draw another
            continue
        if 0.12 < heart.squeeze < 1.05 and 3.0 < heart.wall < 26.0:
            break
    frame = place_heart(heart.length, rng)
    torso = _draw_any_torso(rng)
    base = draw_base(
        heart,
        frame,
        rng,
        torso,
        annulus=float(rng.uniform(9.0, 15.5)),
        ascending=float(rng.uniform(12.0, 21.0)),
        spread=float(np.clip((heart.radius + heart.wall) / 36.0, 0.75, 1.5)),
        loose=1.0,
    )
    height = rng.uniform(0.0, 2.6)
    warp = tuple(draw_ripple(rng, height, 75.0) for _ in range(3))
    return Person(heart, frame, torso, base, (warp[0], warp[1], warp[2]))


def _draw_any_heart(rng: np.random.Generator) -> Heart:
    kind = rng.choice(
        ["normal", "dilated", "hypertrophied", "infarcted", "right", "small"], p=[0.4, 0.16, 0.14, 0.12, 0.1, 0.08]
    )
    edv, ef, mass, rv_edv, rv_ef = _numbers(rng, str(kind))
    length = float(np.clip(88.0 * (edv / 140.0) ** 0.28 * rng.uniform(0.85, 1.15), 58.0, 125.0))
    heart = _vary(draw_heart(rng, length=length, wall=9.0), rng, str(kind))
    return fit(heart, edv=edv, ef=ef, mass=mass, rv_edv=rv_edv, rv_ef=rv_ef, levels=60)


def _numbers(rng: np.random.Generator, kind: str) -> tuple[float, float, float, float, float]:
    """EDV (ml), EF, mass (g), RV EDV (ml), RV EF of a kind of heart."""
    ranges = {
        "normal": ((85, 230), (0.48, 0.75), (0.55, 1.05), (0.85, 1.3), (0.42, 0.70)),
        "dilated": ((180, 380), (0.10, 0.45), (0.40, 0.80), (0.45, 1.0), (0.15, 0.60)),
        "hypertrophied": ((70, 200), (0.50, 0.84), (1.05, 2.1), (0.6, 1.2), (0.45, 0.75)),
        "infarcted": ((120, 300), (0.18, 0.52), (0.45, 0.9), (0.5, 1.1), (0.35, 0.65)),
        "right": ((70, 170), (0.40, 0.70), (0.55, 1.2), (1.2, 2.3), (0.12, 0.55)),
        "small": ((45, 95), (0.45, 0.78), (0.6, 1.1), (0.8, 1.35), (0.40, 0.70)),
    }[kind]
    edv, ef, per_ml, share, rv_ef = (float(rng.uniform(*each)) for each in ranges)
    mass = min(edv * per_ml * DENSITY * (edv / 150.0) ** -0.3, 320.0)
    return edv, ef, mass, edv * share, rv_ef


def _vary(heart: Heart, rng: np.random.Generator, kind: str) -> Heart:
    uneven = {"hypertrophied": 0.45, "infarcted": 0.35}.get(kind, 0.10)
    lazy = {"infarcted": 0.7, "dilated": 0.45}.get(kind, 0.15)
    wall = np.concatenate([heart.wall_waves, _lean(rng, uneven)])
    return replace(
        heart,
        wall_waves=wall,
        squeeze_waves=_lean(rng, lazy),
        rv_wall=float(rng.uniform(2.0, 8.0) if kind == "right" else rng.uniform(1.8, 4.5)),
        descent=float(rng.uniform(4.0, 17.0)),
        rv_descent=float(rng.uniform(2.0, 11.0)),
        twist=float(rng.uniform(0.0, 0.28)),
        apex_wall=float(rng.uniform(3.0, 9.0)),
        base_tilt=float(rng.uniform(0.0, 8.0)),
        base_angle=float(rng.uniform(0.0, 2 * np.pi)),
        septum=float(np.pi + rng.normal(0.15, 0.25)),
        rv_width=float(rng.uniform(1.1, 1.7)),
        rv_skew=float(rng.normal(0.1, 0.25)),
        rv_start=float(rng.uniform(0.04, 0.32)),
        fat=float(rng.uniform(0.5, 9.0)),
        bend=(float(rng.normal(1.0, 2.5)), float(rng.normal(-1.0, 2.5))),
        flatten=float(rng.uniform(0.1, 0.34) if kind == "right" else rng.uniform(-0.03, 0.12)),
        papillary=float(rng.uniform(0.5, 1.6)),
        trabeculae=float(rng.uniform(0.5, 4.5)),
        layer=float(rng.uniform(0.3, 1.9)),
        attached=float(rng.uniform(-0.05, 0.16)),
    )


def _lean(rng: np.random.Generator, size: float) -> Array:
    """Two waves of low order: one side thicker, or lazier, than the other, more so towards the apex or the base."""
    rows = [
        [order, axial, size * rng.uniform(-1, 1) / order, rng.uniform(0, 2 * np.pi)]
        for order, axial in ((1, 0.7), (2, 0.4))
    ]
    return np.array(rows)


def _draw_any_torso(rng: np.random.Generator) -> Torso:
    return replace(
        draw_torso(rng),
        middle=float(rng.uniform(16, 40)),
        width=float(rng.uniform(112, 165)),
        depth=float(rng.uniform(78, 112)),
        fat=float(rng.uniform(3, 40)),
        liver=float(rng.uniform(-35, 0)),
        left=float(rng.uniform(-62, -28)),
        aorta=float(rng.uniform(8.5, 15.0)),
        gas=float(rng.uniform(0.0, 0.9)),
        ripples=tuple(draw_ripple(rng, height * rng.uniform(0.5, 2.0), 60.0) for height in (2.0, 3.0, 3.5, 2.0)),
    )
