"""Hearts cut into few label slices, beside their dense truth: to judge what a surface made from slices is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.reading import as_read
from geometry.segmentation import Segmentation
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_ventricles import look_up, paint_ventricles
from sample_scans.canvas import blank
from sample_scans.cine_mr import LABELS
from sample_scans.population import Person, draw_person

TISSUES = ("air", "rv wall", "rv blood", "myocardium", "blood", "trabecula")
THICKNESS = 8.0  # mm of a slice
PIXEL = 1.5  # mm
DENSE = 1.0  # mm of the truth's voxels
CORNER, SIDE = (-125.0, -100.0), 200.0  # mm: what is looked at lies more to the right of the long axis


@dataclass(frozen=True)
class CutHeart:
    """One relaxed heart.

    sparse  the labels of a short-axis stack, each slice moved by its breath-hold
    dense   the true labels on isotropic voxels, in the same space
    """

    sparse: Segmentation
    dense: Segmentation


def cut_heart(seed: int, gap: float, breath_hold: float = 1.3) -> CutHeart:
    """Anybody's heart by ``seed``, cut every ``gap`` mm; ``breath_hold`` mm is the standard deviation of shifts in the plane."""
    person, sparse = _cut(seed, gap, breath_hold)
    levels = np.arange(-12.0, person.heart.length + 12.0, DENSE)
    truth = _painted(person, DENSE, levels[:, None], np.zeros((len(levels), 2)))
    return CutHeart(sparse, Segmentation(truth, _affine((DENSE, DENSE, DENSE), (*CORNER, -12.0)), method="generator"))


def cut_slices(seed: int, gap: float, breath_hold: float = 1.3) -> Segmentation:
    """The stack of ``cut_heart`` alone."""
    return _cut(seed, gap, breath_hold)[1]


def _cut(seed: int, gap: float, breath_hold: float) -> tuple[Person, Segmentation]:
    rng = np.random.default_rng([seed, 41])
    person = draw_person(rng)
    low = -12.0 - rng.uniform(0.0, gap)
    heights = np.arange(low, person.heart.length + 12.0 + gap, gap)
    shifts = rng.normal(0.0, breath_hold, (len(heights), 2))
    within = np.array([-1 / 3, 0.0, 1 / 3]) * min(THICKNESS, gap)
    labels = _painted(person, PIXEL, heights[:, None] + within, shifts)
    labels = as_read(labels, np.array([PIXEL, PIXEL, gap]))
    return person, Segmentation(labels, _affine((PIXEL, PIXEL, gap), (*CORNER, low)), method="generator")


def cut_long_axis(
    seed: int, turns: Sequence[float] = (0.0, np.pi / 3, np.pi / 2), breath_hold: float = 1.3
) -> tuple[Segmentation, ...]:
    """Long-axis planes through the axis of the heart of ``cut_heart``: four, three and two chambers, each breath-held anew.

    turns  rad about the axis, 0 through both ventricles; breath_hold mm is the standard deviation of shifts within the plane
    """
    person = draw_person(np.random.default_rng([seed, 41]))
    rng = np.random.default_rng([seed, 47])
    low, high = -20.0, person.heart.length + 20.0
    along, up = np.arange(-110.0, 110.0, PIXEL), np.arange(low, high, PIXEL)
    found = []
    for turn in turns:
        across = np.array([np.cos(turn), np.sin(turn), 0.0])
        normal = np.array([-np.sin(turn), np.cos(turn), 0.0])
        shift = rng.normal(0.0, breath_hold, 2)
        flat = (along - shift[0])[:, None, None] * across + (up - shift[1])[None, :, None] * np.array([0.0, 0.0, 1.0])
        within = np.array([-1 / 3, 0.0, 1 / 3])[:, None] * THICKNESS * normal
        labels = _labelled(person, (flat[:, :, None, :] + within).astype(np.float32))
        affine = np.eye(4)
        affine[:3, :3] = np.column_stack([PIXEL * across, [0.0, 0.0, PIXEL], THICKNESS * normal])
        affine[:3, 3] = along[0] * across + [0.0, 0.0, low]
        found.append(Segmentation(labels[:, :, None], affine, method="generator"))
    return tuple(found)


def _affine(steps: tuple[float, float, float], origin: tuple[float, float, float]) -> Array:
    made = np.diag([*steps, 1.0])
    made[:3, 3] = origin
    return made


def _painted(person: Person, pixel: float, levels: Array, shifts: Array) -> NDArray[np.uint8]:
    """(nx, ny, slices, 1) labels by majority over the (slices, samples) levels, each slice shifted by its (2,) mm."""
    x, y = (start + np.arange(0.0, SIDE, pixel) for start in CORNER)
    points = np.empty((len(x), len(y), *levels.shape, 3), np.float32)
    points[..., 0] = x[:, None, None, None] - shifts[None, None, :, 0, None]
    points[..., 1] = y[None, :, None, None] - shifts[None, None, :, 1, None]
    points[..., 2] = levels
    return _labelled(person, points)[..., None]


def _labelled(person: Person, points: Array) -> NDArray[np.uint8]:
    """Labels by majority over the last axis but one of (..., samples, 3) mm in the heart's frame."""
    palette = dict.fromkeys(TISSUES, (0.0,))
    canvas = blank(person.bend(points.reshape(-1, 3)), palette, LABELS, 1e-3, "air")
    paint_ventricles(canvas, person.heart, 0.0, look_up(canvas, person.heart))
    share = canvas.values[1:].reshape(len(LABELS), *points.shape[:-1]).mean(axis=-1)
    share = np.concatenate([1.0 - share.sum(axis=0, keepdims=True), share])
    return np.array((0, *LABELS), np.uint8)[share.argmax(axis=0)]
