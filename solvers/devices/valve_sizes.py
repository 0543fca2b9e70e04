"""Sizes of transcatheter aortic valves, read from ``valve_sizes.csv`` (sources in its first lines)."""

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

import numpy as np

from geometry.errors import Refused

Measure = Literal["area", "perimeter"]
FAMILIES = {"balloon_expandable": "Balloon-expandable", "self_expanding": "Self-expanding"}
SIGN = "# checksum sha256 "


@dataclass(frozen=True)
class ValveSize:
    """One size.

    low, high     range of the annulus in its ``measure``, mm2 or mm
    nominal_area  mm2 inside the frame's outer outline when expanded as labelled;  frame  mm, its modelled height
    orifice       mm2, expected effective orifice area;  gradient  mmHg, expected mean gradient
    """

    family: str
    size: int
    measure: Measure
    low: float
    high: float
    nominal_area: float
    frame: float
    orifice: float
    gradient: float

    @property
    def radius(self) -> float:
        """mm of the frame's outer outline."""
        return float(np.sqrt(self.nominal_area / np.pi))


@lru_cache(maxsize=1)
def valve_sizes() -> tuple[ValveSize, ...]:
    """All sizes, by family and from small to large."""
    return read_sizes(files("solvers.devices").joinpath("valve_sizes.csv").read_text(encoding="utf-8"))


def read_sizes(text: str) -> tuple[ValveSize, ...]:
    """The sizes of a table; refuses one whose rows are not those of its checksum."""
    lines = text.splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    wanted = next((line.removeprefix(SIGN) for line in lines if line.startswith(SIGN)), "")
    if hashlib.sha256(("\n".join(rows) + "\n").encode()).hexdigest() != wanted:
        raise Refused("The table of valve sizes was changed: it does not fit its checksum. Install the program again.")
    return tuple(_size(row) for row in csv.DictReader(rows))


def sizes_of(family: str) -> tuple[ValveSize, ...]:
    """The sizes of a family; refuses an unknown one."""
    found = tuple(size for size in valve_sizes() if size.family == family)
    if not found:
        raise Refused(f"There is no family of valves {family!r}; there are: {', '.join(FAMILIES)}.")
    return found


def find_size(family: str, size: int) -> ValveSize:
    """One size; refuses it with those there are."""
    for known in sizes_of(family):
        if known.size == size:
            return known
    there = ", ".join(str(known.size) for known in sizes_of(family))
    raise Refused(f"{FAMILIES[family]} valves have no size {size} mm; they have: {there}.")


def _size(row: dict[str, str]) -> ValveSize:
    size = int(row["size_mm"])
    area = float(row["nominal_area_mm2"]) if row["nominal_area_mm2"] else float(np.pi * size**2 / 4)
    return ValveSize(
        row["family"],
        size,
        cast(Measure, row["measure"]),
        float(row["low"]),
        float(row["high"]),
        area,
        float(row["frame_mm"]),
        float(row["orifice_cm2"]) * 100.0,
        float(row["gradient_mmHg"]),
    )
