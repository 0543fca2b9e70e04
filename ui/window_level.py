"""Which grey values are black and which are white: window and level as radiology screens have them, with presets for CT."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geometry.image import Image

DRAG = 400.0  # pixels of the mouse that change a window by its own width
SUBSAMPLE = 3  # every so many pixels are looked at for the automatic window


@dataclass(frozen=True)
class WindowLevel:
    """``level`` is the grey value in the middle of the grey scale, ``width`` the span from black to white."""

    level: float
    width: float

    @property
    def limits(self) -> tuple[float, float]:
        """The grey values drawn black and white."""
        return self.level - self.width / 2, self.level + self.width / 2

    def dragged(self, right: float, down: float) -> "WindowLevel":
        """After a drag of the mouse, in pixels: to the right is wider, down is brighter (a lower level)."""
        width = self.width * float(np.exp(right / DRAG))
        return WindowLevel(self.level - down / DRAG * self.width, max(width, 1e-6))

    def text(self) -> str:
        """Level and width in as many digits as tell them apart."""
        return (
            f"L {self.level:.3g}  W {self.width:.3g}" if self.width < 10 else f"L {self.level:.0f}  W {self.width:.0f}"
        )


# Lung and bone after Radiopaedia, "Windowing (CT)"; heart: blood with contrast and its wall both away from the ends.
CT_PRESETS = {
    "Heart": WindowLevel(200.0, 700.0),
    "Bone": WindowLevel(400.0, 1800.0),
    "Lung": WindowLevel(-600.0, 1500.0),
}


def automatic(image: Image) -> WindowLevel:
    """The heart's window for CT; nearly the whole range of the first phase for MR."""
    if image.modality == "CT":
        return CT_PRESETS["Heart"]
    some = np.asarray(image.phase(0))[::SUBSAMPLE, ::SUBSAMPLE]
    low, high = (float(np.percentile(some, share)) for share in (1, 99.3))
    return WindowLevel((low + high) / 2, max(high - low, 1e-6))


def unit_of(image: Image) -> str:
    """What grey values are counted in."""
    return "HU" if image.modality == "CT" else "a.u."


def to_plain(window: WindowLevel | None) -> list[float] | None:
    """As plain data."""
    return None if window is None else [window.level, window.width]


def from_plain(facts: Any) -> WindowLevel | None:
    """From plain data; None (automatic) for anything odd."""
    try:
        level, width = (float(number) for number in facts)
    except (TypeError, ValueError):
        return None
    return WindowLevel(level, width) if np.isfinite([level, width]).all() and width > 0 else None
