"""A ring of muscle whose every number is known, and a synthetic patient after a heart attack."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.scar.study import prepare
from geometry.scar.tissue import Tissue
from geometry.scar.wall import Wall
from sample_scans.infarct import Infarct
from sample_scans.late_enhancement import EnhancedPatient, make_late_enhancement

INNER, OUTER, SLICES = 24.0, 36.0, 9


@dataclass(frozen=True)
class Ring:
    """A round left ventricle of 24 to 36 mm in 9 slices of 8 mm, pixels of 1 mm; its septum lies to the right (+x)."""

    wall: Wall
    radius: NDArray[np.float64]
    angle: NDArray[np.float64]

    def tissue(self, grey: NDArray[np.float32]) -> Tissue:
        return prepare(grey, self.wall, (), [])[0]

    def noisy(self, signal: NDArray[np.float64], noise: float, seed: int = 0) -> NDArray[np.float32]:
        """Rician: magnitude of a signal with noise on its real and imaginary part."""
        rng = np.random.default_rng(seed)
        parts = rng.normal(0.0, noise, (2, *signal.shape))
        return np.hypot(signal + parts[0], parts[1]).astype(np.float32)


@pytest.fixture(scope="session")
def ring() -> Ring:
    size = 90
    i, j, _ = np.indices((size, size, SLICES))
    away = i - 44.5, j - 44.5
    radius = np.hypot(*away)
    affine = np.diag([1.0, 1.0, 8.0, 1.0])
    affine[:3, 3] = (-44.5, -44.5, -32.0)
    # the slices go up (towards the base in most people), x to the patient's right, y to the front
    endo, epi = (np.clip(radius - r, -12, 12).astype(np.float32) for r in (INNER, OUTER))
    return Ring(Wall(endo, epi, affine, (60.0, 0.0, 0.0)), radius, np.rad2deg(np.arctan2(away[1], away[0])))


@pytest.fixture(scope="session")
def struck() -> EnhancedPatient:
    """A transmural inferolateral infarct without border zone, slices moved by 2 mm."""
    return make_late_enhancement(2, Infarct(depth=1.0, width=0.9, height=26.0), spacing=2.2, field_of_view=140.0)
