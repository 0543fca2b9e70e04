"""Phase of the membrane voltage, and the points around which it turns: tips of re-entrant waves.

Phase is the angle of (V(t) - V*, V(t - delay) - V*) (Gray, Pertsov, Jalife 1998, doi 10.1038/32164). A triangle whose
phase winds once around holds a singularity (Bray, Wikswo 2002, doi 10.1109/TBME.2002.803516).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused

Floats = NDArray[np.float64]

MIDDLE = -40.0  # mV, V*: passed by every wave and by its tail
DELAY = 5.0  # ms
TOGETHER = 5.0  # mm: singular triangles closer than this are one tip


@dataclass(frozen=True)
class Tips:
    """Phase singularities at one time.

    places     (k, 3) mm
    chirality  (k,) +1: the phase grows against the clock seen against the triangles' normals, -1: with it
    """

    places: Floats
    chirality: NDArray[np.int64]


def phase(now: Floats, before: Floats, middle: float = MIDDLE) -> Floats:
    """(n,) rad from the voltages (n,) mV at a time and a delay earlier; grows as a cell goes through its beat."""
    return np.arctan2(before - middle, now - middle)


def windings(angle: Floats, triangles: NDArray[np.integer]) -> NDArray[np.int64]:
    """(m,) how often the phase turns around each triangle: 0, or +-1 where it holds a singularity."""
    at = angle[triangles]
    steps = np.roll(at, -1, axis=1) - at
    steps = np.angle(np.exp(1j * steps))
    return np.asarray(np.rint(steps.sum(axis=1) / (2 * np.pi)), np.int64)


def find_tips(angle: Floats, points: Floats, triangles: NDArray[np.integer], together: float = TOGETHER) -> Tips:
    """The singularities of a phase on a surface; near ones are added up, so that a pair that cancels is none."""
    turns = windings(angle, triangles)
    found = np.flatnonzero(turns)
    places = points[triangles[found]].mean(axis=1)
    left, at, signs = list(range(len(found))), [], []
    while left:
        first = left[0]
        near = [k for k in left if np.linalg.norm(places[k] - places[first]) < together]
        left = [k for k in left if k not in near]
        charge = int(turns[found[near]].sum())
        if charge:
            at.append(places[near].mean(axis=0))
            signs.append(int(np.sign(charge)))
    return Tips(np.array(at).reshape(-1, 3), np.array(signs, np.int64))


def tips_over_time(
    times: Floats, frames: NDArray[np.floating], points: Floats, triangles: NDArray[np.integer], delay: float = DELAY
) -> list[tuple[float, Tips]]:
    """(time, tips) of every frame that has another ``delay`` ms before it; refuses frames further apart than that."""
    if len(times) < 2 or np.diff(times).max() > delay:
        raise Refused(f"Phase needs frames at most {delay:g} ms apart.")
    found = []
    for k in range(len(times)):
        earlier = int(np.searchsorted(times, times[k] - delay + 1e-6, side="right")) - 1
        if earlier >= 0:
            angle = phase(np.asarray(frames[k], float), np.asarray(frames[earlier], float))
            found.append((float(times[k]), find_tips(angle, points, triangles)))
    return found
