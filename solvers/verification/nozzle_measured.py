"""What up to five laboratories measured in the FDA's nozzle (Hariharan 2011, doi 10.1115/1.4003440; data doi 10.17917/C78G69).

The flow that a laboratory's own profile carries through a section, the integral of u |r| pi dr across it, is not the one that
was prescribed: 0.90 to 1.01 of it in the inlet, 0.92 to 1.09 in the throat. A speed is known no better than that.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geometry.heart_mesh import Floats

ARCHIVE = Path("fda-nozzle", "Nozzle", "Data", "SE_exp_0500.zip")
AXIS = "plot-z-distribution-axial-velocity"
PROFILE = "plot-profile-axial-velocity-at-z "


@dataclass(frozen=True)
class Laboratory:
    """Speeds on the axis: place in mm -> m/s;  carried (s, 2): sections in mm and the flow through them, mm3/ms."""

    axis: dict[float, float]
    carried: Floats

    def bounds(self, at: float, flow: float) -> tuple[float, float]:
        """The speed on the axis as measured, and scaled to ``flow`` by what its profiles around there carry; sorted."""
        speed = self.axis[at]
        scaled = speed * flow / float(np.interp(at, *self.carried.T))
        return min(speed, scaled), max(speed, scaled)


def laboratories(archive: Path) -> list[Laboratory]:
    """All in the archive of one Reynolds number."""
    with zipfile.ZipFile(archive) as data:
        names = [name for name in sorted(data.namelist()) if name.endswith(".txt")]
        return [_laboratory(data.read(name).decode("ascii", "replace").splitlines()) for name in names]


def _laboratory(lines: Sequence[str]) -> Laboratory:
    axis: dict[float, float] = {}
    carried = []
    for number, line in enumerate(lines):
        if line == AXIS:
            axis = {round(1000 * z, 3): speed for z, speed in _rows(lines, number)}
        elif line.startswith(PROFILE):
            radius, speed = _rows(lines, number).T
            place = 1000 * float(line.removeprefix(PROFILE).split()[0])
            carried.append((place, np.pi * np.trapezoid(speed * np.abs(1000 * radius), 1000 * radius)))
    return Laboratory(axis, np.array(carried))


def _rows(lines: Sequence[str], title: int) -> Floats:
    """(k, 2) the first two columns of the table under a title, by the first."""
    count = int(lines[title + 1])
    rows = np.array([[float(word) for word in line.split()[:2]] for line in lines[title + 2 : title + 2 + count]])
    return rows[np.argsort(rows[:, 0])]
