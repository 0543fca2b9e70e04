"""What blood and muscle look like in this patient, slice by slice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class Contrast:
    """Intensity of blood and of muscle in each slice and direction, (slices, angles) each (the coil makes it vary)."""

    blood: NDArray[np.float64]
    muscle: NDArray[np.float64]

    @property
    def air(self) -> NDArray[np.float64]:
        """(slices, angles), black on the scale muscle 0, blood 1."""
        return np.asarray(-self.muscle / (self.blood - self.muscle))

    def scaled(self, polar: NDArray[np.floating]) -> NDArray[np.float32]:
        """(slices, phases, angles, radii) intensities on the scale muscle 0, blood 1."""
        low, high = self.muscle[:, None, :, None], self.blood[:, None, :, None]
        return np.asarray((polar - low) / (high - low), dtype=np.float32)


def first_contrast(polar: NDArray[np.floating], radii: NDArray[np.float64], radius: NDArray[np.float64]) -> Contrast:
    """From the axis alone: blood is the inside of the blob, muscle the darker, not black, mode around it."""
    blood = np.array([np.median(polar[k][..., radii < 0.5 * radius[k]]) for k in range(len(polar))])
    muscle = np.empty_like(blood)
    for k, level in enumerate(blood):
        around = polar[k][..., (radii > 0.4 * radius[k]) & (radii < radius[k] + 10.0)]
        dark = around[(around < 0.72 * level) & (around > 0.12 * level)]
        muscle[k] = _mode(dark, level) if dark.size > 50 else 0.4 * level
    return _steadied(blood[:, None], muscle[:, None])


def contrast_of(
    polar: NDArray[np.floating], radii: NDArray[np.float64], endo: NDArray[np.floating], epi: NDArray[np.floating]
) -> Contrast:
    """From walls found: medians in the outer cavity and in the middle of the wall, smoothly varying with direction."""
    r = radii.reshape((1, 1, 1, -1))
    inner, outer = endo[..., None], epi[..., None]
    cavity = (r < 0.85 * inner) & (r > 0.4 * inner)
    wall = (r > inner + 0.3 * (outer - inner)) & (r < inner + 0.7 * (outer - inner))
    blood = np.stack([_round_median(polar[k], cavity[k]) for k in range(len(polar))])
    muscle = np.stack([_round_median(polar[k], wall[k]) for k in range(len(polar))])
    return _steadied(blood, np.clip(muscle, 0.15 * blood, 0.75 * blood))


def _round_median(values: NDArray[np.floating], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(angles,), medians per direction reduced to their mean and first harmonic, which is all a distant coil can cause."""
    picked = np.moveaxis(np.where(chosen, values, np.nan), 1, 0).reshape(values.shape[1], -1)
    some = np.isfinite(picked).any(axis=1)
    if not some.any():
        return np.full(values.shape[1], float(np.median(values)))
    medians = np.full(values.shape[1], np.nan)
    medians[some] = np.nanmedian(picked[some], axis=1)
    medians = np.where(some, medians, np.median(medians[some]))
    middle = float(np.median(medians))
    spectrum = np.fft.rfft(np.clip(medians, 0.5 * middle, 1.6 * middle))
    spectrum[2:] = 0
    return np.asarray(np.fft.irfft(spectrum, medians.size))


def _mode(values: NDArray[np.floating], level: float) -> float:
    counts, edges = np.histogram(values, bins=40, range=(0.1 * level, 0.75 * level))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 2.0)
    best = int(smooth.argmax())
    return float(edges[best : best + 2].mean())


def _steadied(blood: NDArray[np.float64], muscle: NDArray[np.float64]) -> Contrast:
    """The ratio of muscle to blood is a property of sequence and patient: slices borrow it from each other."""
    blood = np.maximum(blood, 1e-3 * max(float(blood.max()), 1e-6))
    ratio = muscle / blood
    return Contrast(blood, blood * (0.5 * ratio + 0.5 * np.median(ratio)))
