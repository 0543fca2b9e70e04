"""A scar study on disk: scar.nii.gz (labels of the picked rule, for other programs), tissue.npz, scar.json."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from geometry.scar.amount import Amount
from geometry.scar.breath_hold import Shift
from geometry.scar.rules import BORDER, CORE, HEALTHY, NO_REFLOW, RULES, classify, rule_named
from geometry.scar.study import Finding, ScarStudy
from geometry.scar.tissue import Tissue

_MASKS = ("wall", "cavity", "rim", "remote")
WORDS: Mapping[int, str] = {HEALTHY: "healthy muscle", BORDER: "border zone", CORE: "scar core", NO_REFLOW: "no reflow"}


def save_study(study: ScarStudy, folder: Path, picked: str) -> None:
    """Write a study; ``picked`` is the rule whose labels are written out."""
    tissue = study.tissue
    nib.save(
        nib.Nifti1Image(classify(tissue, rule_named(picked), study.no_reflow), tissue.affine), folder / "scar.nii.gz"
    )
    arrays: dict[str, Any] = {name: getattr(tissue, name) for name in (*_MASKS, "grey", "affine", "depth", "sector")}
    for name, finding in study.findings.items():
        for kind in ("core_chance", "scar_chance"):
            if getattr(finding, kind) is not None:
                arrays[f"{kind}/{name}"] = np.round(getattr(finding, kind) * 255).astype(np.uint8)
    np.savez_compressed(folder / "tissue.npz", **arrays)
    facts = {
        "picked": picked,
        "labels": {str(value): word for value, word in WORDS.items()},
        "no_reflow_counts_as_core": study.no_reflow,
        "remote": {"mean": tissue.remote_mean, "sd": tissue.remote_sd, "peak": tissue.remote_peak},
        "brightest": tissue.brightest,
        "rules": {name: _facts(name, finding, tissue) for name, finding in study.findings.items()},
        "shifts": [asdict(shift) for shift in study.shifts],
        "notes": study.notes,
    }
    (folder / "scar.json").write_text(json.dumps(facts, indent=1))


def load_study(folder: Path, chances: bool = True) -> ScarStudy:
    """Read what ``save_study`` wrote; without ``chances`` the chance of each voxel is left on disk."""
    facts = json.loads((folder / "scar.json").read_text())
    with np.load(folder / "tissue.npz") as held:
        tissue = Tissue(**{name: held[name] for name in (*_MASKS, "grey", "affine", "depth", "sector")})
        findings = {}
        for name, one in facts["rules"].items():
            finding = Finding(
                Amount(**one["grams"]),
                _pair(one["core_range_g"]),
                _pair(one["border_range_g"]),
                {int(segment): (share, reach) for segment, (share, reach) in one["segments"].items()},
            )
            if chances and f"core_chance/{name}" in held.files:
                both = (held[f"{kind}/{name}"].astype(np.float32) / 255 for kind in ("core_chance", "scar_chance"))
                finding = replace(finding, **dict(zip(("core_chance", "scar_chance"), both, strict=True)))
            findings[name] = finding
    shifts = tuple(Shift(**one) for one in facts["shifts"])
    return ScarStudy(tissue, findings, shifts, facts["no_reflow_counts_as_core"], tuple(facts["notes"]))


def picked_rule(folder: Path) -> str:
    """The rule whose labels were written out."""
    return str(json.loads((folder / "scar.json").read_text())["picked"])


def finding_facts(study: ScarStudy) -> dict[str, Any]:
    """The numbers of every rule as plain data."""
    return {name: _facts(name, finding, study.tissue) for name, finding in study.findings.items()}


def _facts(name: str, finding: Finding, tissue: Tissue) -> dict[str, Any]:
    levels = RULES[name].levels(tissue)
    return {
        "title": RULES[name].title,
        "source": RULES[name].source,
        "levels": {"border": _finite(levels.border), "core": _finite(levels.core)},
        "grams": asdict(finding.amount),
        "core_percent": finding.amount.core_percent,
        "border_percent": finding.amount.border_percent,
        "core_range_g": finding.core_range,
        "border_range_g": finding.border_range,
        "segments": {str(segment): pair for segment, pair in finding.segments.items()},
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _pair(values: Any) -> tuple[float, float] | None:
    return None if values is None else (float(values[0]), float(values[1]))
