"""What surrounds the heart: chest wall, lungs, spine, great vessel in the back, and the organs under the diaphragm."""

from dataclasses import dataclass

import numpy as np

from sample_scans.anatomy_frame import Frame
from sample_scans.anatomy_surfaces import Array, Ripple, draw_ripple, smooth_max, smooth_step
from sample_scans.canvas import Canvas


@dataclass(frozen=True)
class Torso:
    """One patient's trunk, RAS mm with the middle of the heart's base near the origin.

    middle       x of the midline; width, depth: half axes of the rib cage inside; fat: under the skin
    liver, left  height of the two domes of the diaphragm
    aorta        radius of the descending aorta
    gas          height of the gas bubble in the stomach (0..1)
    """

    middle: float
    width: float
    depth: float
    fat: float
    liver: float
    left: float
    aorta: float
    gas: float
    ripples: tuple[Ripple, ...]
    vessels: Array

    @property
    def spine(self) -> float:
        """mm, how far front (negative: back) the vertebral bodies lie."""
        return -self.depth + 12.0

    @property
    def descending(self) -> tuple[float, float]:
        """RAS x and y (mm) of the descending aorta."""
        return self.middle - 23.0, self.spine + 10.0


def draw_torso(rng: np.random.Generator) -> Torso:
    """A trunk of its own."""
    start = np.stack([rng.uniform(-120, 150, 90), rng.uniform(-75, 70, 90), rng.uniform(-60, 110, 90)], axis=1)
    away = rng.normal(size=(90, 3)) * np.array([1, 0.8, 1.2])
    vessels = np.concatenate([start, start + away * 22, rng.uniform(0.8, 2.4, (90, 1))], axis=1)
    return Torso(
        middle=float(rng.uniform(24, 31)),
        width=float(rng.uniform(128, 142)),
        depth=float(rng.uniform(90, 98)),
        fat=float(rng.uniform(6, 15)),
        liver=float(rng.uniform(-24, -12)),
        left=float(rng.uniform(-52, -40)),
        aorta=float(rng.uniform(10.5, 13.0)),
        gas=float(rng.uniform(0.1, 0.5)),
        ripples=tuple(draw_ripple(rng, height, 60.0) for height in (2.0, 3.0, 3.5, 2.0)),
        vessels=vessels,
    )


def paint_torso(canvas: Canvas, torso: Torso, frame: Frame, arch: float) -> None:
    """Paint everything but the heart, from the outside in; the descending aorta starts at height ``arch`` (mm, RAS)."""
    body = canvas.points @ frame.axes.astype(np.float32) + frame.apex.astype(np.float32)
    everywhere = np.arange(len(body))

    def put(distance: Array, tissue: str) -> None:
        canvas.cover(everywhere, distance, tissue)

    cage = _cage(torso, body) + torso.ripples[0](body)
    put(cage - 17 - torso.fat, "fat")
    put(cage - 16 + 0.6 * torso.ripples[1](body), "muscle")
    put(np.maximum(cage - 7, 1.5 - cage), "intercostal")
    put(_ribs(torso, body, cage), "bone")
    put(cage, "lung")
    lungs = everywhere[cage < 0]
    _paint_lung_vessels(canvas, torso, body, lungs)
    put(smooth_max(_mediastinum(torso, body), cage, 12.0), "fat")
    _paint_abdomen(canvas, torso, body, cage)
    _paint_back(canvas, torso, body, arch)


def _cage(torso: Torso, body: Array) -> Array:
    x = (body[:, 0] - torso.middle) / torso.width
    y = (body[:, 1] + 9.0) / torso.depth
    value = (np.abs(x) ** 2.4 + np.abs(y) ** 2.4 + 1e-9) ** (1 / 2.4)
    hollow = 14.0 * np.exp(-(((body[:, 0] - torso.middle) / 26.0) ** 2)) * (y < 0)
    return np.asarray((value - 1.0) * torso.depth + hollow).astype(np.float32)


def _ribs(torso: Torso, body: Array, cage: Array) -> Array:
    """Ribs run down and forward around the cage, one every 25 mm; the sternum closes them in front."""
    turn = (body[:, 2] - 0.35 * (body[:, 1] - 60.0) * -1.0) / 25.0
    rib = np.hypot((turn - np.round(turn)) * 25.0 / 5.2, (cage - 4.5) / 3.4) - 1.0
    front = body[:, 1] > 0
    sternum = np.hypot((body[:, 0] - torso.middle) / 17.0, (cage - 5.0) / 5.5) - 1.0
    cartilage = front & (np.abs(body[:, 0] - torso.middle) < 45)
    bones = np.where(cartilage, 1.0, rib * 3.4)
    return np.asarray(np.where(front, np.minimum(bones, sternum * 5.0), bones)).astype(np.float32)


def _paint_lung_vessels(canvas: Canvas, torso: Torso, body: Array, lungs: Array) -> None:
    inside = body[lungs]
    for row in torso.vessels.astype(np.float32):
        a, b, radius = row[:3], row[3:6], row[6]
        low, high = np.minimum(a, b) - 4, np.maximum(a, b) + 4
        near = np.flatnonzero(((inside > low) & (inside < high)).all(axis=1))
        if not near.size:
            continue
        along = b - a
        offset = inside[near] - a
        t = np.clip(offset @ along / (along @ along), 0, 1)
        away = np.linalg.norm(offset - t[:, None] * along, axis=1) - radius * (1 - 0.5 * t)
        canvas.cover(lungs[near], away, "lung vessel")


def _mediastinum(torso: Torso, body: Array) -> Array:
    """Fat between the lungs: narrow in front, wide around the heart's base and the spine."""
    half = 7.0 + 16.0 * np.exp(-(((body[:, 1] + 45) / 34.0) ** 2)) + 13.0 * smooth_step(body[:, 2], 5.0, 40.0)
    bulge = 10.0 * np.exp(-(((body[:, 2] - 60) / 40.0) ** 2))
    return np.asarray(np.abs(body[:, 0] - torso.middle + 4.0) - half - bulge + torso.ripples[1](body)).astype(
        np.float32
    )


def _paint_abdomen(canvas: Canvas, torso: Torso, body: Array, cage: Array) -> None:
    x, y, z = body.T
    right = np.exp(-(((x - torso.middle - 66) / 72) ** 2) - ((y - 4) / 78) ** 2)
    left = np.exp(-(((x - torso.middle + 88) / 58) ** 2) - ((y + 12) / 66) ** 2)
    dome = -82.0 + (torso.liver + 82.0) * right + (torso.left + 82.0) * left
    under = np.maximum(0.75 * (z - dome) + torso.ripples[2](body), cage + 1.0)
    every = np.arange(len(body))
    canvas.cover(every, under - 1.0, "muscle")
    canvas.cover(every, under + 1.0, "fat")
    edge = torso.middle - 46.0 + 0.25 * (y - 10)
    liver = smooth_max(under + 2.5, edge - x + torso.ripples[1](body), 14.0)
    canvas.cover(every, liver, "liver")
    for line in torso.vessels[:7].astype(np.float32):
        middle = line[:3] * np.array([0.2, 0.5, 0], np.float32) + np.array([torso.middle + 40, 0, -60], np.float32)
        along = line[3:6] - line[:3]
        along /= np.linalg.norm(along)
        offset = body - middle
        away = np.linalg.norm(offset - (offset @ along)[:, None] * along, axis=1) - 1.2 - line[6]
        canvas.cover(every, np.maximum(away, liver + 6.0), "liver vessel")
    front = smooth_max(x - edge + 12.0, -(y + 28), 24.0)
    stomach = smooth_max(under + 5.0, front + torso.ripples[3](body), 24.0)
    canvas.cover(every, stomach, "stomach wall")
    canvas.cover(every, stomach + 3.5, "stomach")
    canvas.cover(every, smooth_max(stomach + 3.5, 34 * (1 - torso.gas) - y, 5.0), "gas")
    spleen = smooth_max(under + 4.0, smooth_max(x - torso.middle + 96, y + 36, 16.0) + torso.ripples[3](body), 14.0)
    canvas.cover(every, spleen, "spleen")


def _paint_back(canvas: Canvas, torso: Torso, body: Array, arch: float) -> None:
    """Vertebral column, cord, descending aorta, gullet: upright tubes."""
    every = np.arange(len(body))

    def upright(x: float, y: float, radius: float, sway: float = 0.0) -> Array:
        return np.asarray(np.hypot(body[:, 0] - x - sway * np.sin(body[:, 2] / 55), body[:, 1] - y) - radius)

    canvas.cover(every, upright(torso.middle, torso.spine - 22, 15.0), "muscle")
    vertebra = upright(torso.middle, torso.spine, 17.0)
    canvas.cover(every, vertebra, "cortex")
    canvas.cover(every, vertebra + 1.8, "bone")
    disc = (body[:, 2] / 27.0) % 1.0
    canvas.cover(every, np.maximum(vertebra + 0.5, np.abs(disc - 0.5) * 27 - 3.0), "disc")
    canvas.cover(every, upright(torso.middle, torso.spine - 25, 8.5), "cord")
    canvas.cover(every, upright(torso.middle - 1, torso.spine - 40, 7.0), "cortex")
    aorta = np.maximum(upright(*torso.descending, torso.aorta), body[:, 2] - arch)
    canvas.cover(every, aorta - 1.6, "vessel wall")
    canvas.cover(every, aorta, "aorta blood")
    gullet = upright(torso.middle - 6, torso.spine + 25, 6.5, 3.0)
    canvas.cover(every, gullet, "muscle")
    canvas.cover(every, gullet + 5.0, "gullet")
