"""Whether a flow can be that of a person, in words: wrong units give speeds and Reynolds numbers that no vessel has."""

import numpy as np

from geometry.heart_mesh import HeartMesh
from solvers.flow.navier_stokes import Fluid
from solvers.flow.surface_integrals import nodal_area

SLOW, FAST = 0.02, 10.0  # m/s, mean over an opening at the largest flow: below and above no heart or great vessel
LAMINAR, TURBULENT = 2000.0, 10_000.0  # Reynolds number
SHORT, LONG = 5.0, 1000.0  # mm, largest extent of a blood pool


def implausible_speed(speed: float) -> list[str]:
    """A sentence where a mean speed in m/s over an opening is not one of a person's."""
    if speed > FAST:
        return [
            f"At the largest flow blood would pass an opening at {speed:.3g} m/s on average; no heart does that. "
            "Was the mesh read in the wrong unit (cm or m for mm), or the flow in mL/min for mL/s?"
        ]
    if 0 < speed < SLOW:
        return [
            f"At the largest flow blood would pass an opening at only {speed * 1000:.2g} mm/s on average. "
            "Was the mesh read in the wrong unit (mm for cm or m), or is the flow ten times too small?"
        ]
    return []


def implausible(blood: HeartMesh, peak_flow: float, fluid: Fluid) -> list[str]:
    """Sentences about size, speed and Reynolds number of a vessel at its largest flow in mm3/ms."""
    extent = float(np.ptp(blood.points, axis=0).max())
    said = []
    if not SHORT < extent < LONG:
        said.append(
            f"The blood measures {extent:.3g} mm from end to end; it should be between {SHORT:g} and {LONG:g} mm. "
            "Read the mesh again with the unit that it is in."
        )
    area = float(nodal_area(blood, "inlet").sum())
    said += implausible_speed(peak_flow / area)
    number = opening_reynolds(peak_flow, area, fluid)
    if number > TURBULENT and not said:
        said.append(
            f"The Reynolds number at the inlet is {number:.0f} at the largest flow: the blood is turbulent (laminar below "
            f"about {LAMINAR:.0f}), and there is no turbulence model."
        )
    return said


def opening_reynolds(flow: float, area: float, fluid: Fluid) -> float:
    """Re = rho U D / mu, U = Q / A and D the diameter of a disc of area A (mm2)."""
    return float(fluid.density * flow / area * np.sqrt(4 * area / np.pi) / fluid.viscosity)
