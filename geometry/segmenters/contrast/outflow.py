"""The outflow of the left ventricle: its centre line, the plane of the aortic valve, the junction, the end of the ascent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.graph import MCP_Geometric

from geometry.segmenters.contrast.grid import Mask, Points, box_around
from geometry.segmenters.contrast.mitral import Ring
from geometry.segmenters.contrast.morphology import closed

BIN = 1.0  # mm along the outflow
TRACT = 45  # mm of the line that lie in the ventricle
LEAFLET = 3.0  # mm, half of a gap left by leaflets that is closed
REACH, TICK = 30.0, 1.25  # mm, half of what is looked at across the outflow, and between the places looked at
WALL = 60.0  # how much dearer a way through tissue is than one through a wide vessel
LEAN, FLAT = 0.86, 0.6  # upward part of a direction that still ascends (31 degrees), and of one that lies in the arch
LEFT = 0.75  # the same of one that has turned away where the scan ends
FURTHER = 20.0  # mm beyond its end that the line stands for: it ends within the vessel where the scan ends
END = 20  # last points of the line, that tell how wide the vessel is where the scan ends
SINUS, WAIST = (
    np.arange(6.0, 16.0),
    np.arange(7.0, 17.0),
)  # mm from annulus to the widest part, from there to the junction
LENGTH, SPREAD = 22.0, 4.5  # mm, of a root whose annulus has the usual RADIUS; it grows as the root of the radius
RADIUS = 11.5  # mm
LATE = (1, 2)  # mm by which annulus and junction that fit best lie before the true ones of generated patients
APART, APART_SPREAD = 21.0, 6.0  # mm between the middles of the mitral ring and the aortic annulus


@dataclass(frozen=True)
class Line:
    """Centre line from the ventricle into the aorta, a point each BIN: points (n, 3) mm, tangents (n, 3), radius (n,) mm.

    gate: number of the point where ventricle and aorta meet
    """

    points: Points
    tangents: Points
    radius: Points
    gate: int


@dataclass(frozen=True)
class Valve:
    """The root: annulus (3,) mm, direction of flow (3,) and radius (mm) there; numbers of the points of the line."""

    annulus: Points
    direction: Points
    radius: float
    start: int
    junction: int


def centre_line(ventricle: Mask, aorta: Mask, others: Mask, step: float) -> Line:
    """The way from the deepest place of the ventricle to the far end of the aorta, as far from walls as can be."""
    box = box_around(ventricle | aorta, 6)
    blood = closed(ventricle[box] | aorta[box], LEAFLET, step) & ~others[box]
    path, _ = _even(_path(blood, ventricle[box], aorta[box], step), 4.0)
    to_v, to_a = (cKDTree(np.argwhere(m[box])[::3] * step) for m in (ventricle, aorta))
    path = path[max(_gate(path, to_v, to_a, step) - TRACT, 0) :]
    points, tangents = _even(path, 4.0)
    for _ in range(2):
        middle, _ = _sections(blood, points, tangents, step)
        free = np.clip((np.arange(len(points)) - TRACT + 20) / 10, 0.0, 1.0)[:, None]  # the ventricle is no vessel
        shift = ndimage.gaussian_filter1d(np.clip(middle - points, -5.0, 5.0), 4.0, axis=0, mode="nearest")
        points, tangents = _even(points + free * shift, 3.0)
    _, radius = _sections(blood, points, tangents, step)
    first = np.array([s.start for s in box]) * step
    return Line(points + first, tangents, ndimage.gaussian_filter1d(radius, 1.0), _gate(points, to_v, to_a, step))


def _gate(points: Points, to_ventricle: cKDTree, to_aorta: cKDTree, step: float) -> int:
    """Number of the last point that lies nearer to the ventricle than to the aorta."""
    nearer = np.nonzero(to_ventricle.query(points)[0] <= to_aorta.query(points)[0] + 0.5 * step)[0]
    return int(nearer[-1]) if nearer.size else 0


def find_valve(line: Line, ring: Ring | None) -> Valve:
    """The annulus, the widest part of the sinuses and the junction that together fit best a narrow, a wide, a narrow place.

    Where the vessel shows no sinus, the usual length of a root and the usual place beside the mitral ring decide.
    """
    count, best, chosen = len(line.points), np.inf, (line.gate, line.gate + 22)
    for start in range(max(line.gate - 30, 4), min(line.gate + 15, count - int(SINUS[-1]))):
        place = _displaced(line, start, ring)
        for up in SINUS:
            wide = start + int(up)
            for further in WAIST:
                end = min(wide + int(further), count - 1)
                cost = place + _misfit(line.radius, start, wide, end)
                if cost < best:
                    best, chosen = cost, (start, end)
    start, end = (min(number + late, count - 1) for number, late in zip(chosen, LATE, strict=True))
    direction = line.points[min(start + 10, count - 1)] - line.points[max(start - 3, 0)]
    radius = float(np.clip(line.radius[start], 8.0, 16.0))
    return Valve(line.points[start], direction / np.linalg.norm(direction), radius, start, end)


def arch_start(line: Line, after: int) -> float:
    """Number of the point where the ascending aorta leans into the arch; infinite where it does not, in view.

    A vessel that leans and rises again is not yet the arch, which goes on to lie flat. Nor is a line that leans where the
    vessel is cut off by the end of the scan: it turns into the corner that lies furthest.
    """
    last = len(line.points) - _corner(line)
    upward = line.tangents[: len(line.points) - 5, 2]
    runs, count = ndimage.label(upward < LEAN)
    for run in range(1, count + 1):
        leaning = np.nonzero(runs == run)[0]
        leaning = leaning[leaning > after + 26]
        if leaning.size and leaning[0] < last and upward[leaning].min() < (LEFT if run == runs[-1] else FLAT):
            return float(leaning[0])
    return np.inf


def straight(line: Line, after: int) -> Line:
    """A line that the end of the scan cuts off, without its turn into a corner there, at least as long as ``after``."""
    count = max(len(line.points) - _corner(line), after)
    return Line(line.points[:count], line.tangents[:count], line.radius[:count], line.gate)


def _corner(line: Line) -> int:
    """The number of points over which a line turns into the corner of a vessel's cut end."""
    return round(min(float(np.median(line.radius[-END:])), FURTHER) / BIN)


def along(line: Line, places: Points) -> tuple[Points, Points]:
    """(n,) number (fractional) of the point of the line beside each place, and mm from the line, which goes on straight."""
    away, nearest = cKDTree(line.points).query(places)
    ahead = np.einsum("ij,ij->i", places - line.points[nearest], line.tangents[nearest])
    past = np.where(nearest == len(line.points) - 1, np.clip(ahead, 0.0, FURTHER), 0.0)
    return np.asarray(nearest + np.clip(ahead, -BIN, BIN) / BIN), np.sqrt(np.maximum(away**2 - past**2, 0.0))


def _misfit(radius: Points, start: int, wide: int, end: int) -> float:
    """How little three sections of these radii look like annulus, sinuses and junction."""
    sinus = min(radius[wide] - radius[start], 4.0)
    waist = np.clip(radius[wide] - radius[end], -1.0, 2.5)
    narrowing = np.clip(radius[end - 4] - radius[end], -1.0, 2.0)  # up to the junction itself
    mouth = np.clip(radius[start] - radius[max(start - 8, 0)], 0.0, 3.0)  # the tract below is no narrower
    usual = LENGTH * np.sqrt(np.clip(radius[start], 9.0, 14.0) / RADIUS)
    return float(-sinus - 0.9 * waist - narrowing + 0.6 * mouth + 0.5 * ((end - start - usual) / SPREAD) ** 2)


def _displaced(line: Line, start: int, ring: Ring | None) -> float:
    """How far an annulus is from the usual place beside the mitral ring, else from where two basins of blood meet."""
    if ring is None:
        return 0.5 * float(((start - line.gate) / 10.0) ** 2)
    apart = (float(np.linalg.norm(line.points[start] - ring.middle)) - APART) / APART_SPREAD
    return 0.5 * apart**2


def _path(blood: Mask, ventricle: Mask, aorta: Mask, step: float) -> Points:
    """(n, 3) mm, coarse: every second voxel is enough for a line that is smoothed."""
    depth = ndimage.distance_transform_edt(blood, sampling=step)
    coarse = (slice(None, None, 2),) * 3
    cost = np.where(depth[coarse] > 0, 1.0 / np.clip(depth[coarse] / 8.0, 0.1, 1.5) ** 2, WALL * 4)
    own = ndimage.distance_transform_edt(ventricle)  # from the aorta too: its root may be wider than a small ventricle
    first = np.unravel_index(int(own[coarse].argmax()), cost.shape)
    walk = MCP_Geometric(cost)
    way, _ = walk.find_costs([first])
    inner = aorta[coarse] & (depth[coarse] > min(5.0, 0.6 * float(depth[aorta].max())))
    last = np.unravel_index(int(np.where(inner, way, -1.0).argmax()), cost.shape)
    return np.asarray(walk.traceback(last), dtype=float) * 2 * step


def _even(path: Points, width: float) -> tuple[Points, Points]:
    """A path smoothed over ``width`` mm, a point each BIN, and its unit tangents."""
    for spread in (0.0, width):
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        at = np.arange(0.0, arc[-1], BIN)
        path = np.stack([np.interp(at, arc, path[:, k]) for k in range(3)], axis=1)
        path = ndimage.gaussian_filter1d(path, spread / BIN, axis=0, mode="nearest") if spread else path
    slope = np.gradient(path, axis=0)
    return path, slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)


def _sections(blood: Mask, points: Points, tangents: Points, step: float) -> tuple[Points, Points]:
    """Middle (n, 3) mm and radius (n,) mm of the piece of blood about the line in planes across it.

    Where the piece fills most of what is looked at, as within the ventricle, the point is left where it is.
    """
    ticks = np.arange(-REACH, REACH + 0.5 * TICK, TICK)
    flat = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1)
    disc = np.linalg.norm(flat, axis=-1) <= REACH
    soft = blood.astype(np.float32)
    middles, radii = points.copy(), np.zeros(len(points))
    for n, (point, tangent) in enumerate(zip(points, tangents, strict=True)):
        across = np.linalg.svd(tangent[None])[2][1:]
        at = np.moveaxis((point + flat @ across) / step, -1, 0)
        inside = (ndimage.map_coordinates(soft, at, order=1) > 0.5) & disc
        piece = _about(inside)
        area = float(piece.sum()) * TICK**2
        radii[n] = np.sqrt(area / np.pi)
        if 30.0 < area < 0.62 * np.pi * REACH**2:
            middles[n] = point + flat[piece].mean(axis=0) @ across
    return middles, radii


def _about(inside: NDArray[np.bool_]) -> Mask:
    """The piece nearest to the middle of a section, grown over nothing that hangs on it by less than 3 mm."""
    opened = ndimage.binary_opening(inside, iterations=2)
    pieces, count = ndimage.label(opened if opened.any() else inside)
    if not count:
        return inside
    where = np.argwhere(pieces > 0)
    near = where[np.linalg.norm(where - (np.array(inside.shape) - 1) / 2, axis=1).argmin()]
    return np.asarray(pieces == pieces[tuple(near)])
