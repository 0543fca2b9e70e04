"""A synthetic patient after a heart attack: late-enhancement stack and a short cine of the same heart, with their truth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation
from sample_scans.anatomy_base import HeartBase, arch_height, draw_base, paint_base
from sample_scans.anatomy_frame import Frame, place_heart
from sample_scans.anatomy_heart import Heart, draw_heart, fit
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_torso import Torso, draw_torso, paint_torso
from sample_scans.anatomy_ventricles import look_up, paint_sac, paint_ventricles
from sample_scans.canvas import Canvas, blank
from sample_scans.heart_beat import contraction
from sample_scans.imaging_lge import TISSUES
from sample_scans.imaging_mr import MrSettings, palette, receive, slice_profile
from sample_scans.infarct import BORDER, CORE, NO_REFLOW, Infarct, infarct_masses, paint_infarct
from sample_scans.stack import Stack

CHAMBERS = (LV, MYOCARDIUM, RV)
TISSUE_LABELS = (*CHAMBERS, BORDER, CORE, NO_REFLOW)
CYCLE, TRIGGER = 900.0, 690.0  # ms: late enhancement is taken in mid-diastole, where the heart rests
SCAR_GREY = 900.0  # grey value of dense scar


@dataclass(frozen=True)
class EnhancedPatient:
    """What is scanned and what is known.

    cine, chambers  a cine of three phases and its true labels
    lge             late enhancement; ``times`` holds its trigger time
    tissue          uint8 on the grid of ``lge``: LV, MYOCARDIUM, RV, BORDER, CORE, NO_REFLOW by majority in the voxel
    shifts          (slices, 2) mm along columns and rows by which each slice of ``lge`` lies off the one of the cine
    facts           core_g, border_g, no_reflow_g, wall_g from the surfaces, at the time of ``lge``
    """

    cine: Image
    chambers: Segmentation
    lge: Image
    tissue: NDArray[np.uint8]
    shifts: Array
    facts: Mapping[str, float]


@dataclass(frozen=True)
class _Body:
    heart: Heart
    base: HeartBase
    frame: Frame
    torso: Torso


def make_late_enhancement(
    seed: int,
    infarct: Infarct | None,
    *,
    spacing: float = 1.7,
    thickness: float = 8.0,
    gap: float = 2.0,
    field_of_view: float = 180.0,
    noise: float = 0.03,
    breath_hold: float = 2.0,
    progress: Progress = silent,
) -> EnhancedPatient:
    """A patient by ``seed``; mm. ``noise``: of each receiver channel over dense scar; ``breath_hold``: mm SD of slice shifts."""
    rng = np.random.default_rng([seed, 3])
    body = _draw_body(rng)
    times = np.array([0.0, 0.37 * CYCLE, TRIGGER])
    states = contraction(times, CYCLE, 0.37 * CYCLE, 0.0)
    still = _stack(body.heart, spacing, thickness, gap, field_of_view, np.zeros((20, 2)))
    shifts = rng.normal(0.0, breath_hold, (still.slices, 2))
    moved = _stack(body.heart, spacing, thickness, gap, field_of_view, shifts)
    body_only = _still_body(body, still, palette(MrSettings()), CHAMBERS)
    seen, labels = [], []
    for number, state in enumerate(states):
        progress(number / 4, "painting the cine")
        signal, chambers = _paint(body, still, body_only.copy(), float(state), None)
        seen.append(receive(signal, 0.03, rng))
        labels.append(chambers)
    affine = still.affine(body.frame)
    grey = np.clip(np.round(np.stack(seen, axis=-1) * 145.0), 0, 4095).astype(np.int16)
    cine = Image(grey, affine, "MR", tuple(times.tolist()), CYCLE, "synthetic short-axis cine MR, seeded generator")
    truth = Segmentation(np.stack(labels, axis=-1), affine, method="generator", ed=0, es=1)
    progress(0.75, "painting the late enhancement")
    signal, tissue = _paint(body, moved, _still_body(body, moved, TISSUES, TISSUE_LABELS), float(states[-1]), infarct)
    bright = np.clip(np.round(receive(signal, noise, rng) * SCAR_GREY), 0, 4095).astype(np.int16)
    lge = Image(bright, affine, "MR", (TRIGGER,), CYCLE, "synthetic late enhancement MR, seeded generator")
    return EnhancedPatient(cine, truth, lge, tissue, shifts, infarct_masses(body.heart, infarct, float(states[-1])))


def draw_infarct(rng: np.random.Generator) -> Infarct:
    """An infarct of any place and size, with a border and, in one of three, a part without reflow."""
    depth = float(rng.choice([0.45, 0.6, 0.75, 1.0]))
    return Infarct(
        angle=float(rng.uniform(0, 2 * np.pi)),
        level=float(rng.uniform(0.35, 0.65)),
        width=float(rng.uniform(0.5, 1.0)),
        height=float(rng.uniform(16.0, 30.0)),
        depth=depth,
        border=float(rng.uniform(0.5, 2.5)),
        no_reflow=float(rng.uniform(0.4, 0.6)) if depth > 0.7 and rng.random() < 0.5 else 0.0,
    )


def _draw_body(rng: np.random.Generator) -> _Body:
    drawn = draw_heart(rng, length=float(rng.uniform(88.0, 98.0)), wall=9.5)
    edv, mass = float(rng.uniform(150.0, 210.0)), float(rng.uniform(125.0, 160.0))
    ef = float(rng.uniform(0.35, 0.55))
    heart = fit(drawn, edv=edv, ef=ef, mass=mass, rv_edv=150.0, rv_ef=0.55)
    frame = place_heart(heart.length, rng)
    torso = draw_torso(rng)
    return _Body(heart, draw_base(heart, frame, rng, torso), frame, torso)


def _stack(heart: Heart, spacing: float, thickness: float, gap: float, field_of_view: float, shifts: Array) -> Stack:
    pitch, across = thickness + gap, round(field_of_view / spacing)
    slices = int(np.ceil((heart.length + 16.0) / pitch)) + 1
    start = -0.5 * across * spacing
    corner = (start - 12.0, start, heart.length + 9.0 - pitch * (slices - 1))
    return Stack(across, across, slices, spacing, thickness, gap, corner, shifts[:slices])


def _still_body(
    body: _Body, stack: Stack, colours: Mapping[str, tuple[float, float]], labels: tuple[int, ...]
) -> Canvas:
    canvas = blank(stack.points(), colours, labels, 1.15 * stack.spacing, "air")
    paint_torso(canvas, body.torso, body.frame, arch_height(body.base.aorta, body.frame))
    return canvas


def _paint(
    body: _Body, stack: Stack, canvas: Canvas, state: float, infarct: Infarct | None
) -> tuple[Array, NDArray[np.uint8]]:
    """Signal and labels (nx, ny, nz) of one state of the heart, painted over its still body."""
    places = look_up(canvas, body.heart)
    paint_sac(canvas, body.heart, state, places)
    paint_base(canvas, body.base, state, body.heart.descent * state)
    paint_ventricles(canvas, body.heart, state, places)
    if infarct is not None:
        paint_infarct(canvas, body.heart, infarct, state, places)
    return _through_slice(canvas, stack)


def _through_slice(canvas: Canvas, stack: Stack) -> tuple[Array, NDArray[np.uint8]]:
    weights = slice_profile(stack.samples).astype(np.float32)
    water, fat, *fractions = (channel.reshape(-1, stack.samples) @ weights for channel in canvas.values)
    share = np.stack([1.0 - np.sum(fractions, axis=0), *fractions])
    label = np.array((0, *canvas.labels), np.uint8)[np.argmax(share, axis=0)]
    return np.abs(water - fat).reshape(stack.shape), label.reshape(stack.shape)
