"""Gaps between a round frame and the wall around it, and the leak through them."""

from dataclasses import dataclass

import numpy as np

from geometry.aortic_root import AorticRoot
from geometry.heart_mesh import Floats, HeartMesh
from geometry.units import convert

OPEN = 0.5  # mm; a narrower gap is taken to be closed by skirt and tissue
CONTRACTION = 0.7  # of a jet through a slit: effective over geometric area, between 0.6 (sharp) and 0.8
DRIVE = 60.0  # mmHg between aorta and ventricle in diastole
DENSITY = 1060.0  # kg/m3
ASSUMED = (
    f"Steady flow through the gaps that stay open all along the sealing part, under {DRIVE:.0f} mmHg in diastole, jets contracted "
    f"to {CONTRACTION:g}; gaps under {OPEN:g} mm count as closed. Frame round and as labelled. Calcium is not seen."
)


@dataclass(frozen=True)
class Sealing:
    """How a frame seals between its lower end and the annulus.

    gap       (a,) mm in each direction, the narrowest along the sealing part; 0 where it touches
    rigid     mm2 left open by a wall that does not yield;  yielding  mm2 if the wall becomes round, its perimeter kept
    share     of the circumference that is open with the rigid wall
    """

    gap: Floats
    rigid: float
    yielding: float
    share: float


def sealing(root: AorticRoot, radius: float, depth: float, moved: float = 0.0) -> Sealing:
    """The gaps of a frame of ``radius`` mm that ends ``depth`` mm below the annulus; the wall moved outwards by ``moved`` mm.

    Blood leaks where a way stays open from one end of the sealing part to the other, so in each direction the narrowest place
    counts. A frame above the annulus seals at its lower end alone.
    """
    wall = root.between(-max(depth, 0.0), max(-depth, 0.0)) + moved
    gap = np.maximum(wall - radius, 0.0).min(axis=0)
    wide = np.where(gap >= OPEN, gap, 0.0)
    part = 2 * np.pi / len(gap)
    rigid = float((radius * wide + wide**2 / 2).sum() * part)
    slack = max(float(perimeters(wall).min()) / (2 * np.pi) - radius, 0.0)
    slack = slack if slack >= OPEN else 0.0
    yielding = float(np.pi * ((radius + slack) ** 2 - radius**2))
    return Sealing(gap, rigid, min(yielding, rigid), float((wide > 0).mean()))


def perimeters(radius: Floats) -> Floats:
    """(k,) mm around outlines given by their distance from the axis in equal angles (k, a)."""
    following, step = np.roll(radius, -1, axis=-1), 2 * np.pi / radius.shape[-1]
    return np.asarray(np.sqrt(radius**2 + following**2 - 2 * radius * following * np.cos(step)).sum(axis=-1))


def leak_volume(area: float, diastole: float) -> float:
    """mL a beat through ``area`` mm2 in ``diastole`` ms:  C A sqrt(2 dp / rho) t."""
    speed = np.sqrt(2 * convert(DRIVE, "mmHg", "Pa") / DENSITY)  # m/s = mm/ms
    return float(CONTRACTION * area * speed * diastole / 1000.0)


def leak_grade(volume: float, orifice: float) -> str:
    """VARC-3: by regurgitant volume (30, 60 mL) and effective orifice (0.10, 0.30 cm2), whichever is worse; mm2 given."""
    worst = max(
        np.searchsorted([30.0, 60.0], volume, side="right"), np.searchsorted([10.0, 30.0], orifice, side="right")
    )
    return ("none or mild", "moderate", "severe")[int(worst)]


def wall_gap(mesh: HeartMesh, root: AorticRoot, radius: float, depth: float, height: float) -> Floats:
    """(n,) mm from the frame to each wall node beside it: positive is a gap, negative where it pushes; NaN elsewhere."""
    nodes = np.unique(mesh.tagged("wall"))
    along, across = root.along_and_across(mesh.points[nodes])
    beside = (along >= -depth) & (along <= height - depth) & (across < 2.0 * radius)
    gap = np.full(len(mesh.points), np.nan)
    gap[nodes[beside]] = across[beside] - radius
    return gap
