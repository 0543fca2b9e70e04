"""A left ventricle with a known infarct as an enhancement scan would show it, for judging how scar comes onto a mesh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.scar.rules import BORDER, CORE, HEALTHY
from geometry.scar.tissue import Tissue

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ellipsoids:
    """mm, half axes of a cavity about z, and the wall around it; the wall ends at ``base``."""

    radius: float = 22.0
    depth: float = 60.0
    wall: float = 9.0
    base: float = 5.0

    def share(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """0 on the inner to 1 on the outer ellipsoid, below 0 in the cavity, above 1 outside (to first order in between)."""
        inner, outer = (np.hypot(np.hypot(x, y) / (self.radius + w), z / (self.depth + w)) for w in (0.0, self.wall))
        return np.asarray((inner - 1) / np.maximum((inner - 1) + (1 - outer), 1e-9) * np.where(outer > 1, 2.0, 1.0))


def scar_phantom(
    shape: Ellipsoids,
    spacing: tuple[float, float, float] = (1.5, 1.5, 8.0),
    core_to: float = 0.6,
    border: float = 0.2,
    half_angle: float = 0.7,
    heights: tuple[float, float] = (-32.0, -8.0),
    off: tuple[float, float] = (0.0, 0.0),
) -> tuple[NDArray[np.uint8], Tissue]:
    """Labels and tissue of an infarct around +y from the endocardium to a share ``core_to`` of the wall, then ``border``.

    half_angle  rad of the core to either side, a quarter more for the border
    off         mm by which the slices lie off the mesh, as after another breath-hold
    """
    reach = shape.radius + shape.wall + 6.0
    axes = [np.arange(-reach, reach, spacing[0]), np.arange(-reach, reach, spacing[1])]
    z = np.arange(-(shape.depth + shape.wall), shape.base, spacing[2]) + 0.5 * spacing[2]
    x, y, height = np.meshgrid(*axes, z, indexing="ij")
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-reach + off[0], -reach + off[1], z[0])
    share = shape.share(x, y, height)
    inner = np.hypot(np.hypot(x, y) / shape.radius, height / shape.depth) < 1
    outer = np.hypot(np.hypot(x, y) / (shape.radius + shape.wall), height / (shape.depth + shape.wall)) < 1
    wall = outer & ~inner
    turned = np.abs(np.arctan2(x, y))
    within = (height > heights[0]) & (height < heights[1])
    core = wall & within & (turned < half_angle) & (share < core_to)
    around = wall & within & (turned < 1.25 * half_angle) & (share < core_to + border) & ~core
    labels = np.where(core, CORE, np.where(around, BORDER, np.where(wall, HEALTHY, 0))).astype(np.uint8)
    grey = np.select([core, around, wall, inner], [1000.0, 300.0, 100.0, 400.0], 20.0).astype(np.float32)
    sector = np.zeros(wall.shape, np.uint8)
    depth = np.clip(share, 0, 1).astype(np.float32)
    return labels, Tissue(grey, affine, wall, inner, np.zeros_like(wall), wall & (turned > 2.0), depth, sector)
