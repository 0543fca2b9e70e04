"""Which compartments are the left ventricle, the aorta and the left atrium."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.compartments import Compartments
from geometry.segmenters.contrast.grid import Floats, box_around

WIDE = 0.72  # of the smaller radius: a neck as wide as this is no valve
TUBE, SHUT_TUBE = 0.55, 0.4  # the same between root and ascending aorta, which leaflets and sinuses set apart
STUMP, LITTLE = 45.0, 40.0  # mm that an aorta rises at least, where the scan goes on; ml of a root by itself
ROUND = 0.6  # how round the sections of a vessel are
FORWARD = np.array([0.35, 0.66, 0.66])  # from the mitral to the aortic valve: right, front, up
THIN_COAT, THICK_COAT = 0.45, 0.6  # fraction of muscle about a chamber that may be, and that is a ventricle's
CLICKED = 0.3  # of the best score, what a clicked chamber with such a coat has at least
WHOLE_COAT, BRIDGED = 0.8, 0.35  # that of a recess behind papillary muscles, and its neck, of the smaller radius
COMPACT = 0.2  # the share of a ventricle that the largest ball within it fills at least
UNLIKE, LEAST = 0.15, 10.0  # of the contrast, by which blood of the right heart differs; ml of a basin that shows it
COATED, LARGE = 0.4, 70.0  # fraction of muscle about, and ml of, a chamber that is no part of a vessel
SAME = 0.1  # of the contrast, by which the blood of one vessel differs at most
TOUCH, TRACT = 6.0, 20.0  # mm of valve between two chambers that belong together; and of an outflow tract


@dataclass(frozen=True)
class LeftHeart:
    """Basins of each part; empty where it was not found."""

    ventricle: list[int]
    aorta: list[int]
    atrium: list[int]


def coats(values: Floats, parts: Compartments, levels: Levels) -> NDArray[np.float64]:
    """(n + 1,) fraction of the tissue 2.5 to 5.5 mm outside each large basin, blood apart, that is as bright as muscle."""
    out = np.zeros(parts.count + 1)
    boxes = ndimage.find_objects(parts.labels)
    for n in range(1, parts.count + 1):
        if parts.volume[n] < 3.0 or parts.radius[n] < 5.0:
            continue
        spare = int(np.ceil(7.0 / parts.step))
        box = tuple(slice(max(s.start - spare, 0), s.stop + spare) for s in boxes[n - 1])
        distance = ndimage.distance_transform_edt(parts.labels[box] != n, sampling=parts.step)
        near = (distance > 2.5) & (distance < 5.5)
        shell = values[box][near & (parts.labels[box] == 0)]
        if shell.size > 0.25 * near.sum():  # a basin all among other blood shows no coat
            high = levels.threshold - 0.15 * levels.contrast
            out[n] = float(
                np.mean((shell > min(35.0, 0.4 * levels.muscle)) & (shell < max(high, 1.15 * levels.muscle)))
            )
    return out


def best_ventricle(parts: Compartments, coat: NDArray[np.float64], seed: int = 0) -> tuple[int, float]:
    """The basin with the thickest coat among those as large as a ventricle, and its score; 0 where there is none.

    Marrow of an arm has a coat of muscle too, but is long and thin.
    """
    ball = 4.2e-3 * parts.radius**3 / np.maximum(parts.volume, 1e-6)  # the share that the largest ball within it fills
    compact = np.minimum(ball / COMPACT, 1.0) ** 0.5
    score = coat * compact * np.minimum(parts.volume, 60.0) ** 0.25 * (parts.radius > 7.0) * (parts.volume < 700.0)
    if seed and coat[seed] > THICK_COAT and score[seed] > CLICKED * score.max():
        return seed, float(score[seed])
    best = int(score.argmax())
    return (best, float(score[best])) if coat[best] > THIN_COAT else (0, 0.0)


def brightness(values: Floats, parts: Compartments, levels: Levels) -> NDArray[np.float64]:
    """(n + 1,) median HU of each basin, in contrasts between blood and muscle."""
    medians = ndimage.median(values, parts.labels, np.arange(1, parts.count + 1))
    return np.concatenate([[0.0], np.atleast_1d(medians)]) / levels.contrast


def find_left_heart(
    parts: Compartments, coat: NDArray[np.float64], bright: NDArray[np.float64], best: int
) -> LeftHeart:
    """The parts of the left heart from the main basin of the ventricle."""
    right = list(_unlike(parts, bright, best, UNLIKE))
    ventricle = _ventricle(_parted(parts, right), coat, best)
    right += [int(n) for n in np.nonzero((coat > COATED) & (parts.volume > LARGE))[0] if n not in ventricle]
    parts = _parted(parts, right)
    near = _contacts(parts, ventricle, right)
    aorta = _aorta(parts, ventricle, near, bright)
    atrium = _atrium(parts, ventricle, aorta, near)
    if atrium and not aorta:  # an atrium with the outflow tract in its basin, which parts the aorta from the ventricle
        inner = [*ventricle, *atrium]
        near = _contacts(parts, inner, right) * (_contacts(parts, ventricle, right, TRACT) > 0.0)
        return LeftHeart(ventricle, _aorta(parts, inner, near, bright), atrium)
    if aorta and not atrium:  # an atrium with the outflow tract in its basin, which hides the aorta behind it
        inner = [*ventricle, *aorta]
        other = _aorta(parts, inner, _contacts(parts, inner, right), bright)
        if other and _rounder(parts, other, aorta):
            return LeftHeart(ventricle, other, aorta)
    return LeftHeart(ventricle, aorta, atrium)


def _unlike(parts: Compartments, bright: NDArray[np.float64], one: int, most: float) -> set[int]:
    """Large basins that are brighter or darker than one, which is large too, by more than ``most`` of the contrast."""
    odd = (np.abs(bright - bright[one]) > most) & (np.minimum(parts.volume, parts.volume[one]) > LEAST)
    return {int(n) for n in np.nonzero(odd)[0] if n}


def _parted(parts: Compartments, right: list[int]) -> Compartments:
    """The basins without necks to those of ``right``, so that nothing joins them."""
    neck = parts.neck.copy()
    neck[right], neck[:, right] = 0.0, 0.0
    return replace(parts, neck=neck)


def _ventricle(parts: Compartments, coat: NDArray[np.float64], best: int) -> list[int]:
    """The main basin and what opens widely into it and has a coat of muscle, or less widely and a coat all around."""
    joined, grew = [best], True
    while grew:
        grew = False
        for n in set(range(1, parts.count + 1)) - set(joined):
            gaps = parts.neck[joined, n] / np.minimum(parts.radius[joined], parts.radius[n])
            half = coat[n] > WHOLE_COAT and gaps.max() > BRIDGED
            if half or (coat[n] > THICK_COAT and gaps.max() > WIDE and parts.volume[n] < parts.volume[best]):
                joined.append(n)
                grew = True
    return joined


def _contacts(parts: Compartments, ventricle: list[int], right: list[int], reach: float = TOUCH) -> NDArray[np.float64]:
    """(n + 1,) mm2, about the area over which each basin lies within ``reach`` mm of the ventricle."""
    mine = np.isin(parts.labels, ventricle)
    box = box_around(mine, int(np.ceil(reach / parts.step)) + 1)
    distance = ndimage.distance_transform_edt(~mine[box], sampling=parts.step)
    near = np.bincount(parts.labels[box][distance < reach], minlength=parts.count + 1) * parts.step**3 / reach
    near[[0, *ventricle, *right]] = 0.0
    return np.asarray(near)


def _aorta(
    parts: Compartments, ventricle: list[int], near: NDArray[np.float64], bright: NDArray[np.float64]
) -> list[int]:
    """What begins at the ventricle in front of, above and to the right of the atrium, and rises as a round vessel."""
    tops = _tops(parts)
    touching = [int(n) for n in np.nonzero(near > 30.0)[0]]
    start = _starts(parts, ventricle, touching)
    best, chosen = 8.0, list[int]()
    for n in touching:
        if parts.radius[n] > 26.0:
            continue
        reached = _joined(parts, n, {*ventricle}, TUBE, bright)
        rise = (max(tops[m] for m in reached) - start[n][2]) * _roundness(parts, reached, start[n][2])
        rest = [m for m in touching if m not in reached]
        away = start[n] - np.average([start[m] for m in rest], axis=0, weights=near[rest]) if rest else np.zeros(3)
        score = min(rise, 50.0) + 0.7 * float(away @ FORWARD)
        if rise > 8.0 and score > best:
            best, chosen = score, reached
    low = float(start[chosen[0]][2]) if chosen else 0.0
    if chosen and max(tops[m] for m in chosen) - low < STUMP and parts.volume[chosen].sum() < LITTLE:
        further = _joined(parts, chosen[0], {*ventricle}, SHUT_TUBE, bright)
        return further if _roundness(parts, further, low) > ROUND else chosen
    return chosen


def _starts(parts: Compartments, ventricle: list[int], basins: list[int]) -> dict[int, NDArray[np.float64]]:
    """Middle (3,) mm of the part of each basin that lies within TOUCH of the ventricle."""
    mine = np.isin(parts.labels, ventricle)
    box = box_around(mine, int(np.ceil(TOUCH / parts.step)) + 1)
    close = ndimage.distance_transform_edt(~mine[box], sampling=parts.step) < TOUCH
    first = np.array([s.start for s in box])
    return {n: (np.argwhere(close & (parts.labels[box] == n)).mean(axis=0) + first) * parts.step for n in basins}


def _rounder(parts: Compartments, one: list[int], other: list[int]) -> bool:
    """Whether basins have rounder level sections than others, each above its own lowest level."""
    boxes = ndimage.find_objects(parts.labels)
    first, second = (
        _roundness(parts, basins, min(boxes[n - 1][2].start for n in basins) * parts.step) for basins in (one, other)
    )
    return first > second


def _roundness(parts: Compartments, basins: list[int], base: float) -> float:
    """How round the largest level section is, 1 to 4 cm above the height ``base`` (1: a disc), where there is one."""
    mask = np.isin(parts.labels, basins)
    found = []
    for above in (10.0, 20.0, 30.0, 40.0):
        level = int((base + above) / parts.step)
        if not 0 <= level < mask.shape[2]:
            continue
        pieces, count = ndimage.label(mask[:, :, level])
        if count:
            piece = pieces == 1 + int(np.bincount(pieces.ravel())[1:].argmax())
            widest = float(ndimage.distance_transform_edt(np.pad(piece, 1)).max())
            found.append(min(np.pi * widest**2 / piece.sum(), 1.0))
    return float(np.mean(found)) if found else 0.0


def _atrium(parts: Compartments, ventricle: list[int], aorta: list[int], near: NDArray[np.float64]) -> list[int]:
    """What lies against the ventricle over the largest area, behind and below where the aorta begins."""
    touching = [int(n) for n in np.nonzero(near > 30.0)[0]]
    start = _starts(parts, ventricle, touching)
    first = [start[n] for n in touching if n in aorta]
    limit = max((float(s @ FORWARD) for s in first), default=np.inf)
    fit = [n for n in touching if n not in aorta and parts.radius[n] > 8.0 and start[n] @ FORWARD < limit]
    if not fit:
        return []
    best = max(fit, key=lambda n: float(near[n]) * min(float(parts.volume[n]), 60.0) ** 0.5)
    large = {m for m in range(1, parts.count + 1) if parts.volume[m] > 0.4 * parts.volume[best]} - {best}
    return _joined(parts, best, {*ventricle, *aorta, *large})


def _joined(
    parts: Compartments, start: int, barred: set[int], wide: float = WIDE, bright: NDArray[np.float64] | None = None
) -> list[int]:
    """Basins reached from one through wide necks, those of a vessel by blood that is as ``bright``."""
    reached, queue = [start], [start]
    while queue:
        n = queue.pop()
        odd = set[int]() if bright is None else _unlike(parts, bright, n, SAME)
        for m in np.nonzero(parts.neck[n] > wide * np.minimum(parts.radius[n], parts.radius))[0]:
            if m and m not in reached and m not in barred and m not in odd:
                reached.append(int(m))
                queue.append(int(m))
    return reached


def _tops(parts: Compartments) -> NDArray[np.float64]:
    """(n + 1,) mm, the highest level of each basin."""
    boxes = ndimage.find_objects(parts.labels)
    return np.array([0.0, *((b[2].stop - 1) * parts.step if b else 0.0 for b in boxes)])
