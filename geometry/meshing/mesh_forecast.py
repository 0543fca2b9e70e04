"""How large the mesh of the ventricles will be, told from the labels before it is built.

Measured on the first sample patient with edges of 3, 2, 1.5 and 1 mm: the whole step, from labels to fibres and measures,
took 18, 17, 22 and 57 s on two cores that nobody else used. Each cube of the lattice holds 12 tetrahedra (Labelle & Shewchuk
2007, doi:10.1145/1276377.1276448).
"""

from dataclasses import dataclass

import numpy as np

from geometry.meshing.scar_edges import scar_edge_for
from geometry.meshing.stuffing import cube_for
from geometry.meshing.ventricles import RV_WALL
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

PER_CUBE = 12
PER_FACE = 1.83  # more tetrahedra for each square of the lattice on the surface, where cubes are cut
FREE_WALL = 4.55  # area of the right free wall over the cavity's volume to the power of 2/3
SURFACE = 9.65  # area of the whole surface over the sum of the cavities' volumes to the power of 2/3
AROUND_SCAR = 3.5  # edges beyond the scar, on the cube root of its volume, until edges are as long as elsewhere
CAVITIES = (5.37, 7.0)  # area of the left and the right cavity with its base over its volume to the power of 2/3
TRIANGLES = 2.85  # of the surface, in a square of the edge length
SECONDS, SECONDS_PER_MILLION = 9.0, 36.0
CAVITY_SECONDS, CAVITY_SECONDS_PER_MILLION = 4.0, 10.0
GRADING_PER_MILLION = 40.0  # s more where the mesh is graded towards scar
GIGABYTES, GIGABYTES_PER_MILLION = 0.5, 0.69


@dataclass(frozen=True)
class Forecast:
    """Tetrahedra, seconds of the whole step and GB of memory at its most."""

    tets: int
    seconds: float
    gigabytes: float


@dataclass(frozen=True)
class WallSize:
    """What the forecast needs of the labels, mm3: the labelled wall, both cavities, and core and border of scar."""

    wall: float
    lv: float
    rv: float
    scar: float = 0.0

    def forecast(self, edge: float, scar_edge: float | None = None, left_alone: bool = False) -> Forecast:
        """What edges of ``edge`` mm lead to (at scar ``scar_edge``, or half); more where the wall is thinner than they are."""
        cube, rv = cube_for(edge), 0.0 if left_alone else self.rv
        free_wall = FREE_WALL * rv ** (2 / 3) * max(RV_WALL, 1.45 * edge)
        surface = SURFACE * (self.lv ** (2 / 3) + rv ** (2 / 3))
        tets = lattice_count(self.wall + free_wall, surface, edge)
        fine = cube_for(scar_edge_for(edge, scar_edge))
        around = 1.0 + AROUND_SCAR * edge / max(self.scar, 1.0) ** (1 / 3)
        tets += PER_CUBE * self.scar * around * (1 / fine**3 - 1 / cube**3)
        millions = tets / 1e6
        each = SECONDS_PER_MILLION + (GRADING_PER_MILLION if self.scar and fine < cube else 0.0)
        return Forecast(round(tets), SECONDS + each * millions, GIGABYTES + GIGABYTES_PER_MILLION * millions)

    def cavity_forecast(self, right: bool, edge: float, layers: int = 0) -> Forecast:
        """What edges of ``edge`` mm and so many wall layers in the blood of one ventricle lead to."""
        volume = self.rv if right else self.lv
        surface = CAVITIES[right] * volume ** (2 / 3)
        millions = with_layers(lattice_count(volume, surface, edge), surface, edge, layers) / 1e6
        return Forecast(
            round(1e6 * millions),
            CAVITY_SECONDS + CAVITY_SECONDS_PER_MILLION * millions,
            GIGABYTES + GIGABYTES_PER_MILLION * millions,
        )


def lattice_count(volume: float, surface: float, edge: float) -> float:
    """Tetrahedra in mm3 within mm2 of surface, of edges of ``edge`` mm."""
    cube = cube_for(edge)
    return float(PER_CUBE * volume / cube**3 + PER_FACE * surface / cube**2)


def with_layers(tets: float, surface: float, edge: float, layers: int) -> float:
    """Tetrahedra with wall layers: three for each layer under each triangle."""
    return tets + 3 * layers * TRIANGLES * surface / edge**2


def wall_size(segmentation: Segmentation, scar: float = 0.0) -> WallSize:
    """Measure the labels of end-diastole; ``scar`` mm3 of core and border lie in the wall."""
    labels = segmentation.labels
    labels = labels[..., segmentation.ed] if labels.ndim == 4 else labels
    voxel = abs(float(np.linalg.det(segmentation.affine[:3, :3])))
    wall, lv, rv = (float((labels == name).sum()) * voxel for name in (MYOCARDIUM, LV, RV))
    return WallSize(wall, lv, rv, scar)
