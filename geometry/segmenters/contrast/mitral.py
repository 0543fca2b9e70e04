"""The plane of the mitral ring: the narrowest section between the left ventricle and the left atrium."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.segmenters.contrast.grid import Mask, Points, box_around
from geometry.segmenters.contrast.morphology import closed

LEAFLET = 3.0  # mm, half of a gap between leaflet and leaflet or wall that is closed before the ring is looked for
REACH = 26.0  # mm, half the widest ring
PASSAGE = 10.0  # mm from where the watershed parts the two to the plane that parts them better
TILTS = np.tan(np.radians((-20.0, -10.0, 0.0, 10.0, 20.0)))
HEIGHTS = np.arange(-12.0, 13.0)


@dataclass(frozen=True)
class Ring:
    """Middle (3,) mm, unit normal to the atrium (3,), radius mm."""

    middle: Points
    normal: Points
    radius: float


def find_ring(ventricle: Mask, atrium: Mask, others: Mask, step: float) -> tuple[Ring, Mask] | None:
    """The ring, and the blood of both with leaflets counted in; None where the two lie apart."""
    box = box_around(ventricle | atrium, 8)
    v, a = ventricle[box], atrium[box]
    to_v, to_a = (ndimage.distance_transform_edt(~m, sampling=step) for m in (v, a))
    gap = float(to_v[a].min())
    between = (np.abs(to_v - to_a) < 1.2 * step) & (to_v < max(0.5 * gap, step) + 2.0)
    if gap > 8.0 or between.sum() < 20:
        return None
    both = closed(v | a, LEAFLET, step) & ~others[box]
    first = np.argwhere(between) * step
    middle = np.median(first, axis=0)
    normal = _aim(v, a, middle, step)
    ring = _narrowest(both, middle, normal, step)
    out = np.zeros(ventricle.shape, dtype=bool)
    out[box] = both
    shift = np.array([s.start for s in box]) * step
    return Ring(ring.middle + shift, ring.normal, ring.radius), out


def divide(blood: Mask, ventricle: Mask, atrium: Mask, aorta: Mask, ring: Ring, step: float) -> tuple[Mask, Mask]:
    """Ventricle and atrium parted by the plane of the ring near where they pass into each other; else as they were.

    What lies nearer to the aorta than to that passage is outflow tract, on whatever side of the plane.
    """
    box = box_around(blood, 2)
    height = (np.moveaxis(np.mgrid[box], 0, -1) * step - ring.middle) @ ring.normal
    to_v, to_a = (ndimage.distance_transform_edt(~m[box], sampling=step) for m in (ventricle, atrium))
    passage = (to_v < 1.5 * step) & (to_a < 1.5 * step)
    if not passage.any():
        return ventricle, atrium
    away = ndimage.distance_transform_edt(~passage, sampling=step)
    near = blood[box] & (away < PASSAGE)
    if aorta.any():
        near &= away < ndimage.distance_transform_edt(~aorta[box], sampling=step)
    v, a = ventricle.copy(), atrium.copy()
    v[box] = np.where(near, height < 0, v[box])
    a[box] = np.where(near, height >= 0, a[box])
    return _main(v), _main(a)


def _main(mask: Mask) -> Mask:
    pieces, count = ndimage.label(mask)
    return mask if count < 2 else np.asarray(pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax()))


def _aim(ventricle: Mask, atrium: Mask, middle: Points, step: float) -> Points:
    """From the middle of the ventricle's blood near the ring to that of the atrium's."""
    means = []
    for mask in (ventricle, atrium):
        places = np.argwhere(mask) * step
        means.append(places[np.linalg.norm(places - middle, axis=1) < 30.0].mean(axis=0))
    return np.asarray((means[1] - means[0]) / np.linalg.norm(means[1] - means[0]))


def _narrowest(blood: Mask, middle: Points, normal: Points, step: float) -> Ring:
    """Least area of the piece of a plane about the axis, over heights and tilts; a plane far from the first is no better."""
    side = np.linalg.svd(normal[None])[2][1:]
    ticks = np.arange(-REACH, REACH + 1, 1.5)
    flat = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    best, found = np.inf, Ring(middle, normal, 15.0)
    soft = ndimage.gaussian_filter(blood.astype(np.float32), 0.7)
    for u in TILTS:
        for w in TILTS:
            way = normal + u * side[0] + w * side[1]
            way /= np.linalg.norm(way)
            across = np.linalg.svd(way[None])[2][1:]
            for height in HEIGHTS:
                at = middle + height * normal + flat @ across
                area, centre = _piece(ndimage.map_coordinates(soft, np.moveaxis(at / step, -1, 0), order=1) > 0.5, flat)
                cost = area * (1.0 + (height / 25.0) ** 2 + 0.15 * (u * u + w * w))
                if area > 100.0 and cost < best:
                    best = cost
                    found = Ring(middle + height * normal + centre @ across, way, float(np.sqrt(area / np.pi)))
    return found


def _piece(inside: Mask, flat: Points) -> tuple[float, Points]:
    """mm2 and middle (2,) of the piece of a section nearest to its axis."""
    pieces, count = ndimage.label(inside)
    if not count:
        return 0.0, np.zeros(2)
    away = np.where(inside, np.linalg.norm(flat, axis=-1), np.inf)
    piece = pieces == pieces[np.unravel_index(int(away.argmin()), away.shape)]
    return float(piece.sum()) * 1.5**2, np.asarray(flat[piece].mean(axis=0))
