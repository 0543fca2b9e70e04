"""How sure scar masses are: the same scan measured again with another remote region, noise, shift and outline.

Each draw takes a random three in five of the healthy regions as remote muscle, adds half of the noise once more, shifts every
slice by what the registration may be wrong, and moves endo- and epicardium in or out as readers differ. Draws are centred on
what was measured, because more noise alone would move them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.progress import Progress, silent
from geometry.scar.amount import amount
from geometry.scar.remote import Regions
from geometry.scar.rules import BORDER, CORE, RULES, classify
from geometry.scar.tissue import Tissue, bright_rim
from geometry.scar.wall import Wall

SHIFT = 0.7  # mm, SD per slice and direction: what registration leaves
OUTLINE = 0.5  # mm, SD of endocardium and of epicardium, all around: as readers differ
NOISE = 0.5  # of the noise in remote muscle, added once more
KEPT = 0.6  # of the healthy regions in one draw


@dataclass(frozen=True)
class Draws:
    """What the draws gave: grams per rule, (draws,) core and border; chance of core and of core or border per voxel, 0 to 1."""

    core: Mapping[str, NDArray[np.float64]]
    border: Mapping[str, NDArray[np.float64]]
    core_chance: Mapping[str, NDArray[np.float32]]
    scar_chance: Mapping[str, NDArray[np.float32]]


def draw_again(
    tissue: Tissue,
    wall: Wall,
    regions: Regions,
    remote: NDArray[np.int16],
    *,
    no_reflow: bool = True,
    draws: int = 40,
    seed: int = 0,
    progress: Progress = silent,
) -> Draws:
    """Measure ``draws`` times; ``remote`` are the numbers of the healthy regions, empty where the user gave the region."""
    rng = np.random.default_rng(seed)
    core: dict[str, list[float]] = {name: [] for name in RULES}
    border: dict[str, list[float]] = {name: [] for name in RULES}
    core_sum = {name: np.zeros(tissue.grey.shape, np.float32) for name in RULES}
    scar_sum = {name: np.zeros(tissue.grey.shape, np.float32) for name in RULES}
    for number in range(draws):
        progress(number / draws, f"Doubt, draw {number + 1} of {draws}")
        again = _once_more(tissue, wall, regions, remote, rng)
        for name, rule in RULES.items():
            labels = classify(again, rule, no_reflow)
            found = amount(labels, again)
            core[name].append(found.core)
            border[name].append(found.border)
            core_sum[name] += labels >= CORE
            scar_sum[name] += labels >= BORDER
    return Draws(
        {name: np.asarray(values) for name, values in core.items()},
        {name: np.asarray(values) for name, values in border.items()},
        {name: np.asarray(values / draws, np.float32) for name, values in core_sum.items()},
        {name: np.asarray(values / draws, np.float32) for name, values in scar_sum.items()},
    )


def interval(value: float, draws: NDArray[np.float64]) -> tuple[float, float]:
    """5 and 95 % of the draws, moved so that their median is ``value``; never below zero."""
    low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95))
    return max(float(value + low - middle), 0.0), float(value + high - middle)


def _once_more(
    tissue: Tissue, wall: Wall, regions: Regions, remote: NDArray[np.int16], rng: np.random.Generator
) -> Tissue:
    shifts = rng.normal(0.0, SHIFT, (wall.epi.shape[2], 2))
    moved = wall.moved(shifts, (rng.normal(0.0, OUTLINE), rng.normal(0.0, OUTLINE)))
    noise = rng.normal(0.0, NOISE * tissue.remote_sd, tissue.grey.shape)
    grey = (tissue.grey + noise).astype(np.float32)
    healthy = tissue.remote
    if len(remote) > 2:
        kept = rng.choice(remote, max(round(KEPT * len(remote)), 2), replace=False)
        healthy = np.isin(regions, kept)
    inside, cavity = moved.inside, moved.cavity & (moved.epi < 0)
    rim = bright_rim(grey, inside, cavity, healthy)
    return Tissue(grey, tissue.affine, inside, cavity, rim, healthy, moved.depth, tissue.sector)
