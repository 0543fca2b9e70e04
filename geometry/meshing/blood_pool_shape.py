"""The blood from the left ventricle to the ascending aorta as one smooth surface, and where to cut it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from scipy.optimize import minimize

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.meshing.blood_pool_ends import Plane, border, far_end
from geometry.meshing.blood_pool_labels import Mask, blood_voxels
from geometry.segmentation import AORTA, LV, ROOT, Segmentation

STEP = 0.8  # mm of the grid
SMOOTH, SMOOTHER = 0.8, 1.3  # mm, standard deviation of the Gaussian over the surface: at the leaflets and elsewhere
LEAFLET, AROUND = 5.0, 4.0  # mm: what is thinner is smoothed little, and so is the surface this near to it
MARGIN = 4.0  # mm around the labels
BELOW_VALVE = 22.0  # mm from the valve to the inlet, along the axis of the outflow tract


@dataclass(frozen=True)
class PoolShape:
    """Distance to the surface of the blood on a grid turned like the scan, and the two flat ends.

    coefficients of a cubic spline; origin mm and turn (3, 3): grid index * STEP -> patient mm
    annulus, junction  middle of the borders ventricle/root and root/aorta, mm
    """

    coefficients: Floats
    origin: Floats
    turn: Floats
    inlet: Plane
    outlet: Plane
    annulus: Floats
    junction: Floats | None
    volume: float

    def blood(self, points: Floats) -> Floats:
        """(n, 3) mm -> (n,) mm to the surface without the flat ends, negative in the blood."""
        at = ((points - self.origin) @ self.turn / STEP).T
        return np.asarray(ndimage.map_coordinates(self.coefficients, at, order=3, prefilter=False, mode="nearest"))

    def distance(self, points: Floats) -> Floats:
        """(n, 3) mm -> (n,) mm, negative in the blood between the two flat ends."""
        ends = np.maximum(self.inlet.height(points), self.outlet.height(points))
        return np.asarray(np.maximum(self.blood(points), ends))


def pool_shape(segmentation: Segmentation, phase: int) -> PoolShape:
    """Check the labels, smooth the surface without losing volume and find the planes; raises Refused by name."""
    labels = segmentation.phase(phase)
    affine = segmentation.affine
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    pool = blood_voxels(labels, spacing)
    chance = sum(np.asarray(segmentation.chance(label, phase), dtype=float) for label in (LV, ROOT, AORTA))
    # The chance places the surface between two voxels; which voxels are blood is settled above.
    chance = np.where(pool, np.maximum(chance, 0.51), np.minimum(chance, 0.49))
    chance = np.where(ndimage.binary_dilation(pool, iterations=2), chance, 0.0)
    low = np.argwhere(pool).min(axis=0) * spacing - MARGIN
    high = np.argwhere(pool).max(axis=0) * spacing + MARGIN
    shape = np.ceil((high - low) / STEP).astype(int) + 1
    index = np.meshgrid(*((low[k] + STEP * np.arange(shape[k])) / spacing[k] for k in range(3)), indexing="ij")
    field = _level(ndimage.map_coordinates(chance, index, order=1, mode="constant"))
    turn = affine[:3, :3] / spacing
    origin = affine[:3, 3] + turn @ low
    annulus, axis = border(labels, (LV,), (ROOT,) if (labels == ROOT).any() else (AORTA,), affine)
    junction = border(labels, (ROOT,), (AORTA,), affine)[0] if (labels == ROOT).any() else None
    outlet = far_end(np.isin(labels, (ROOT, AORTA)) & pool, annulus, affine)
    inlet = Plane(annulus - BELOW_VALVE * axis, -axis)
    volume = float((field < 0).sum() * STEP**3)
    found = PoolShape(ndimage.spline_filter(field), origin, turn, inlet, outlet, annulus, junction, volume)
    found = replace(found, outlet=_squared(found, outlet))
    _check_border(pool, affine, found)
    return found


def _squared(shape: PoolShape, plane: Plane) -> Plane:
    """The plane tilted by up to 25 degrees and moved in itself to where its cross-section is smallest: square to a pipe."""
    across = np.linalg.svd(plane.normal[None])[2][1:]
    ticks = np.arange(-plane.reach, plane.reach, STEP)
    flat = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    flat = flat[np.linalg.norm(flat, axis=1) < plane.reach]

    def section(tilt: Floats) -> tuple[Floats, Floats]:
        normal = plane.normal + tilt @ across
        normal = normal / np.linalg.norm(normal)
        sides = np.linalg.svd(normal[None])[2][1:]
        spots = plane.center + flat @ sides
        return np.clip(0.5 - shape.blood(spots) / STEP, 0.0, 1.0), spots

    steep = np.tan(np.radians(25.0))
    best = minimize(
        lambda tilt: section(tilt)[0].sum(),
        np.zeros(2),
        method="Nelder-Mead",
        bounds=[(-steep, steep)] * 2,
        options={"xatol": 0.01, "fatol": 0.5, "initial_simplex": [[0.0, 0.0], [0.2, 0.0], [0.0, 0.2]]},
    )
    share, spots = section(best.x)
    if not share.any():
        return plane
    normal = plane.normal + best.x @ across
    return Plane(np.average(spots, axis=0, weights=share), normal / np.linalg.norm(normal), plane.reach)


def _level(chance: Floats) -> Floats:
    """mm to the surface of half chance, smoothed, with the volume kept.

    The distance comes from the voxels, and next to the surface from the chance itself, which is finer than a voxel.
    """
    mask = chance > 0.5
    rough = STEP * (ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask))
    rough += np.where(mask, STEP / 2, -STEP / 2)
    fine = 0.5 - chance
    steep = np.sqrt(sum(slope**2 for slope in np.gradient(fine, STEP)))
    near = (np.abs(rough) < 1.2 * STEP) & (steep > 0.1)
    field = np.where(near, np.clip(fine / np.maximum(steep, 0.1), -1.5 * STEP, 1.5 * STEP), rough)
    fine_parts = _fine_parts(mask)
    return np.asarray(fine_parts * _smoothed(field, SMOOTH) + (1 - fine_parts) * _smoothed(field, SMOOTHER))


def _smoothed(field: Floats, width: float) -> Floats:
    """Gaussian of ``width`` mm and once more of what it took away, which keeps curved surfaces where they are.

    Then offset so that the volume stays.
    """
    soft = ndimage.gaussian_filter(field, width / STEP, mode="nearest")
    soft += ndimage.gaussian_filter(field - soft, width / STEP, mode="nearest")
    wanted = np.clip(0.5 - field / STEP, 0, 1).sum()
    low, high = -width, width
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(0.5 - (soft - middle) / STEP, 0, 1).sum() < wanted else (low, middle)
    return np.asarray(soft - (low + high) / 2)


def _fine_parts(mask: Mask) -> Floats:
    """0..1, near 1 around leaflets: where blood lies on both sides of something thinner than ``LEAFLET``."""
    reach = LEAFLET / 2 + STEP
    grown = ndimage.distance_transform_edt(~mask, STEP) <= reach
    closed = ndimage.distance_transform_edt(grown, STEP) > reach + STEP
    crevice = ndimage.binary_opening(closed & ~mask, np.ones((2, 2, 2)))
    if not crevice.any():
        return np.zeros(mask.shape)
    away = ndimage.distance_transform_edt(~crevice, STEP)
    return np.asarray(np.clip((AROUND - away) / AROUND + 0.5, 0.0, 1.0))


def _check_border(pool: Mask, affine: Floats, shape: PoolShape) -> None:
    """Refuse blood that the image cuts off between the two flat ends; beyond them it does not matter."""
    sides = (("left", "right"), ("back", "front"), ("lower", "upper"))
    for axis in range(3):
        for end, sign in ((0, -1), (pool.shape[axis] - 1, 1)):
            at = np.argwhere(np.take(pool, [end], axis=axis))
            at[:, axis] = end
            spots = at @ affine[:3, :3].T + affine[:3, 3]
            used = np.maximum(shape.inlet.height(spots), shape.outlet.height(spots)) < -3.0
            if used.sum() > 3:
                out = sign * affine[:3, axis]
                main = int(np.abs(out).argmax())
                name = sides[main][int(out[main] > 0)]
                raise Refused(
                    f"The blood touches the border of the image at its {name} side, between the ventricle's outflow and "
                    "the aorta; take a scan that shows all of it."
                )
