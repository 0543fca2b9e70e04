"""How a balanced steady-state cine MR shows the body: contrast, slice profile, coil shading, Rician noise."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter

from sample_scans.anatomy_surfaces import Array

# (water, fat) signal in units of blood; bSSFP contrast is about T2/T1. Fat is in opposite phase to water, so that voxels
# that hold both go dark: the black rim around organs.
TISSUES: Mapping[str, tuple[float, float]] = {
    "air": (0.01, 0.0),
    "fat": (0.02, 1.02),
    "epicardial fat": (0.06, 0.88),
    "muscle": (0.30, 0.0),
    "intercostal": (0.30, 0.02),
    "bone": (0.10, 0.50),
    "cortex": (0.08, 0.02),
    "disc": (0.38, 0.0),
    "cord": (0.60, 0.0),
    "lung": (0.075, 0.0),
    "lung vessel": (0.55, 0.0),
    "liver": (0.42, 0.02),
    "liver vessel": (0.72, 0.0),
    "spleen": (0.60, 0.0),
    "stomach wall": (0.36, 0.0),
    "stomach": (0.78, 0.08),
    "gas": (0.02, 0.0),
    "gullet": (0.10, 0.0),
    "pericardium": (0.10, 0.0),
    "myocardium": (0.36, 0.0),
    "trabecula": (0.44, 0.0),
    "rv wall": (0.36, 0.03),
    "atrial wall": (0.34, 0.05),
    "vessel wall": (0.24, 0.03),
    "valve": (0.20, 0.0),
    "blood": (1.0, 0.0),
    "rv blood": (0.97, 0.0),
    "right blood": (0.92, 0.0),
    "atrial blood": (0.93, 0.0),
    "aorta blood": (0.96, 0.0),
}


@dataclass(frozen=True)
class MrSettings:
    """The acquisition.

    noise     standard deviation of each receiver channel over the blood signal
    bias      how much the coils shade (0.3: 30 % over the field of view)
    contrast  1 is usual; below it, blood and muscle come closer
    blood     grey value of blood at the centre
    grain     deviation of the tissues' own texture
    blur      pixels (standard deviation)
    banding   depth of the dark off-resonance bands, 0 to 1
    tissues   factor on the signal of single tissues
    """

    noise: float = 0.03
    bias: float = 0.35
    contrast: float = 1.0
    blood: float = 145.0
    grain: float = 0.035
    blur: float = 0.0
    banding: float = 0.0
    tissues: Mapping[str, float] = field(default_factory=dict)


def draw_settings(rng: np.random.Generator) -> MrSettings:
    """Any scanner: field strength, coils, noise, resolution and contrast vary, and each tissue within what is seen."""
    return MrSettings(
        noise=float(rng.uniform(0.012, 0.075)),
        bias=float(rng.uniform(0.1, 0.9)),
        contrast=float(rng.uniform(0.72, 1.2)),
        blood=float(rng.uniform(70.0, 150.0)),
        grain=float(rng.uniform(0.01, 0.08)),
        blur=float(rng.uniform(0.0, 0.7)),
        banding=float(rng.uniform(0.0, 0.45)) if rng.random() < 0.3 else 0.0,
        tissues={name: float(np.exp(rng.normal(0.0, 0.12))) for name in TISSUES},
    )


def palette(settings: MrSettings) -> dict[str, tuple[float, float]]:
    """Water and fat of each tissue with the contrast of this acquisition."""
    middle = 0.62
    result = {}
    for name, (water, fat) in TISSUES.items():
        factor = settings.tissues.get(name, 1.0)
        result[name] = (
            factor * (water if water < 0.15 else middle + settings.contrast * (water - middle)),
            factor * fat,
        )
    return result


def bands(shape: tuple[int, int, int], depth: float, rng: np.random.Generator) -> Array:
    """Off-resonance bands of a balanced sequence: a smooth factor with dark stripes, (nx, ny, nz)."""
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in shape), indexing="ij")
    phase = rng.normal(0, 2.2) * i + rng.normal(0, 2.2) * j + rng.normal(0, 0.8) * k
    phase += rng.normal(0, 1.2) * i * j + rng.uniform(0, 2 * np.pi)
    return np.asarray(1.0 - depth * np.clip(np.cos(phase), 0.0, 1.0) ** 8, dtype=np.float32)


def slice_profile(samples: int) -> Array:
    """(samples,) weights through the slice: flat inside, half at the two ends, sum 1."""
    weight = np.ones(samples)
    weight[[0, -1]] = 0.75 if samples > 2 else 1.0
    return weight / weight.sum()


def coil_shading(shape: tuple[int, int, int], settings: MrSettings, rng: np.random.Generator) -> Array:
    """(nx, ny, nz) smooth factor: brighter near the chest wall (a surface coil), with a random slow part."""
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in shape), indexing="ij")
    tilt = rng.normal(0, 0.25, 3)
    front = -0.45 * i - 0.35 * j + tilt[0] * i + tilt[1] * j + 0.5 * tilt[2] * k
    curve = rng.normal(0, 0.2) * i * j + rng.normal(0, 0.2) * (i**2 - 0.4)
    return np.asarray(np.exp(settings.bias * (front + curve))).astype(np.float32)


def texture(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Array:
    """A smooth random field of unit deviation, correlated over ``size`` voxels in the plane."""
    field = gaussian_filter(rng.normal(size=shape).astype(np.float32), (size, size, 0.6), mode="wrap")
    return np.asarray(field / field.std())


def receive(signal: Array, noise: float, rng: np.random.Generator) -> Array:
    """Rician: the magnitude of a signal with Gaussian noise on its real and imaginary part."""
    real = signal + noise * rng.standard_normal(signal.shape, dtype=np.float32)
    imaginary = noise * rng.standard_normal(signal.shape, dtype=np.float32)
    return np.asarray(np.hypot(real, imaginary))
