"""How much scar a rule finds, and how deep it goes in each segment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.scar.rules import BORDER, CORE, NO_REFLOW
from geometry.scar.tissue import Tissue

_CHORDS = 72  # around the wall, 5 degrees each


@dataclass(frozen=True)
class Amount:
    """Grams: core (its dark middle counted in), border, the dark middle alone, and the whole wall."""

    core: float
    border: float
    no_reflow: float
    wall: float

    @property
    def core_percent(self) -> float:
        """Core in % of LV mass."""
        return 100.0 * self.core / self.wall

    @property
    def border_percent(self) -> float:
        """Border in % of LV mass."""
        return 100.0 * self.border / self.wall


def amount(labels: NDArray[np.uint8], tissue: Tissue) -> Amount:
    """Weigh what ``classify`` found."""
    count = np.bincount(labels.ravel(), minlength=5) * tissue.voxel_mass
    return Amount(
        float(count[CORE] + count[NO_REFLOW]), float(count[BORDER]), float(count[NO_REFLOW]), tissue.wall_mass
    )


def transmurality(
    labels: NDArray[np.uint8], tissue: Tissue, chord: NDArray[np.uint8]
) -> dict[int, tuple[float, float]]:
    """segment -> (share of its wall that is core, how far core reaches through the wall where there is any), both 0 to 1.

    ``chord``: (nx, ny, nz) number of the ray from the middle of the cavity that a voxel lies on (``chords``). A ray has
    core when at least a quarter of its voxels, or two of them, are: one bright voxel of noise makes no infarct.
    """
    core = labels >= CORE
    found = {}
    slices = np.broadcast_to(np.arange(core.shape[2]), core.shape)
    key = slices.astype(np.int64) * _CHORDS + chord
    for segment in range(1, 18):
        here = tissue.sector == segment
        if not here.any():
            continue
        whole = np.bincount(key[here])
        dead = np.bincount(key[here], weights=core[here], minlength=len(whole))
        with np.errstate(invalid="ignore"):
            reach = dead / whole
        has = (whole > 0) & (dead > 0) & ((dead >= 2) | (reach >= 0.25))
        found[segment] = (float(core[here].mean()), float(reach[has].mean()) if has.any() else 0.0)
    return found


def chords(angle: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The ray that each voxel lies on, 0 to 71, from its angle in degrees."""
    return (np.floor((angle % 360.0) / (360.0 / _CHORDS)) % _CHORDS).astype(np.uint8)
