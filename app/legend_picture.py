"""Legends of pictures: a bar for a value, a wedge for a value with its doubt; with unit and words for small and large."""

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from app.palettes import Palette
from app.vsup import vsup_texture
from geometry.metric import shown_unit
from solvers.result import Field

INK, QUIET, PAPER = "#1c2530", "#66707c", "#ffffff"


def draw_bar(
    figure: Figure, palette: Palette, field: Field, limits: tuple[float, float], *, holes: bool = False
) -> None:
    """A legend with unit and, in words, what small and large mean; ``holes``: some places have no answer."""
    axes = figure.add_axes((0.77, 0.22, 0.04, 0.46))
    axes.imshow(palette.colours[:, None, :], origin="lower", aspect="auto", extent=(0, 1, *limits))
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.tick_params(colors=INK, labelsize=7, length=2, pad=2)
    figure.text(0.75, 0.775, unit_text(field), fontsize=7.5, color=INK, va="bottom")
    figure.text(0.75, 0.71, field.high_word, fontsize=6.5, color=INK, va="bottom", weight="bold")
    figure.text(0.75, 0.18, field.low_word, fontsize=6.5, color=INK, va="top", weight="bold")
    if holes:
        figure.text(0.75, 0.115, "grey: no answer", fontsize=6, color=QUIET, va="top")


def draw_wedge(figure: Figure, palette: Palette, field: Field, limits: tuple[float, float]) -> None:
    """Value and doubt in one legend: sure at the top, unsure at the tip."""
    axes = figure.add_axes((0.73, 0.34, 0.26, 0.34), polar=True)
    texture = vsup_texture(palette)
    layers, leaves = texture.shape[:2]
    opening = np.pi / 3
    for layer in range(layers):
        for leaf in range(leaves):
            angle = np.pi / 2 + opening / 2 - opening * leaf / leaves
            shade, inner = to_hex(texture[layer, leaf] / 255), 1 - (layer + 1) / layers
            axes.bar(angle, 1 / layers, width=-opening / leaves, bottom=inner, color=shade, align="edge")
    axes.set(thetamin=60, thetamax=120)
    axes.axis("off")
    low, high = limits
    figure.text(0.86, 0.765, unit_text(field), fontsize=7.5, color=INK, ha="center", va="bottom")
    for place, words, side in (
        (0.735, f"{low:g}\n{field.low_word}", "left"),
        (0.995, f"{high:g}\n{field.high_word}", "right"),
    ):
        figure.text(place, 0.66, words, fontsize=6.5, color=INK, ha=side, va="bottom")
    words = f"top: sure\ntip: SD over {0.2 * (high - low):.2g}"
    figure.text(0.86, 0.33, words, fontsize=6.5, color=INK, ha="center", va="top")


def unit_text(field: Field) -> str:
    """The unit as printed over a legend."""
    return "probability" if field.unit == "1" else shown_unit(field.unit)
