"""Colour maps of every picture: red-early clinical activation, and perceptually uniform ones. Never jet.

Sources: batlow, vik: Crameri 2020, doi 10.1038/s41467-020-19160-7; viridis, cividis: Nunez 2018, doi 10.1371/journal.pone.0199239.
"""

from dataclasses import dataclass

import numpy as np
from cmcrameri import cm
from matplotlib import colormaps
from numpy.typing import NDArray
from skimage.color import lab2rgb, rgb2lab

Bytes = NDArray[np.uint8]

# Early is red, late is purple, as on clinical mapping systems; stops chosen so that neighbours differ in hue and lightness.
CLINICAL = ("#c2182b", "#ee7a35", "#f7d35e", "#97cc78", "#3fa9a5", "#3f6fc0", "#5a2d84")


@dataclass(frozen=True)
class Palette:
    """A colour map: ``colours`` (256, 3), from low to high."""

    name: str
    label: str
    colours: Bytes

    def bands(self, count: int) -> Bytes:
        """(count, 3), the colours at the middle of ``count`` equal bands."""
        middle = (np.arange(count) + 0.5) / count
        return np.asarray(self.colours[np.round(middle * 255).astype(int)])


def palettes() -> dict[str, Palette]:
    """Every palette by name, the clinical one first."""
    found = [Palette("clinical", "Clinical (red early)", _through(CLINICAL))]
    found += [Palette(name, name.capitalize(), _sampled(colormaps[name])) for name in ("viridis", "cividis")]
    found.append(Palette("batlow", "Batlow", _sampled(cm.batlow)))
    found.append(Palette("lajolla", "Lajolla", _sampled(cm.lajolla_r)))
    return {palette.name: palette for palette in found}


def segment_colours() -> Bytes:
    """(18, 3): of no segment, then of the 17 of the left ventricle: a hue for each wall, paler towards the apex.

    Hues that colour-blind people tell apart: Okabe and Ito, "Color Universal Design", 2008.
    """
    walls = ("#2f7fc1", "#56b4e9", "#009e73", "#e6d13c", "#e69f00", "#d55e00")  # anterior, then towards the septum
    apical = (walls[0], "#2aa9ae", walls[3], "#dd7f00")  # anterior, septal, inferior, lateral
    shades = ["#8b939c", *walls, *walls, *apical, "#cc79a7"]
    paler = [0.0] + [0.0] * 6 + [0.3] * 6 + [0.55] * 4 + [0.0]
    rgb = np.array([[int(s[i : i + 2], 16) for i in (1, 3, 5)] for s in shades], dtype=float)
    return np.asarray(np.round(rgb + (255 - rgb) * np.array(paler)[:, None]).astype(np.uint8))


def diverging() -> Palette:
    """The palette of differences: pale at zero, in the middle."""
    return Palette("vik", "Vik", _sampled(cm.vik))


def _through(stops: tuple[str, ...]) -> Bytes:
    rgb = np.array([[int(s[i : i + 2], 16) / 255 for i in (1, 3, 5)] for s in stops])
    lab = rgb2lab(rgb[None])[0]
    at = np.linspace(0, 1, len(stops))
    mixed = np.stack([np.interp(np.linspace(0, 1, 256), at, lab[:, k]) for k in range(3)], axis=1)
    return np.asarray(np.round(np.clip(lab2rgb(mixed[None])[0], 0, 1) * 255).astype(np.uint8))


def _sampled(colour_map: object) -> Bytes:
    values = colour_map(np.linspace(0, 1, 256))  # type: ignore[operator]
    return np.asarray(np.round(values[:, :3] * 255).astype(np.uint8))
