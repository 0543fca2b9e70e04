"""How large the mesh of the blood of a CT will be, told from the labels before it is built.

Tetrahedra are counted from the edges that ``throat.sizes`` wants at places spread over the blood. The centreline is not known
before there is a mesh: it is taken to be straight at the valve, and the opening to be the triangle around the largest ball that
passes from the ventricle to the aorta. The other numbers were measured on the second sample patient with edges of 1 to 3.5 mm.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.meshing.blood_pool import FIRST
from geometry.meshing.blood_pool_ends import border
from geometry.meshing.blood_pool_shape import BELOW_VALVE
from geometry.meshing.mesh_forecast import Forecast, with_layers
from geometry.meshing.throat import sizes
from geometry.segmentation import AORTA, LV, ROOT, Segmentation

SPREAD, FINE = 2.0, 0.8  # mm between places that are asked, and between those around the valve
AROUND = 30.0  # mm around the valve where its opening is looked for
BEYOND = 0.93  # of the blood beyond the inlet lies before the outlet, which is cut where the aorta is still whole
FILLED = 0.1076  # volume of a tetrahedron over the cube of its mean edge
# What mmg makes of a uniform mesh: edges up to KEPT times too short stay, the others come out so much SHORTER; LONGEST in mm.
KEPT, SHORTER, LONGEST = 1.42, 0.9, 2.8
TRIANGLE = 3 * 3**0.5  # area of the triangle around a disc over the square of its radius
AREA = 7.2  # mm2 of surface over the volume (mm3) to the power of 2/3
SECONDS, SECONDS_PER_MILLION, LAYERS_PER_MILLION = 9.0, 36.0, 30.0
# Measured without mmg, whose share, a third of the latter, is estimated.
GIGABYTES, GIGABYTES_PER_MILLION = 0.7, 1.6


@dataclass(frozen=True)
class PoolSize:
    """Places (n, 3) mm in the blood, each for ``cell`` mm3 of it, and the way through the valve."""

    places: Floats
    cell: float
    line: Centerline

    def forecast(self, edge: float, layers: int = 0) -> Forecast:
        """What edges of ``edge`` mm, shorter at the valve, and so many wall layers lead to."""
        made = _made(sizes(self.places, self.line, edge))
        core = float((self.cell / (FILLED * made**3)).sum())
        surface = AREA * (self.cell * len(self.places)) ** (2 / 3)
        millions = (
            with_layers(core, surface, float((self.cell * len(self.places) / (FILLED * core)) ** (1 / 3)), layers) / 1e6
        )
        seconds = SECONDS + (SECONDS_PER_MILLION + (LAYERS_PER_MILLION if layers else 0.0)) * millions
        return Forecast(round(1e6 * millions), seconds, GIGABYTES + GIGABYTES_PER_MILLION * millions)


def _made(wanted: Floats) -> Floats:
    """(n,) mm, the edges that mmg makes of those wanted, starting from a uniform mesh that is no coarser than ``FIRST``."""
    shorter = SHORTER * np.minimum(wanted, LONGEST)
    return np.where(wanted <= FIRST, wanted, np.where(wanted < KEPT * FIRST, FIRST, shorter))


def pool_size(segmentation: Segmentation) -> PoolSize | None:
    """Measure the labels of the phase that is meshed; None where they do not reach from the ventricle into the aorta."""
    labels = segmentation.phase(segmentation.ed)
    few, affine = _every(labels, segmentation.affine, SPREAD)
    above = (ROOT,) if (few == ROOT).any() else (AORTA,)
    try:
        center, axis = border(few, (LV,), above, affine)
    except Refused:
        return None
    places = np.argwhere(np.isin(few, (LV, ROOT, AORTA))) @ affine[:3, :3].T + affine[:3, 3]
    places = places[(places - center) @ axis > -BELOW_VALVE]
    steps = np.arange(-20.0, 60.0)
    area = np.full(len(steps), TRIANGLE * _passing(labels, segmentation.affine, center) ** 2)
    line = Centerline(
        center + steps[:, None] * axis, np.tile(axis, (len(steps), 1)), steps, area, int(np.argmin(np.abs(steps)))
    )
    return PoolSize(places, BEYOND * abs(float(np.linalg.det(affine[:3, :3]))), line)


def _every(labels: NDArray[np.uint8], affine: Floats, spread: float) -> tuple[NDArray[np.uint8], Floats]:
    """Labels about ``spread`` mm apart, and where they lie."""
    every = np.maximum(np.round(spread / np.linalg.norm(affine[:3, :3], axis=0)).astype(int), 1)
    i, j, k = every
    apart = affine.copy()
    apart[:3, :3] = affine[:3, :3] * every
    return labels[::i, ::j, ::k], apart


def _passing(labels: NDArray[np.uint8], affine: Floats, center: Floats) -> float:
    """mm, radius of the largest ball that passes through the blood from ventricle to aorta near ``center``."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    middle = np.linalg.solve(affine[:3, :3], center - affine[:3, 3])
    low = np.maximum((middle - AROUND / spacing).astype(int), 0)
    high = (middle + AROUND / spacing).astype(int) + 1
    near = labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    near, apart = _every(near, affine, FINE)
    depth = ndimage.distance_transform_edt(np.isin(near, (LV, ROOT, AORTA)), np.linalg.norm(apart[:3, :3], axis=0))
    least, most = 0.0, 20.0
    for _ in range(7):
        radius = (least + most) / 2
        pieces, _ = ndimage.label(depth > radius)
        joined = set(np.unique(pieces[near == LV])) & set(np.unique(pieces[near == AORTA])) - {0}
        least, most = (radius, most) if joined else (least, radius)
    return least
