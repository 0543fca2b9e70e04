"""Values of healthy people, by source: what a number may be compared with, and why not where it may not.

The ejection fraction of healthy people moves from 67 % to 58 % when papillary muscles count as blood: like is compared with like.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geometry.metric import Metric
from geometry.subject import Subject

ANY = "any"
CONVENTIONS = {
    "papillary_in_cavity": "papillary muscles counted as blood",
    "papillary_in_wall": "papillary muscles counted as wall",
}


@dataclass(frozen=True)
class Reference:
    """Mean and standard deviation of one quantity in healthy people of one sex."""

    source: str
    modality: str
    convention: str
    age: str
    sex: str
    quantity: str
    unit: str
    mean: float
    sd: float


@dataclass(frozen=True)
class Judged:
    """A number beside its reference: the reference and its z-score, or why there is none."""

    reference: Reference | None
    z: float | None
    why: str = ""


@lru_cache(maxsize=1)
def reference_table() -> tuple[Reference, ...]:
    """Every value of reference_values.csv."""
    return tuple(
        Reference(
            source=row["source"],
            modality=row["modality"],
            convention=row["convention"],
            age=row["age"],
            sex=row["sex"],
            quantity=row["quantity"],
            unit=row["unit"],
            mean=float(row["mean"]),
            sd=float(row["sd"]),
        )
        for row in _rows()
    )


@lru_cache(maxsize=1)
def reference_sources() -> dict[str, str]:
    """Key -> citation of every source, with its DOI."""
    return {row["source"]: f"{row['citation']}, doi {row['doi']}" for row in _rows() if row["citation"]}


def suited_sources(modality: str) -> tuple[str, ...]:
    """Sources for a modality, the one most like our convention first."""
    own = [each for each in reference_table() if each.modality == modality]
    own.sort(key=lambda each: each.convention != "papillary_in_cavity")
    return tuple(dict.fromkeys(each.source for each in own))


def judge(metric: Metric, source: str, subject: Subject | None, modality: str) -> Judged:
    """Put a number beside the reference of a source, or say why that is not done."""
    rows = [each for each in reference_table() if each.source == source and each.quantity == metric.name]
    if not rows:
        return Judged(None, None, "This source has no value of it.")
    if rows[0].modality != modality:
        return Judged(None, None, f"This source measured with {rows[0].modality}, the scan is {modality}.")
    if subject is None or subject.sex is None:
        return Judged(None, None, "Enter the sex of the patient: healthy values differ between women and men.")
    found = next((each for each in rows if each.sex == subject.sex), None)
    if found is None:
        return Judged(None, None, "This source has no value of it for this sex.")
    if found.convention not in (ANY, metric.convention):
        here = CONVENTIONS.get(metric.convention, "an unknown convention")
        return Judged(None, None, f"Not compared: the source has {CONVENTIONS[found.convention]}, this number {here}.")
    if found.unit != metric.unit:
        return Judged(None, None, f"The source gives {found.unit}, this number is in {metric.unit}.")
    return Judged(found, (metric.value - found.mean) / found.sd)


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, str], ...]:
    with (Path(__file__).parent / "reference_values.csv").open(newline="") as file:
        return tuple(csv.DictReader(file))
