"""In which unit a mesh is: told by its file or the user, else guessed from how large a heart can be."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from geometry.exchange.raw_mesh import Array

UNITS = {"um": 1e-3, "mm": 1.0, "cm": 10.0, "m": 1e3}  # mm
HEART = (60.0, 250.0)  # mm, longest side of the box around one or two ventricles up to a whole heart


@dataclass(frozen=True)
class LengthUnit:
    """A unit, its length in mm, and a sentence where it was guessed."""

    name: str
    mm: float
    note: str = ""


def length_unit(points: Array, told: str | None, asked: str | None) -> LengthUnit:
    """The unit of ``points``: as asked, else as the file tells, else a guess; raises Refused where none is possible."""
    for name in (asked, told):
        if name is not None:
            if name not in UNITS:
                raise Refused(f"{name!r} is no unit of length here; --unit is one of {', '.join(UNITS)}.")
            return LengthUnit(name, UNITS[name])
    longest = float(np.ptp(points, axis=0).max())
    fitting = [name for name, mm in UNITS.items() if HEART[0] <= longest * mm <= HEART[1]]
    if len(fitting) != 1:
        raise Refused(
            f"The mesh is {longest:.4g} long and its file tells no unit: in none of {', '.join(UNITS)} would it be a heart of "
            f"{HEART[0]:g} to {HEART[1]:g} mm. Say which it is with --unit."
        )
    mm = UNITS[fitting[0]]
    return LengthUnit(
        fitting[0],
        mm,
        f"The unit is guessed: {longest:.4g} would be {longest * mm:.0f} mm in {fitting[0]}, and only so a heart "
        f"({HEART[0]:g} to {HEART[1]:g} mm). If it is another, import again and name it (--unit).",
    )
