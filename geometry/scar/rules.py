"""The published rules for scar and border zone. They disagree by a factor of three on the same heart, so all are applied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.scar.tissue import EIGHT, Tissue

HEALTHY, BORDER, CORE, NO_REFLOW = 1, 2, 3, 4
NEVER = float("inf")
_FOUR = EIGHT & ndimage.generate_binary_structure(3, 1)


@dataclass(frozen=True)
class Levels:
    """Grey values above which muscle is border and core; equal where a rule knows no border, infinite where nothing is scar."""

    border: float
    core: float


@dataclass(frozen=True)
class Rule:
    """One way to call muscle scar.

    name, title   key, and as shown
    levels        the grey values it uses on a scan
    meaning       in a sentence
    source        where it was published
    """

    name: str
    title: str
    levels: Callable[[Tissue], Levels]
    meaning: str
    source: str

    @property
    def has_border(self) -> bool:
        """Whether the rule tells a border zone from the core."""
        return self.name in ("sd2-3", "schmidt", "roes")


def above_remote(deviations: float, tissue: Tissue) -> Levels:
    """Scar is brighter than the remote mean by so many standard deviations; any number, for the slider too."""
    level = tissue.remote_mean + deviations * tissue.remote_sd
    return Levels(level, level)


def two_to_three(tissue: Tissue) -> Levels:
    """Core above 3 SD, border from 2 to 3 SD."""
    return Levels(above_remote(2, tissue).core, above_remote(3, tissue).core)


def half_maximum(tissue: Tissue) -> Levels:
    """Core above half of the brightest enhanced muscle."""
    level = NEVER if tissue.brightest is None else 0.5 * tissue.brightest
    return Levels(level, level)


def schmidt(tissue: Tissue) -> Levels:
    """Core above half of the maximum, border from the brightest remote voxel up to there."""
    core = half_maximum(tissue).core
    return Levels(min(tissue.remote_peak, core) if core < NEVER else NEVER, core)


def roes(tissue: Tissue) -> Levels:
    """Core above half of the maximum, border from 35 to 50 % of it."""
    core = half_maximum(tissue).core
    return Levels(0.7 * core, core)


_FLETT = "Flett 2011, doi:10.1016/j.jcmg.2010.11.015"


def _n_sd(n: int) -> Rule:
    return Rule(
        f"sd{n}", f"{n} SD", partial(above_remote, float(n)), f"Brighter than the remote mean by {n} standard deviations.",
        _FLETT if n > 3 else "Kim 1999, doi:10.1161/01.CIR.100.19.1992" if n == 2 else _FLETT,
    )  # fmt: skip


RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        *(_n_sd(n) for n in (2, 3, 4, 5, 6)),
        Rule("fwhm", "FWHM", half_maximum, "Brighter than half of the brightest scar.",
             "Amado 2004, doi:10.1016/j.jacc.2004.09.020"),
        Rule("sd2-3", "2-3 SD border", two_to_three, "Core above 3 SD of remote muscle, border from 2 to 3 SD.",
             "Rubenstein 2013 (2 to 3 SD border)"),
        Rule("schmidt", "Schmidt", schmidt, "Core above half of the maximum, border down to the brightest remote voxel.",
             "Schmidt 2007, doi:10.1161/CIRCULATIONAHA.106.653568"),
        Rule("roes", "Roes", roes, "Core above half of the maximum, border from 35 % of it.",
             "Roes 2009, doi:10.1161/CIRCIMAGING.108.826529"),
    )
}  # fmt: skip


def rule_named(name: str) -> Rule:
    """A rule by its key; "sd4.5" and the like are made on demand. Raises Refused for others."""
    if name in RULES:
        return RULES[name]
    try:
        n = float(name.removeprefix("sd"))
    except ValueError:
        n = 0.0
    if not name.startswith("sd") or not 1.0 <= n <= 10.0:
        raise Refused(
            f"There is no rule {name!r} for scar; choose one of: {', '.join(RULES)}, or sdN with N from 1 to 10."
        )
    return Rule(name, f"{n:g} SD", partial(above_remote, n), f"Brighter than the remote mean by {n:g} SD.", _FLETT)


def classify(tissue: Tissue, rule: Rule, no_reflow: bool = True) -> NDArray[np.uint8]:
    """HEALTHY, BORDER, CORE (and NO_REFLOW, where it is asked to count the dark middle of scar) in the wall, else 0."""
    levels = rule.levels(tissue)
    open_to_scar = tissue.wall & ~tissue.rim
    labels = tissue.wall.astype(np.uint8) * HEALTHY
    labels[open_to_scar & (tissue.grey > levels.border)] = BORDER
    labels[open_to_scar & (tissue.grey > levels.core)] = CORE
    if no_reflow and levels.core < NEVER:
        labels[enclosed(labels >= BORDER, tissue)] = NO_REFLOW
    return labels


def enclosed(bright: NDArray[np.bool_], tissue: Tissue) -> NDArray[np.bool_]:
    """Dark muscle shut in between enhanced muscle, or between it and the blood, in its slice: obstruction of small vessels.

    At least three voxels in one piece; single dark voxels in scar are noise, and muscle all around is not shut in.
    """
    patches, _ = ndimage.label(bright, structure=EIGHT)
    sizes = np.bincount(patches.ravel())
    scar = bright & (sizes[patches] >= 8)
    shut = np.zeros_like(bright)
    for k in np.flatnonzero(scar.any(axis=(0, 1))):
        closed = ndimage.binary_closing(np.pad(scar[..., k], 2), structure=EIGHT[:, :, 1])[2:-2, 2:-2] | scar[..., k]
        ring = closed | tissue.cavity[..., k]
        shut[..., k] = ndimage.binary_fill_holes(ring) & ~tissue.cavity[..., k]
    dark = shut & tissue.wall & ~bright & ~tissue.rim & ~tissue.remote
    pieces, _ = ndimage.label(dark, structure=_FOUR)
    return np.asarray(dark & (np.bincount(pieces.ravel())[pieces] >= 3))
