"""Where the heart is: what the network takes for a left ventricle in the whole picture, and that beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.errors import Refused
from geometry.progress import Progress
from geometry.segmenters.short_axis.network import CAVITY, MUSCLE, RIGHT, chances
from geometry.segmenters.short_axis.window import STEP, Floats, Window, whole_plane

SIZE = 128  # pixels of the window the heart is looked at in: 192 mm
LEAST = 2.0  # ml of likely left ventricle
LOOKS = 2  # phases that are looked at to find it

NOTHING = (
    "No beating left ventricle was found in this stack; check that it is a short-axis cine, "
    "or place a point in the left ventricle and try again."
)


@dataclass(frozen=True)
class Place:
    """The window around the heart, and a slice and pixel of it that lie in the left ventricle's cavity."""

    window: Window
    inside: tuple[int, int, int]


def find_heart(
    slices: NDArray[np.generic],
    spacing: NDArray[np.float64],
    seed: tuple[float, float, float] | None,
    progress: Progress,
) -> Place:
    """The heart in (slices, phases, nx, ny) grey values; ``seed`` (x mm, y mm, slice) lies in the left ventricle, if known."""
    phases = slices.shape[1]
    plane = whole_plane(slices.shape[2:], spacing)
    seen = plane.look(slices, spacing)
    looks = np.unique(np.linspace(0, phases, LOOKS, endpoint=False).astype(int))
    found = chances(seen, looks.tolist(), (0,), progress).mean(axis=1)
    likely = _likeliness(found, seen, spacing, seed, plane)
    pieces, number = ndimage.label(likely > 0.15)
    if not number:
        raise Refused(NOTHING)
    sizes = ndimage.sum_labels(likely, pieces, np.arange(1, number + 1)) * STEP**2 * spacing[2] / 1000.0
    if sizes.max() < LEAST:
        raise Refused(NOTHING)
    chosen = pieces == 1 + int(np.argmax(sizes))
    middle = ndimage.center_of_mass((found[:, CAVITY] + found[:, MUSCLE] + found[:, RIGHT]) * _near(chosen))
    centre = tuple(
        plane.centre[axis] + (middle[axis + 1] - ((plane.rows, plane.columns)[axis] - 1) / 2) * STEP for axis in (0, 1)
    )
    window = Window((float(centre[0]), float(centre[1])), SIZE, SIZE)
    return Place(window, _inside(likely * chosen, plane, window))


def _likeliness(
    found: Floats,
    seen: Floats,
    spacing: NDArray[np.float64],
    seed: tuple[float, float, float] | None,
    plane: Window,
) -> Floats:
    """(slices, rows, columns), chance of cavity times how much it beats, and near the seed where there is one."""
    cavity = found[:, CAVITY]
    beat = ndimage.gaussian_filter(seen.std(axis=1), (0, 4, 4))
    likely = (
        cavity * np.clip(beat / max(float(np.quantile(beat, 0.98)), 1e-6), 0.05, 1.0) if seen.shape[1] > 1 else cavity
    )
    if seed is None:
        return np.asarray(likely)
    rows = plane.centre[0] + (np.arange(plane.rows) - (plane.rows - 1) / 2) * STEP - seed[0]
    columns = plane.centre[1] + (np.arange(plane.columns) - (plane.columns - 1) / 2) * STEP - seed[1]
    away = (
        np.hypot(rows[:, None], columns[None, :])
        + 0.5 * spacing[2] * np.abs(np.arange(len(found)) - seed[2])[:, None, None]
    )
    return np.asarray(np.maximum(likely, 0.2 * (away < 6.0)) * np.exp(-((away / 50.0) ** 4)), dtype=np.float32)


def _near(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Within 75 mm of the middle of a piece, in its slices."""
    middle = ndimage.center_of_mass(piece)
    rows, columns = (np.arange(count) - at for count, at in zip(piece.shape[1:], middle[1:], strict=True))
    disc = np.hypot(rows[:, None], columns[None, :]) < 75.0 / STEP
    return np.asarray(disc[None] & piece.any(axis=(1, 2))[:, None, None])


def _inside(likely: Floats, plane: Window, window: Window) -> tuple[int, int, int]:
    soft = ndimage.gaussian_filter(likely, (0.5, 2, 2))
    k, i, j = np.unravel_index(int(soft.argmax()), soft.shape)
    place = [
        int(np.clip(round((plane.centre[a] - window.centre[a]) / STEP + at - (size - SIZE) / 2), 0, SIZE - 1))
        for a, (at, size) in enumerate(((i, plane.rows), (j, plane.columns)))
    ]
    return int(k), place[0], place[1]
