"""Ventricles taper towards the apex: what widens there is another organ, or the blur of the slice that holds the tip.

Near its tip a ventricle is a paraboloid, whose sections shrink by the same area from slice to slice. So the two slices above
say how large the next one can be. The right ventricle lies over the right ventricle of the slice above and ends with the left.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.short_axis.chance import Surface
from geometry.segmenters.short_axis.extent import cavity_area
from geometry.segmenters.short_axis.polar import Floats
from geometry.segmenters.short_axis.walls import Walls

TIP = 150.0  # mm2 of epicardial section, in a slice that the tip just reaches
SLACK = 150.0  # mm2 beyond the straight line that a section may have
APICAL = 0.72  # of the widest section, from which on a ventricle is taken for a paraboloid
OPENS = 1.15  # times the area of the right ventricle one slice nearer the apex
NARROWS = 1.0  # times the area of the right ventricle one slice nearer the base
WIDENS = 2.0  # mm that the right ventricle may reach further out than one slice nearer the base


def towards_apex(sure: NDArray[np.float64], area: NDArray[np.float64], base_up: bool) -> tuple[int, ...]:
    """Slices from the widest sure one to the end of the stack beyond the apex."""
    here = np.nonzero(sure.mean(axis=1) > 0.9 * sure.mean(axis=1).max())[0]
    if not here.size:
        return ()
    first = int(here[area.mean(axis=1)[here].argmax()])
    return tuple(range(first, -1, -1) if base_up else range(first, len(sure)))


def chance_of_tip(epi: Floats, order: tuple[int, ...]) -> NDArray[np.float64]:
    """(slices,) 0..1, how likely each slice is not beyond the apex, from the sections of the epicardium above it."""
    chance = np.ones(len(epi))
    area = cavity_area(epi).mean(axis=1)
    for above, near, k in _triples(order):
        if area[near] > APICAL * area[order[0]]:
            continue
        expected = 2 * area[near] - area[above]
        area[k] = max(min(area[k], expected + SLACK), 0.0)
        chance[k] = min(chance[near], float(1 / (1 + np.exp(-np.clip((expected - TIP) / 60.0, -30, 30)))))
    return chance


def tapered(walls: Walls, order: tuple[int, ...]) -> Walls:
    """Walls whose sections do not widen towards the apex."""
    surfaces = []
    for surface, slack in ((walls.endo, 0.25 * SLACK), (walls.epi, SLACK)):
        radius = np.array(surface, dtype=float)
        widest = cavity_area(radius[list(order)]).max(axis=0) if order else 0.0
        for above, near, k in _triples(order):
            area = cavity_area(radius[[above, near, k]])
            straight = np.maximum(2 * area[1] - area[0], 0.0) + slack
            most = np.where(area[1] < APICAL * widest, np.minimum(straight, area[1]), np.inf)
            radius[k] *= np.sqrt(np.minimum(most / np.maximum(area[2], 1.0), 1.0))[:, None]
        surfaces.append(radius.astype(np.float32))
    return Walls(np.minimum(surfaces[0], surfaces[1] - 2.0).clip(0.5), surfaces[1])


def held_at_base(walls: Walls, order: tuple[int, ...]) -> Walls:
    """Walls whose sections do not widen towards the base beyond the widest slice: a ventricle opens there into an atrium."""
    endo, epi = np.array(walls.endo), np.array(walls.epi)
    for radius in (endo, epi):
        for near, k in _towards_base(order, len(radius)):
            area = cavity_area(radius[[near, k]])
            radius[k] *= np.sqrt(np.minimum(area[0] / np.maximum(area[1], 1.0), 1.0))[:, None]
    return Walls(np.minimum(endo, epi - 2.0).clip(0.5), epi)


def tapered_right(free: Surface, epi: Surface, order: tuple[int, ...], step: float = 1.0) -> Surface:
    """The free wall of a right ventricle in one piece that does not widen towards the apex, and no doubt where there is none."""
    depth = np.array(free.radius - epi.radius, dtype=float)
    depth = np.where(depth < step, 0.0, depth)
    for k in set(range(len(depth))) - set(order[1:]):
        depth[k] = np.where(_widest_run(depth[k]), depth[k], 0.0)
    for near, k in pairwise(order):
        over = ndimage.maximum_filter1d(depth[near], 7, axis=1, mode="wrap")
        depth[k] = np.minimum(depth[k], np.where(over > 0, over + WIDENS, 0.0))
        depth[k] = np.where(_widest_run(depth[k]), depth[k], 0.0)
        depth[k] *= _shrink(depth, epi.radius, near, k, NARROWS)
    for near, k in _towards_base(order, len(depth)):
        over = ndimage.maximum_filter1d(depth[near], 5, axis=1, mode="wrap")
        depth[k] = np.minimum(depth[k], np.where(over > 0, over + 2 * WIDENS, 0.0))
        depth[k] *= _shrink(depth, epi.radius, near, k, OPENS)
        depth[k] *= _emptied(depth, epi.radius, near, k)
    radius = (epi.radius + depth).astype(np.float32)
    return Surface(radius, np.where(depth > 0, free.spread, epi.spread).astype(np.float32))


def _shrink(depth: NDArray[np.float64], epi: Floats, near: int, k: int, most: float) -> NDArray[np.float64]:
    """(phases, 1), what makes the area of slice k at most ``most`` times that of its neighbour."""
    there, here = (_area_beyond(epi[n], depth[n]) for n in (near, k))
    return np.asarray(np.minimum(most * there / np.maximum(here, 1.0), 1.0)[:, None])


def _emptied(depth: NDArray[np.float64], epi: Floats, near: int, k: int) -> NDArray[np.float64]:
    """(phases, 1), what makes slice k empty like its neighbour nearer the apex: what fills meanwhile is atrium or artery."""
    there, here = (_area_beyond(epi[n], depth[n]) for n in (near, k))
    left = here.max() * there / max(float(there.max()), 1.0)
    return np.asarray(np.minimum(left / np.maximum(here, 1.0), 1.0)[:, None])


def _area_beyond(epi: Floats, depth: NDArray[np.float64]) -> NDArray[np.float64]:
    return cavity_area(epi + depth) - cavity_area(epi)


def _towards_base(order: tuple[int, ...], slices: int) -> Iterator[tuple[int, int]]:
    """Neighbouring slices from the first of ``order`` to the end of the stack beyond the base."""
    if len(order) < 2:
        return iter(())
    step = order[0] - order[1]
    beyond = range(order[0], slices if step > 0 else -1, step)
    return pairwise(beyond)


def _triples(order: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    return zip(order, order[1:], order[2:], strict=False)


def _widest_run(depth: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(phases, angles), the run of neighbouring rays that holds most of the ventricle."""
    twice = np.concatenate((depth, depth), axis=1)
    out = np.zeros(depth.shape, dtype=bool)
    rays = depth.shape[1]
    for t, row in enumerate(twice):
        runs, count = ndimage.label(ndimage.binary_closing(row > 0, iterations=2) | (row > 0))
        if not count:
            continue
        best = 1 + int(np.argmax(ndimage.sum(row, runs, np.arange(1, count + 1))))
        chosen = runs == best
        out[t] = chosen[:rays] | chosen[rays:]
    return out
