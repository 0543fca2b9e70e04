"""Ventricular tachycardia through the isthmus of a scar, induced by programmed stimulation, and gone after a lesion across it."""

from dataclasses import replace

import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from geometry.shapes import half_ellipsoid_ventricle
from solvers.directions.fibers import add_fibers
from solvers.scenario import FiberAngles

EDGE, NOMINAL = 1.75, 0.83  # mm; of the mean edge: those across its prisms are longer than the ellipsoid is asked for
RADIUS, DEPTH, WALL = 23.0, 60.0, 6.0  # mm, of the cavity; of the wall
MIDDLE = -20.0  # mm, height of the scar's middle below the base of the ellipsoid
LENGTH, WIDTH, CORE, RIM = 28.0, 8.0, 14.0, 3.0  # mm: of the isthmus; across it; across each core; grey zone around


def scarred_ventricle(edge: float = EDGE) -> HeartMesh:
    """A left ventricle with two transmural cores side by side on its lateral wall, grey zone between and around them."""
    return add_fibers(with_scar(half_ellipsoid_ventricle(NOMINAL * edge, RADIUS, DEPTH, WALL)), FiberAngles())


def with_scar(mesh: HeartMesh) -> HeartMesh:
    """Two ellipses of core along the axis of the heart, the isthmus between them, in one ellipse of grey zone."""
    x, y, z = mesh.points[mesh.tets].mean(axis=1).T
    along = (z - MIDDLE) / (LENGTH / 2)
    around = np.abs(np.arctan2(y, x)) * (RADIUS + WALL / 2)
    core = along**2 + ((around - (WIDTH + CORE) / 2) / (CORE / 2)) ** 2 < 1
    grey = ((z - MIDDLE) / (LENGTH / 2 + RIM)) ** 2 + (around / (WIDTH / 2 + CORE + RIM)) ** 2 < 1
    region = np.where(core, 3, np.where(grey, 2, 1)).astype(np.int32)
    return replace(mesh, region=region, region_names={1: "lv", 2: BORDER_ZONE, 3: SCAR_CORE})
