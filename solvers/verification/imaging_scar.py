"""Scar on late enhancement: what each rule finds in noise, and in synthetic patients whose infarct is known.

Masses of sharp infarcts are judged: there every rule should agree with the truth. With a border zone the rules disagree by
design: there only the order of magnitude is judged.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from geometry.progress import Progress, part
from geometry.scar.rules import CORE, RULES, classify
from geometry.scar.study import ScarStudy, measure_scar, prepare
from geometry.scar.wall import Wall
from sample_scans.infarct import Infarct
from sample_scans.late_enhancement import EnhancedPatient, make_late_enhancement
from solvers.result import Check

NAME = "imaging-scar"
TITLE = "Scar and border zone on late enhancement"
SOURCE = "synthetic infarct, mass by quadrature of its surfaces"
SHARP = (
    Infarct(angle=0.6, depth=1.0, width=0.9, height=26.0),
    Infarct(angle=3.4, depth=0.6, width=1.0, height=28.0),
    Infarct(angle=5.0, depth=1.0, width=0.9, height=26.0, no_reflow=0.5),
)
SOFT = Infarct(angle=1.5, depth=0.75, width=0.8, height=24.0, border=2.5)
ROUGH = 0.9  # of the true border zone: rules disagree by design, but each finds some and none finds twice as much


@dataclass(frozen=True)
class Errors:
    """Relative errors of the core's mass over the sharp infarcts, per rule, and of alignment (mm)."""

    core: dict[str, list[float]]
    shift: list[float]


def verify(progress: Progress) -> list[Check]:
    """Noise alone; three sharp infarcts (transmural, subendocardial, with no-reflow); one with a border zone."""
    checks = noise_checks()
    errors = sharp_errors(part(progress, 0.1, 0.8))
    for name, tolerance in (("fwhm", 0.12), ("sd5", 0.15), ("sd6", 0.15)):
        title = RULES[name].title
        checks.append(
            Check(f"core mass error, {title}", float(np.mean(np.abs(errors.core[name]))), 0.0, tolerance, "1", SOURCE)
        )
    checks.append(
        Check("alignment error, median", float(np.median(errors.shift)), 0.0, 0.7, "mm", "shifts of the generator")
    )
    progress(0.8, "Infarct with a border zone")
    return [*checks, *border_checks()]


def noise_checks() -> list[Check]:
    """Share of healthy muscle that n SD calls scar, in Gaussian noise on 100,000 voxels; within four counting errors."""
    i, j, _ = np.indices((120, 120, 26))
    radius = np.hypot(i - 59.5, j - 59.5)
    endo, epi = (np.clip(radius - r, -12, 12).astype(np.float32) for r in (30.0, 46.0))
    grey = np.where(radius < 30, 600.0, 100.0) + np.random.default_rng(0).normal(0.0, 10.0, radius.shape)
    wall = Wall(endo, epi, np.diag([1.0, 1.0, 8.0, 1.0]), (200.0, 0.0, 0.0))
    tissue, _, _ = prepare(grey.astype(np.float32), wall, (), [])
    count = int(tissue.wall.sum())
    checks = []
    for n in (2, 3, 5):
        expected = float(norm.sf(n))
        found = float((classify(tissue, RULES[f"sd{n}"]) == CORE).sum()) / count
        tolerance = 4 * float(np.sqrt(expected / count)) + 1 / count
        checks.append(Check(f"scar in pure noise, {n} SD", found, expected, tolerance, "1", "normal distribution"))
    return checks


def sharp_errors(progress: Progress) -> Errors:
    """Measure every sharp infarct in a patient of its own."""
    core: dict[str, list[float]] = {name: [] for name in RULES}
    shift: list[float] = []
    for number, infarct in enumerate(SHARP):
        progress(number / len(SHARP), f"Infarct {number + 1} of {len(SHARP)}")
        patient = make_late_enhancement(100 + number, infarct, field_of_view=150.0)
        study = measure_scar(patient.lge, patient.cine, patient.chambers, draws=0)
        for name, finding in study.findings.items():
            core[name].append(finding.amount.core / patient.facts["core_g"] - 1.0)
        shift += shift_errors(patient, study)
    return Errors(core, shift)


def shift_errors(patient: EnhancedPatient, study: ScarStudy) -> list[float]:
    """mm, of every slice whose shift was believed."""
    origin = np.linalg.inv(patient.lge.affine) @ study.tissue.affine[:, 3]
    true = patient.shifts[round(float(origin[2])) :]
    return [
        float(np.hypot(found.i - real[0], found.j - real[1]))
        for found, real in zip(study.shifts, true, strict=False)
        if found.believed
    ]


def border_checks() -> list[Check]:
    """Grams of border zone by each rule that knows one, beside the truth; judged roughly."""
    patient = make_late_enhancement(110, SOFT, field_of_view=150.0)
    study = measure_scar(patient.lge, patient.cine, patient.chambers, draws=0)
    true = patient.facts["border_g"]
    rows = [(rule.title, study.findings[name].amount.border) for name, rule in RULES.items() if rule.has_border]
    return [Check(f"border zone by {title}, roughly", found, true, ROUGH * true, "g", SOURCE) for title, found in rows]
