"""The blood from the left ventricle to the ascending aorta as one smooth surface, and where to cut it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import make_smoothing_spline
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.segmentation import AORTA, LV, ROOT, Segmentation

STEP = 0.8  # mm of the grid
SMOOTH, SMOOTHER = 0.8, 1.3  # mm, standard deviation of the Gaussian over the surface: at the leaflets and elsewhere
LEAFLET, AROUND = 5.0, 4.0  # mm: what is thinner is smoothed little, and so is the surface this near to it
MARGIN = 4.0  # mm around the labels
FLAP = 3.0  # mm
BELOW_VALVE = 22.0  # mm from the valve to the inlet, along the axis of the outflow tract
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Plane:
    """A flat end of the pool: centre and unit normal pointing out of it, mm; it acts within ``reach`` of the centre."""

    center: Floats
    normal: Floats
    reach: float = np.inf

    def height(self, points: Floats) -> Floats:
        """(n,) mm above the plane; far below where the plane does not act."""
        away = points - self.center
        return np.where(np.linalg.norm(away, axis=1) < self.reach, away @ self.normal, -1e3)


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
    _check(labels)
    affine = segmentation.affine
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    pool = _connected(_without_shells(labels, spacing), labels)
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
    annulus, axis = _border(labels, (LV,), (ROOT,) if (labels == ROOT).any() else (AORTA,), affine)
    junction = _border(labels, (ROOT,), (AORTA,), affine)[0] if (labels == ROOT).any() else None
    outlet = _outlet(np.isin(labels, (ROOT, AORTA)) & pool, annulus, affine)
    inlet = Plane(annulus - BELOW_VALVE * axis, -axis)
    volume = float((field < 0).sum() * STEP**3)
    found = PoolShape(ndimage.spline_filter(field), origin, turn, inlet, outlet, annulus, junction, volume)
    return replace(found, outlet=_squared(found, outlet))


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


def _check(labels: NDArray[np.uint8]) -> None:
    for label, name in ((LV, "left ventricle"), (AORTA, "ascending aorta")):
        if not (labels == label).any():
            raise Refused(f"The {name} (label {label}) is not in the segmentation; blood cannot flow without it.")


def _without_shells(labels: NDArray[np.uint8], spacing: Floats) -> Mask:
    """The blood less thin flaps of it, which are debris of labels, and with islands inside it filled.

    Gone is what is thinner than 3 mm in the ventricle and not next to the root, and thinner than ``FLAP`` anywhere.
    """
    vessel = np.isin(labels, (ROOT, AORTA))
    ventricle = labels == LV
    near_root = ndimage.distance_transform_edt(~vessel, spacing) < 4.0
    kept = vessel | (ventricle & (_opened(ventricle, 1.5, spacing) | near_root))
    return np.asarray(ndimage.binary_fill_holes(_opened(kept, FLAP / 2, spacing)))


def _opened(mask: Mask, radius: float, spacing: Floats) -> Mask:
    """What balls of ``radius`` mm (less half a voxel) reach from within the mask; all of it where none fits."""
    core = ndimage.distance_transform_edt(mask, spacing) > radius
    if not core.any():
        return mask
    return np.asarray(mask & (ndimage.distance_transform_edt(~core, spacing) <= radius + 0.9 * float(spacing.max())))


def _connected(pool: Mask, labels: NDArray[np.uint8]) -> Mask:
    pieces, count = ndimage.label(pool)
    if count > 1:
        pool = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    for label, name in ((LV, "left ventricle"), (AORTA, "ascending aorta")):
        if (pool & (labels == label)).sum() < 0.5 * (labels == label).sum():
            raise Refused(f"The {name} is not connected to the rest of the blood; join the labels at the aortic valve.")
    return np.asarray(pool)


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


def _border(
    labels: NDArray[np.uint8], below: tuple[int, ...], above: tuple[int, ...], affine: Floats
) -> tuple[Floats, Floats]:
    """Middle and unit normal (from below to above) of the border between two labels, mm in the patient."""
    low, high = np.isin(labels, below), np.isin(labels, above)
    touching = low & ndimage.binary_dilation(high)
    if touching.sum() < 8:
        raise Refused(
            f"Labels {below[0]} and {above[0]} do not touch: the way of the blood is broken at the aortic valve."
        )
    spots = np.argwhere(touching) @ affine[:3, :3].T + affine[:3, 3]
    center = spots.mean(axis=0)
    normal = np.linalg.svd(spots - center, full_matrices=False)[2][2]
    beyond = np.argwhere(high) @ affine[:3, :3].T + affine[:3, 3]
    near = beyond[np.linalg.norm(beyond - center, axis=1) < 25.0]
    return center, np.asarray(normal * np.sign((near.mean(axis=0) - center) @ normal or 1.0))


def _outlet(vessel: Mask, annulus: Floats, affine: Floats) -> Plane:
    """A plane across the far end of the aorta, where its whole cross-section is still labelled."""
    inner = vessel & ndimage.binary_erosion(vessel)
    spots = np.argwhere(inner) @ affine[:3, :3].T + affine[:3, 3]
    way = _way_along(inner, np.linalg.norm(affine[:3, :3], axis=0), spots, annulus)
    usable = np.isfinite(way)
    spots, way = spots[usable], way[usable]
    if len(spots) < 100 or way.max() < 20.0:
        raise Refused("The ascending aorta reaches less than 20 mm beyond the valve; label more of it.")
    bins = np.round(way / 2.0).astype(int)
    known = [b for b in np.unique(bins) if (bins == b).sum() >= 5]
    middle = np.array([spots[bins == b].mean(axis=0) for b in known])
    count = max(len(known) - 1, 1)
    s = np.array(known, dtype=float) * 2.0
    line = [make_smoothing_spline(s, middle[:, k], lam=50.0) for k in range(3)] if count >= 5 else None
    if line is None:
        raise Refused("The ascending aorta is too short to find its direction; label more of it.")
    area_all = np.argwhere(vessel) @ affine[:3, :3].T + affine[:3, 3]
    voxel = abs(np.linalg.det(affine[:3, :3]))
    sections = []
    for at in np.arange(s[-1], max(s[-1] - 30.0, s[0]), -1.0):
        center = np.array([f(at) for f in line])
        # The last voxels end obliquely, which bends the line: its direction is taken further in.
        ahead = np.array([f.derivative()(min(at, s[-1] - 10.0)) for f in line])
        ahead = ahead / np.linalg.norm(ahead)
        away = area_all - center
        slab = (np.abs(away @ ahead) < 1.0) & (np.linalg.norm(away, axis=1) < 30.0)
        sections.append((slab.sum() * voxel / 2.0, center, ahead))
    usual = np.median([area for area, _, _ in sections[len(sections) // 3 :]])
    whole = next(k for k, (area, _, _) in enumerate(sections) if area > 0.95 * usual)
    area, center, ahead = sections[min(whole + 3, len(sections) - 1)]
    return Plane(center, ahead, reach=2.2 * float(np.sqrt(area / np.pi)))


def _way_along(inside: Mask, spacing: Floats, spots: Floats, start: Floats) -> Floats:
    """mm from ``start`` through the mask to each of its voxels (shortest way over 26 neighbours); inf where cut off."""
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    rows, columns, lengths = [], [], []
    for step in [(i, j, k) for i in (0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) > (0, 0, 0)]:
        here = tuple(slice(max(-d, 0), n - max(d, 0)) for d, n in zip(step, inside.shape, strict=True))
        there = tuple(slice(max(d, 0), n + min(d, 0)) for d, n in zip(step, inside.shape, strict=True))
        both = inside[here] & inside[there]
        rows.append(number[here][both])
        columns.append(number[there][both])
        lengths.append(np.full(both.sum(), float(np.linalg.norm(np.array(step) * spacing))))
    size = int(inside.sum())
    links = coo_array((np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape=(size, size))
    first = int(np.linalg.norm(spots - start, axis=1).argmin())
    return np.asarray(dijkstra(links.tocsr(), directed=False, indices=first))
