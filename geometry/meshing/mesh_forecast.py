"""How large the mesh of the ventricles will be, told from the labels before it is built.

Measured on the first sample patient with edges of 3, 2, 1.5 and 1 mm: the whole step, from labels to fibres and measures,
took 18, 17, 22 and 57 s on two cores that nobody else used. Each cube of the lattice holds 12 tetrahedra (Labelle & Shewchuk
2007, doi:10.1145/1276377.1276448).
"""

from dataclasses import dataclass

import numpy as np

from geometry.meshing.stuffing import cube_for
from geometry.meshing.ventricles import RV_WALL
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

PER_CUBE = 12
PER_FACE = 1.83  # more tetrahedra for each square of the lattice on the surface, where cubes are cut
FREE_WALL = 4.55  # area of the right free wall over the cavity's volume to the power of 2/3
SURFACE = 9.65  # area of the whole surface over the sum of the cavities' volumes to the power of 2/3
SECONDS, SECONDS_PER_MILLION = 9.0, 36.0
GIGABYTES, GIGABYTES_PER_MILLION = 0.5, 0.69


@dataclass(frozen=True)
class Forecast:
    """Tetrahedra, seconds of the whole step and GB of memory at its most."""

    tets: int
    seconds: float
    gigabytes: float


@dataclass(frozen=True)
class WallSize:
    """What the forecast needs of the labels, mm3: the labelled wall and both cavities."""

    wall: float
    lv: float
    rv: float

    def forecast(self, edge: float) -> Forecast:
        """What edges of ``edge`` mm lead to; more where the wall is thinner than they are, for then shorter ones are taken."""
        cube = cube_for(edge)
        free_wall = FREE_WALL * self.rv ** (2 / 3) * max(RV_WALL, 1.45 * edge)
        surface = SURFACE * (self.lv ** (2 / 3) + self.rv ** (2 / 3))
        tets = PER_CUBE * (self.wall + free_wall) / cube**3 + PER_FACE * surface / cube**2
        millions = tets / 1e6
        return Forecast(
            round(tets), SECONDS + SECONDS_PER_MILLION * millions, GIGABYTES + GIGABYTES_PER_MILLION * millions
        )


def wall_size(segmentation: Segmentation) -> WallSize:
    """Measure the labels of end-diastole."""
    labels = segmentation.labels
    labels = labels[..., segmentation.ed] if labels.ndim == 4 else labels
    voxel = abs(float(np.linalg.det(segmentation.affine[:3, :3])))
    wall, lv, rv = (float((labels == name).sum()) * voxel for name in (MYOCARDIUM, LV, RV))
    return WallSize(wall, lv, rv)
