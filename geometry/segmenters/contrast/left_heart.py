"""Which compartments are the left ventricle and the aorta."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.compartments import Compartments
from geometry.segmenters.contrast.grid import Floats, box_around

WIDE = 0.72  # of the smaller radius: a neck as wide as this is no valve


def find_ventricle(values: Floats, parts: Compartments, spacing: NDArray[np.float64], levels: Levels) -> list[int]:
    """The basins of the left ventricle: the chamber with a thick coat of muscle, and what opens widely into it."""
    coat = np.zeros(parts.radius.size)
    for n in range(1, parts.radius.size):
        if parts.volume[n] > 12.0 and parts.radius[n] > 8.0:
            coat[n] = muscle_coat(values, parts.labels == n, spacing, levels)
    best = int((coat * np.minimum(parts.volume, 60.0) ** 0.25).argmax())
    if coat[best] < 0.4:
        raise Refused(
            "No left ventricle was found in this CT (no bright chamber with a coat of muscle); check that the contrast "
            "is in the left heart, or place a point in the left ventricle."
        )
    joined = [best]
    for n in range(1, parts.radius.size):
        wide = parts.neck[best, n] > WIDE * min(parts.radius[best], parts.radius[n])
        if n != best and wide and coat[n] > 0.5:
            joined.append(n)
    return joined


def muscle_coat(values: Floats, cavity: NDArray[np.bool_], spacing: NDArray[np.float64], levels: Levels) -> float:
    """Fraction of the tissue 3.5 to 5.5 mm outside a cavity that is as bright as muscle."""
    box = box_around(cavity, 8)
    distance = ndimage.distance_transform_edt(~cavity[box], sampling=spacing)
    shell = values[box][(distance > 3.5) & (distance < 5.5)]
    return float(np.mean((shell > 40.0) & (shell < levels.threshold - 20.0)))


def find_aorta(parts: Compartments, ventricle: list[int], seed: int) -> list[int]:
    """The basins of the aorta: those that rise from the left ventricle higher than anything else does.

    ``seed`` is a basin known to be aorta, or 0.
    """
    top = _top(parts, ventricle)
    best, chosen = 8.0, list[int]()
    for n in range(1, parts.radius.size):
        neck = max(parts.neck[n, v] for v in ventricle)
        if n in ventricle or neck < 2.0:
            continue
        reached = _joined(parts, n, set(ventricle))
        rise = _top(parts, reached) - top + (1e3 if seed in reached and seed else 0.0)
        if rise > best:
            best, chosen = rise, reached
    return chosen


def _joined(parts: Compartments, start: int, barred: set[int]) -> list[int]:
    """Basins reached from one through wide necks."""
    reached, queue = [start], [start]
    while queue:
        n = queue.pop()
        for m in np.nonzero(parts.neck[n] > WIDE * np.minimum(parts.radius[n], parts.radius))[0]:
            if m and m not in reached and m not in barred:
                reached.append(int(m))
                queue.append(int(m))
    return reached


def _top(parts: Compartments, basins: list[int]) -> float:
    levels = np.nonzero(np.isin(parts.labels, basins).any(axis=(0, 1)))[0]
    return float(levels.max())
