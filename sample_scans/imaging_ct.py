"""How contrast CT shows the body: attenuation, blur of the reconstruction kernel, Gaussian noise."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from sample_scans.anatomy_surfaces import Array

TISSUES: Mapping[str, float] = {
    "air": -1000.0,
    "fat": -98.0,
    "epicardial fat": -85.0,
    "muscle": 58.0,
    "intercostal": 30.0,
    "bone": 290.0,
    "cortex": 620.0,
    "disc": 95.0,
    "cord": 40.0,
    "lung": -855.0,
    "lung vessel": 160.0,
    "liver": 88.0,
    "liver vessel": 110.0,
    "spleen": 125.0,
    "stomach wall": 55.0,
    "stomach": 20.0,
    "gas": -980.0,
    "gullet": -300.0,
    "pericardium": 25.0,
    "myocardium": 102.0,
    "trabecula": 135.0,
    "rv wall": 92.0,
    "atrial wall": 85.0,
    "vessel wall": 55.0,
    "valve": 120.0,
    "calcium": 950.0,
    "coronary": 330.0,
    "blood": 355.0,
    "rv blood": 175.0,
    "right blood": 190.0,
    "atrial blood": 365.0,
    "aorta blood": 350.0,
}
STEP = 4.0  # HU, well below the noise: keeps the shipped file small
BLOODS = ("blood", "rv blood", "right blood", "atrial blood", "aorta blood", "lung vessel", "coronary")


@dataclass(frozen=True)
class CtSettings:
    """The acquisition: noise (HU, standard deviation), blur (mm, of the kernel), contrast (1: 355 HU in the left heart)."""

    noise: float = 19.0
    blur: float = 0.55
    contrast: float = 1.0


def palette(settings: CtSettings) -> dict[str, tuple[float]]:
    """HU of each tissue with this much contrast agent: blood without any has 45 HU."""
    return {
        name: (45.0 + settings.contrast * (value - 45.0) if name in BLOODS else value,)
        for name, value in TISSUES.items()
    }


def scan(volume: Array, spacing: float, settings: CtSettings, rng: np.random.Generator) -> Array:
    """HU as reconstructed: blurred, with noise that is correlated over about a voxel (deviation ``settings.noise``)."""
    sharp = gaussian_filter(volume, settings.blur / spacing)
    noise = gaussian_filter(rng.standard_normal(volume.shape, dtype=np.float32), 0.6)
    noise *= settings.noise / noise.std()
    blotch = gaussian_filter(rng.standard_normal(volume.shape, dtype=np.float32), 4.0)
    blotch *= 3.0 / blotch.std()
    return np.asarray(np.clip(STEP * np.round((sharp + noise + blotch) / STEP), -1024, 3071))
