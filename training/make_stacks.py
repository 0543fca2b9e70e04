"""Step 1, in the program's own environment: anatomies as stacks of tissue numbers, without any contrast yet.

    python -m training.make_stacks FOLDER FIRST_SEED LAST_SEED

Each anatomy becomes one file SEED.npy, uint8 (slices, phases, samples, PIXELS, PIXELS): tissue number + 32 x label. The
samples lie through the slice's thickness, each a third of a pixel aside, so that their mean has soft edges. Seeds below
100000 are for training; everything that judges a method uses seeds from 500000 on (see ``sample_scans/cine_patient.py``).
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from geometry.segmentation import LV, MYOCARDIUM, RV
from sample_scans.anatomy_base import arch_height, paint_base
from sample_scans.anatomy_surfaces import Array
from sample_scans.anatomy_torso import paint_torso
from sample_scans.anatomy_ventricles import look_up, paint_sac, paint_ventricles
from sample_scans.canvas import Canvas, blank
from sample_scans.imaging_mr import TISSUES
from sample_scans.population import Person, draw_person

PIXELS, SPACING = 160, 1.5  # mm
SAMPLES, PHASES, MOST_SLICES = 3, 4, 11
REACH = 100.0  # mm about the long axis: what the beating heart can touch
LABELS = (LV, MYOCARDIUM, RV)
NUMBERS = {tissue: (float(number),) for number, tissue in enumerate(TISSUES)}
ASIDE = np.array([[-0.33, 0.17], [0.0, -0.33], [0.33, 0.17]]) * SPACING


def make_stack(seed: int) -> Array:
    """The tissue numbers of one anatomy."""
    rng = np.random.default_rng([seed, 20])
    person = draw_person(rng)
    points, shape = _plan(person, rng)
    canvas = blank(person.bend(points), NUMBERS, LABELS, 1e-3, "air")
    paint_torso(canvas, person.torso, person.frame, arch_height(person.base.aorta, person.frame))
    near = np.flatnonzero(np.hypot(points[:, 0] + 10.0, points[:, 1]) < REACH)
    around = canvas.part(near)
    places = look_up(around, person.heart)
    states = np.clip(np.array([0.0, 0.35, 0.72, 1.0]) + rng.normal(0.0, 0.05, PHASES), 0.0, 1.0)
    stack = np.empty((PHASES, len(points)), np.uint8)
    for phase, state in enumerate(states):
        moving = around.copy()
        paint_sac(moving, person.heart, state, places)
        paint_base(moving, person.base, state, person.heart.descent * state, outflow_label=RV)
        paint_ventricles(moving, person.heart, state, places)
        stack[phase] = _packed(canvas)
        stack[phase, near] = _packed(moving)
    return np.moveaxis(stack.reshape(PHASES, *shape), 0, 1)


def _packed(canvas: Canvas) -> Array:
    tissue, *labels = canvas.values
    label = sum(number * (channel > 0.5) for number, channel in zip(LABELS, labels, strict=True))
    return np.asarray(np.round(tissue) + 32 * label, np.uint8)


def _plan(person: Person, rng: np.random.Generator) -> tuple[Array, tuple[int, ...]]:
    """Sample points (n, 3) mm heart frame, and (slices, samples, PIXELS, PIXELS)."""
    thickness = rng.uniform(5.0, 10.0)
    pitch = thickness + rng.choice([0.0, rng.uniform(0.0, 4.0), rng.uniform(4.0, 10.0)], p=[0.4, 0.45, 0.15])
    oblique = rng.random() < 0.12
    low, high = (-45.0, 45.0) if oblique else (-0.5 * person.heart.length - 18.0, 0.5 * person.heart.length + 28.0)
    slices = int((high - low) / pitch) + 1
    height = low + rng.uniform(0.0, pitch) + pitch * np.arange(slices)
    if slices > MOST_SLICES:
        start = rng.integers(0, slices - MOST_SLICES + 1)
        height = height[start : start + MOST_SLICES]
    turn = Rotation.random(random_state=rng) if oblique else _nearly_short_axis(rng)
    ticks = (np.arange(PIXELS) - (PIXELS - 1) / 2) * SPACING
    grid = np.zeros((len(height), SAMPLES, PIXELS, PIXELS, 3), np.float32)
    shift = rng.normal(0.0, 1.5, (len(height), 2))
    through = (np.arange(SAMPLES) - (SAMPLES - 1) / 2) * thickness / SAMPLES
    grid[..., 0] = ticks[:, None] + ASIDE[None, :, None, None, 0] + shift[:, None, None, None, 0]
    grid[..., 1] = ticks[None, :] + ASIDE[None, :, None, None, 1] + shift[:, None, None, None, 1]
    grid[..., 2] = height[:, None, None, None] + through[None, :, None, None]
    centre = np.array([-10.0, 0.0, 0.5 * person.heart.length]) + rng.normal(0.0, 6.0, 3) * [1, 1, 0]
    points = grid.reshape(-1, 3) @ turn.as_matrix().T.astype(np.float32) + centre.astype(np.float32)
    return points, grid.shape[:-1]


def _nearly_short_axis(rng: np.random.Generator) -> Rotation:
    around = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True)
    return Rotation.from_euler("xy", rng.normal(0.0, 7.0, 2), degrees=True) * around


def main() -> None:
    """Make the anatomies that are not there yet."""
    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tissues.json").write_text(json.dumps(TISSUES))
    for seed in range(first, last + 1):
        path = folder / f"{seed}.npy"
        if not path.exists():
            np.save(path.with_suffix(".part.npy"), make_stack(seed))
            path.with_suffix(".part.npy").rename(path)


if __name__ == "__main__":
    main()
