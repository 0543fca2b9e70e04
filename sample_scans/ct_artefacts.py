"""What a CT scanner does to the picture: spacing, direction and field of view, kernel, noise, streaks, steps, motion."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d, uniform_filter1d

from sample_scans.anatomy_surfaces import Array
from sample_scans.imaging_ct import STEP, TISSUES


@dataclass(frozen=True)
class Acquisition:
    """How a patient is scanned.

    spacing  (3,) mm; turn (3, 3), columns: directions of the axes (RAS)
    view     field of view: "tight", "heart" or "chest"
    left, right   HU of the blood of the left and right heart; caval HU of the upper caval vein; muscle HU
    noise    HU; blur, slice_blur mm (across and along); sharpen, strength of the kernel's overshoot; drag mm of motion
    step     (2,) mm, how far every other slab is shifted; slab mm thick
    """

    spacing: Array
    turn: Array
    view: str
    left: float
    right: float
    caval: float
    muscle: float
    noise: float
    blur: float
    slice_blur: float
    sharpen: float
    drag: float
    step: Array
    slab: float


def draw_acquisition(rng: np.random.Generator) -> Acquisition:
    """Any scanner, protocol and timing of the contrast."""
    across = float(np.exp(rng.uniform(np.log(0.35), np.log(1.2))))
    along = float(np.exp(rng.uniform(np.log(0.5), np.log(2.5))))
    left = float(np.exp(rng.uniform(np.log(200.0), np.log(700.0))))
    right = float(rng.choice([rng.uniform(60, 130), rng.uniform(0.4, 0.85) * left, rng.uniform(0.9, 1.35) * left]))
    stepped = rng.random() < 0.25
    return Acquisition(
        spacing=np.array([across, across, along]),
        turn=_turn(rng),
        view=str(rng.choice(["tight", "heart", "chest"], p=[0.3, 0.5, 0.2])),
        left=left,
        right=right,
        caval=right * float(rng.uniform(1.0, 1.8)),
        muscle=float(rng.uniform(70, 90 + 0.12 * left)),
        noise=float(np.exp(rng.uniform(np.log(10.0), np.log(60.0)))),
        blur=float(rng.uniform(0.35, 0.9)),
        slice_blur=0.4 * along,
        sharpen=float(rng.choice([0.0, rng.uniform(0.2, 0.8)])),
        drag=float(rng.choice([0.0, rng.uniform(1.0, 4.0)], p=[0.7, 0.3])),
        step=rng.normal(0, 1.2, 2) * stepped,
        slab=float(rng.uniform(25, 45)),
    )


def _turn(rng: np.random.Generator) -> Array:
    """Axial with any flips and order of the axes; in a third of the cases oblique by up to 45 degrees."""
    turn = np.diag([-1.0, -1.0, 1.0])
    if rng.random() < 0.33:
        spin = rng.normal(size=3)
        angle = float(rng.uniform(0.1, 0.8))
        cross = np.cross(np.eye(3), spin / np.linalg.norm(spin))
        turn = (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross) @ turn
    return np.asarray(turn[:, rng.permutation(3)] * rng.choice([-1.0, 1.0], 3))


def colours(acquisition: Acquisition) -> Mapping[str, tuple[float]]:
    """HU of each tissue with the blood of this acquisition."""
    left, right = acquisition.left, acquisition.right
    blood = {
        "blood": left,
        "atrial blood": 1.03 * left,
        "aorta blood": 0.98 * left,
        "coronary": 0.9 * left,
        "rv blood": right,
        "right blood": 1.05 * right,
        "caval blood": acquisition.caval,
        "lung vessel": 0.5 * (left + right),
        "myocardium": acquisition.muscle,
        "rv wall": acquisition.muscle - 8,
        "atrial wall": acquisition.muscle - 15,
        "trabecula": acquisition.muscle + 15,
        "calcium": 900.0 + 0.6 * left,
        "metal": 6000.0,
        "table": 120.0,
    }
    return {name: (value,) for name, value in {**TISSUES, **blood}.items()}


def expose(volume: Array, spacing: Array, acquisition: Acquisition, rng: np.random.Generator) -> Array:
    """HU as reconstructed, int16: blur, motion, overshoot, streaks, noise that is correlated over about a voxel."""
    flat = int(np.argmax(spacing)) if np.ptp(spacing) > 1e-6 else 2  # the slice axis
    width = np.full(3, acquisition.blur)
    width[flat] = max(acquisition.slice_blur, 0.4)
    metal = volume > 2500
    sharp = gaussian_filter(volume, width / spacing)
    if acquisition.drag:
        sharp = uniform_filter1d(sharp, max(round(acquisition.drag / spacing[0]), 1), axis=(flat + 1) % 3)
    if acquisition.sharpen:
        sharp = sharp + acquisition.sharpen * (sharp - gaussian_filter(sharp, 1.5 * width / spacing))
    noise = gaussian_filter(rng.standard_normal(volume.shape, dtype=np.float32), 0.6)
    noise *= acquisition.noise / noise.std()
    blotch = gaussian_filter(rng.standard_normal(volume.shape, dtype=np.float32), 4.0)
    blotch *= 3.0 / blotch.std()
    streak = _streaks(metal, flat, spacing, rng)
    dense = np.round((sharp + noise + blotch + streak) / STEP) * STEP
    return np.asarray(np.clip(dense, -1024, 3071)).astype(np.int16)


def _streaks(metal: Array, flat: int, spacing: Array, rng: np.random.Generator) -> Array:
    """Bright and dark rays from metal, slice by slice, fading over some centimetres."""
    out = np.zeros(metal.shape, dtype=np.float32)
    if not metal.any():
        return out
    rays = gaussian_filter1d(rng.standard_normal((metal.shape[flat], 180)), 1.5, axis=1, mode="wrap")
    rays *= 160.0 / rays.std()
    view, inside = np.moveaxis(out, flat, 0), np.moveaxis(metal, flat, 0)
    sides = np.delete(spacing, flat)
    for level, cut in enumerate(inside):
        if not cut.any():
            continue
        at = np.argwhere(cut).mean(axis=0)
        x, y = ((np.arange(n) - a) * s for n, a, s in zip(cut.shape, at, sides, strict=True))
        angle = np.arctan2(y[None, :], x[:, None])
        away = np.hypot(x[:, None], y[None, :])
        column = ((angle + np.pi) / (2 * np.pi) * 180).astype(int) % 180
        view[level] = rays[level][column] * np.exp(-away / 25.0)
    return out
