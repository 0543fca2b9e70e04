"""The drugs there are: the 28 of CiPA, read from ``cipa.csv`` (sources in its first lines)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

from geometry.errors import Refused

CURRENTS = ("CaL", "Kr", "to", "K1", "Ks", "NaL", "Na")
BINDING = ("K_max", "K_u", "n_bind", "halfmax", "V_half")
Risk = Literal["low", "intermediate", "high"]


@dataclass(frozen=True)
class Drug:
    """A drug.

    risk        of torsade de pointes as judged by CiPA's clinicians, doi 10.1002/cpt.1184
    purpose     "training" (12) or "validation" (16)
    free_peak   nM, free therapeutic peak concentration
    blocks      current -> (IC50 nM, Hill coefficient)
    binding     parameters of its binding to the states of hERG, doi 10.1161/CIRCEP.116.004628
    """

    name: str
    risk: Risk
    purpose: str
    free_peak: float
    blocks: Mapping[str, tuple[float, float]]
    binding: Mapping[str, float]


def _read(row: Mapping[str, str]) -> Drug:
    blocks = {
        current: (float(row[f"IC50_{current}"]), float(row[f"hill_{current}"]))
        for current in CURRENTS
        if row[f"IC50_{current}"]
    }
    binding = {name: float(row[name]) for name in BINDING}
    return Drug(row["drug"], cast(Risk, row["risk"]), row["set"], float(row["free_Cmax"]), blocks, binding)


@lru_cache(maxsize=1)
def find_drugs() -> Mapping[str, Drug]:
    """name -> Drug."""
    lines = files("solvers.drugs").joinpath("cipa.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {drug.name: drug for drug in map(_read, rows)}


def find_drug(name: str) -> Drug:
    """The drug of that name; refuses with the names there are."""
    drugs = find_drugs()
    if name.lower() not in drugs:
        raise Refused(f"There is no drug {name!r}. Choose one of: {', '.join(sorted(drugs))}.")
    return drugs[name.lower()]
