"""From an enhancement scan and the outlined cine of the same heart to scar under every rule, with its doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.image import Image
from geometry.metric import Metric
from geometry.progress import Progress, part, silent
from geometry.scar.amount import Amount, amount, chords, transmurality
from geometry.scar.breath_hold import Shift, find_shifts, on_grid
from geometry.scar.doubt import draw_again, interval
from geometry.scar.remote import candidate_regions, find_remote, remote_near
from geometry.scar.rules import RULES, Rule, classify
from geometry.scar.sectors import angles, segments
from geometry.scar.tissue import Tissue, bright_rim
from geometry.scar.wall import Wall, nearest_phase, wall_on
from geometry.segmentation import Segmentation

RULE_DECIDES = "The rule decides how much is called scar and border: compare only numbers made with the same rule."
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Finding:
    """What one rule finds.

    amount                  grams
    core_range, border_range  90 % intervals, g
    segments                AHA segment -> (share of it that is core, transmurality where there is core), 0 to 1
    core_chance, scar_chance  (nx, ny, nz) chance of core, and of core or border; None where it was not asked for
    """

    amount: Amount
    core_range: tuple[float, float] | None
    border_range: tuple[float, float] | None
    segments: Mapping[int, tuple[float, float]]
    core_chance: NDArray[np.float32] | None = None
    scar_chance: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class ScarStudy:
    """Scar on one enhancement scan.

    tissue    what the rules judge, on the part of the grid around the heart
    findings  by the key of the rule
    shifts    of each slice against the cine
    no_reflow whether the dark middle of scar counts as core
    notes     what was found worth telling, as sentences
    """

    tissue: Tissue
    findings: Mapping[str, Finding]
    shifts: tuple[Shift, ...]
    no_reflow: bool
    notes: tuple[str, ...]


def measure_scar(
    lge: Image,
    cine: Image,
    segmentation: Segmentation,
    *,
    remote: Sequence[Point] = (),
    no_reflow: bool = True,
    align: bool = True,
    draws: int = 40,
    progress: Progress = silent,
) -> ScarStudy:
    """Align, find remote muscle (or take it around the points ``remote``, mm RAS), apply every rule, and draw the doubt.

    Raises Refused where the scans do not fit together or there is nothing to measure.
    """
    if lge.voxels.ndim != 3:
        raise Refused("The enhancement scan has several phases; one volume is needed. Choose the single series of it.")
    progress(0.0, "Carrying the outline of the cine over")
    phase, why = nearest_phase(cine, segmentation, lge)
    wall, box = wall_on(lge, segmentation, phase)
    grey = np.asarray(lge.voxels[box], np.float32)
    shifts: tuple[Shift, ...] = ()
    notes = [why]
    if align:
        seen = on_grid(cine, min(phase, cine.phases - 1), wall)
        shifts = find_shifts(grey, seen, wall, part(progress, 0.05, 0.3))
        wall = wall.moved(np.array([(s.i, s.j) if s.believed else (0.0, 0.0) for s in shifts]))
        notes += tell_shifts(shifts, wall)
    progress(0.3, "Looking for healthy muscle")
    tissue, numbers, regions = prepare(grey, wall, remote, notes)
    findings = _findings(tissue, wall, regions, numbers, no_reflow, draws, part(progress, 0.35, 1.0))
    return ScarStudy(tissue, findings, shifts, no_reflow, (*notes, *warnings_about(tissue), RULE_DECIDES))


def prepare(
    grey: NDArray[np.float32], wall: Wall, points: Sequence[Point], notes: list[str]
) -> tuple[Tissue, NDArray[np.int16], NDArray[np.int16]]:
    """What the rules judge, the numbers of the healthy regions (none where the user gave points), and all regions.

    Adds to ``notes`` how remote muscle was found.
    """
    regions = candidate_regions(wall)
    if points:
        healthy, numbers = remote_near(wall, points), np.zeros(0, np.int16)
        notes.append(f"Remote muscle was taken around the {len(points)} point(s) given.")
    else:
        numbers = find_remote(grey, regions)
        healthy = np.isin(regions, numbers)
        notes.append(
            f"Remote muscle was found by itself: {len(numbers)} of {len(np.unique(regions)) - 1} regions look healthy."
        )
    cavity = wall.cavity & (wall.epi < 0)
    rim = bright_rim(grey, wall.inside, cavity, healthy)
    tissue = Tissue(grey, wall.affine, wall.inside, cavity, rim, healthy, wall.depth, segments(wall))
    return tissue, numbers, regions


def find(tissue: Tissue, rule: Rule, no_reflow: bool = True) -> Finding:
    """What any rule finds, without doubt: fast enough for a slider."""
    labels = classify(tissue, rule, no_reflow)
    chord = chords(_angle_of(tissue))
    return Finding(amount(labels, tissue), None, None, transmurality(labels, tissue, chord))


def scar_metrics(study: ScarStudy) -> tuple[Metric, ...]:
    """Core and border in g and in % of the wall, for every rule."""
    metrics: list[Metric] = []
    for name, finding in study.findings.items():
        rule, grams = RULES[name], finding.amount
        low, high = finding.core_range or (None, None)
        note = f"{rule.meaning} {rule.source}. Of {grams.wall:.0f} g of wall."
        metrics.append(Metric(f"scar_core_{name}", f"Scar core, {rule.title}", grams.core, "g", low, high, note))
        if rule.has_border:
            low, high = finding.border_range or (None, None)
            metrics.append(
                Metric(f"scar_border_{name}", f"Border zone, {rule.title}", grams.border, "g", low, high, note)
            )
    return tuple(metrics)


def tell_shifts(shifts: Sequence[Shift], wall: Wall) -> list[str]:
    """How far slices were moved, as sentences."""
    size = [float(np.hypot(s.i, s.j)) for s in shifts if s.believed]
    told = []
    if size:
        told.append(
            f"{len(size)} slices were moved by {np.mean(size):.1f} mm on average, {max(size):.1f} mm at most, "
            "to undo breath-holds."
        )
    used = wall.inside.any(axis=(0, 1))
    lost = [str(k + 1) for k, s in enumerate(shifts) if not s.believed and used[k]]
    if lost:
        told.append(
            f"No believable shift was found for slice {', '.join(lost)} of the heart: look at the outline there."
        )
    return told


def warnings_about(tissue: Tissue) -> list[str]:
    """What makes the answer doubtful, as sentences."""
    told = []
    ratio = tissue.remote_mean / max(tissue.remote_sd, 1e-6)
    if tissue.brightest is None:
        told.append("No patch of muscle is 5 SD brighter than remote muscle: FWHM, Schmidt and Roes find no scar.")
    blood = float(np.median(tissue.grey[tissue.cavity])) if tissue.cavity.any() else 0.0
    if blood < tissue.remote_mean + 2 * tissue.remote_sd:
        told.append("Blood is hardly brighter than healthy muscle: is this late enhancement? Check the series.")
    if tissue.remote_mean < 0:
        told.append(
            "Grey values are negative (a phase-sensitive scan): rules of half the maximum count from zero, so use n SD."
        )
    elif ratio < 1.95:  # 1.913 for pure noise (Rayleigh)
        told.append(
            "Healthy muscle holds nothing but noise, which is not normally distributed: n SD calls more of it scar."
        )
    return told


def _findings(
    tissue: Tissue,
    wall: Wall,
    regions: NDArray[np.int16],
    numbers: NDArray[np.int16],
    no_reflow: bool,
    draws: int,
    progress: Progress,
) -> dict[str, Finding]:
    again = (
        draw_again(tissue, wall, regions, numbers, no_reflow=no_reflow, draws=draws, progress=progress)
        if draws
        else None
    )
    chord = chords(angles(wall))
    result = {}
    for name, rule in RULES.items():
        labels = classify(tissue, rule, no_reflow)
        grams, deep = amount(labels, tissue), transmurality(labels, tissue, chord)
        if again is None:
            result[name] = Finding(grams, None, None, deep)
            continue
        result[name] = Finding(
            grams,
            interval(grams.core, again.core[name]),
            interval(grams.border, again.border[name]) if rule.has_border else None,
            deep,
            again.core_chance[name],
            again.scar_chance[name],
        )
    return result


def _angle_of(tissue: Tissue) -> NDArray[np.float64]:
    """Degrees about the middle of each slice's cavity, from the grid alone: any zero will do for rays."""
    i, j = np.meshgrid(*(np.arange(n) for n in tissue.grey.shape[:2]), indexing="ij")
    spacing = np.linalg.norm(tissue.affine[:3, :2], axis=0)
    result = np.zeros(tissue.grey.shape)
    for k in range(tissue.grey.shape[2]):
        here = tissue.wall[..., k] | tissue.cavity[..., k]
        ci, cj = (i[here].mean(), j[here].mean()) if here.any() else (0.0, 0.0)
        result[..., k] = np.rad2deg(np.arctan2((j - cj) * spacing[1], (i - ci) * spacing[0]))
    return result
