"""Parts of the contrast CT method on shapes whose answer is known."""

import numpy as np
import pytest
from scipy import ndimage

from geometry.segmenters.contrast.blood import Levels
from geometry.segmenters.contrast.compartments import find_compartments
from geometry.segmenters.contrast.left_heart import brightness, find_left_heart
from geometry.segmenters.contrast.outflow import Line, arch_start, find_valve, straight
from geometry.segmenters.contrast.wall import wall_chance

LEVELS = Levels(300.0, 100.0)
STEP = 1.5


@pytest.mark.parametrize("outside", [-100.0, 300.0])
def test_a_blurred_wall_is_as_thick_as_it_is(outside: float) -> None:
    """Blood, 9 mm of muscle, then fat or bright blood: the border is where the blurred brightness is halfway."""
    axis = np.arange(-48.0, 48.1, STEP)
    r = np.sqrt(sum(part**2 for part in np.meshgrid(axis, axis, axis, indexing="ij")))
    sharp = np.select([r < 20.0, r < 29.0], [LEVELS.blood, LEVELS.muscle], outside)
    values = ndimage.gaussian_filter(sharp, 1.2 / STEP).astype(np.float32)
    nothing = np.zeros(r.shape, dtype=bool)
    chance = wall_chance(values, ~nothing, r < 20.0, nothing, LEVELS, 10.0, STEP)
    found = float((chance > 0.5).sum()) * STEP**3
    radius = (20.0**3 + found * 3 / (4 * np.pi)) ** (1 / 3)
    assert radius == pytest.approx(29.0, abs=0.5)


def _line(tangents: np.ndarray, radius: float) -> Line:
    points = np.concatenate([[np.zeros(3)], np.cumsum(tangents, axis=0)[:-1]])
    return Line(points, tangents, np.full(len(tangents), radius), 10)


def _leaning(straight_up: int, leaning: int, angle: float) -> np.ndarray:
    tilt = np.radians(np.concatenate([np.zeros(straight_up), np.linspace(0.0, angle, leaning)]))
    return np.stack([np.sin(tilt), np.zeros(tilt.size), np.cos(tilt)], axis=1)


def test_an_arch_in_view_is_found_and_a_turn_into_the_corner_of_the_scan_is_none() -> None:
    arch = _line(_leaning(60, 60, 120.0), 15.0)
    # 120 degrees in 59 steps: 31 degrees (cos 0.86) lie 15 points up
    assert arch_start(arch, 20) == pytest.approx(60 + 15, abs=1)
    corner = _line(_leaning(70, 12, 80.0), 15.0)
    assert arch_start(corner, 20) == np.inf
    assert straight(corner, 30).tangents[-1, 2] > 0.99
    assert len(straight(corner, 75).points) == 75


@pytest.mark.parametrize("count", [6, 20, 39, 45])
def test_a_short_line_has_a_valve_within_it(count: int) -> None:
    valve = find_valve(_line(_leaning(count, 0, 0.0), 12.0), None)
    assert 0 <= valve.start < count
    assert 0 <= valve.junction < count
    assert np.isfinite(valve.direction).all()


def test_blood_unlike_that_of_the_vessel_is_none_of_it() -> None:
    """A root that opens as widely into brighter blood as into the aorta."""
    shape = (60, 40, 90)
    x, y, z = (part * STEP for part in np.indices(shape))
    ventricle = (x - 40) ** 2 + (y - 30) ** 2 + (z - 28) ** 2 < 20.0**2
    aorta = ((x - 40) ** 2 + (y - 30) ** 2 < 11.0**2) & (z > 50)
    right = (x - 68) ** 2 + (y - 30) ** 2 + (z - 75) ** 2 < 19.0**2
    values = np.where(ventricle | aorta, 300.0, 100.0).astype(np.float32)
    values[right & ~aorta] = 360.0
    parts = find_compartments(values > 200.0, np.zeros(shape, bool), STEP)
    masks = {"v": ventricle, "a": aorta & (z > 90), "r": right & (x > 75)}
    names = {word: int(np.bincount(parts.labels[mask]).argmax()) for word, mask in masks.items()}
    assert len(set(names.values())) == 3
    coat = np.zeros(parts.count + 1)
    coat[names["v"]] = 0.9
    heart = find_left_heart(parts, coat, brightness(values, parts, LEVELS), names["v"])
    assert names["r"] not in [*heart.ventricle, *heart.aorta, *heart.atrium]
