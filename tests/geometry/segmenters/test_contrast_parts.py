"""Parts of the contrast CT method on shapes whose answer is known."""

import numpy as np
import pytest
from scipy import ndimage

from geometry.segmenters.contrast.blood import Levels, seed_level
from geometry.segmenters.contrast.compartments import Compartments, find_compartments
from geometry.segmenters.contrast.grid import Grid
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


def test_where_nothing_shows_the_border_the_wall_is_as_thick_as_elsewhere() -> None:
    """9 mm of muscle in fat, but for a quarter behind which something as bright as muscle lies for 20 mm."""
    axis = np.arange(-60.0, 60.1, STEP)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    r = np.sqrt(x**2 + y**2 + z**2)
    hidden = (x > 0.5 * r) & (r < 49.0)  # a quarter of the sphere
    sharp = np.select([r < 20.0, (r < 29.0) | hidden], [LEVELS.blood, LEVELS.muscle], -100.0)
    values = ndimage.gaussian_filter(sharp, 1.2 / STEP).astype(np.float32)
    nothing = np.zeros(r.shape, dtype=bool)
    wall = wall_chance(values, ~nothing, r < 20.0, nothing, LEVELS, 10.0, STEP) > 0.5
    inner = x > 0.7 * r
    true = (r >= 20.0) & (r < 29.0) & inner
    assert float((wall & inner).sum()) == pytest.approx(float(true.sum()), rel=0.03)


def test_a_click_in_a_small_cavity_amid_bright_muscle_tells_the_blood() -> None:
    """Muscle of 160 HU counts as bright too, and there is more of it within reach of the click than of blood."""
    step, shape = 2.5, (41, 41, 41)
    r = np.linalg.norm(np.moveaxis(np.indices(shape), 0, -1) - 20.0, axis=-1) * step
    noise = np.random.default_rng(0).normal(0.0, 8.0, shape)
    values = (np.where(r < 8.0, 550.0, 160.0) + noise).astype(np.float32)
    levels = seed_level(Grid(values, np.ones(shape, bool), step, np.zeros(3)), values, (20, 20, 20))
    assert levels.blood == pytest.approx(550.0, abs=10.0)


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


def _basins(shapes: dict[str, np.ndarray], necks: dict[tuple[str, str], float]) -> tuple[Compartments, dict[str, int]]:
    """Basins by name with the necks (mm) between them; radii are those of the largest balls within."""
    names = {name: number for number, name in enumerate(shapes, start=1)}
    labels = np.zeros(next(iter(shapes.values())).shape, dtype=np.int32)
    for name, mask in shapes.items():
        labels[mask & (labels == 0)] = names[name]
    sizes = [(labels == n).sum() * STEP**3 / 1000 for n in range(len(names) + 1)]
    radii = [0.0, *(float(ndimage.distance_transform_edt(labels == n, sampling=STEP).max()) for n in names.values())]
    neck = np.zeros((len(names) + 1,) * 2)
    for (one, other), width in necks.items():
        neck[names[one], names[other]] = neck[names[other], names[one]] = width
    return Compartments(labels, np.array(radii), np.array([0.0, *sizes[1:]]), neck, STEP), names


def _alike(parts: Compartments) -> np.ndarray:
    """All blood equally bright."""
    return np.full(parts.count + 1, 1.5)


def _coats(names: dict[str, int], **coats: float) -> np.ndarray:
    return np.array([0.0, *(coats.get(name, 0.1) for name in names)])


X, Y, Z = (part * STEP for part in np.indices((70, 60, 110)))
VENTRICLE = (X - 50) ** 2 + (Y - 35) ** 2 + (Z - 30) ** 2 < 22.0**2
ATRIUM = (X - 24) ** 2 + (Y - 35) ** 2 + (Z - 68) ** 2 < 25.0**2
AORTA = ((X - 58) ** 2 + (Y - 38) ** 2 < 12.0**2) & (Z > 46) & ~VENTRICLE


def test_a_ventricle_cut_in_two_is_joined_even_where_the_other_half_is_larger() -> None:
    shapes = {"v": VENTRICLE & (Z < 26), "w": VENTRICLE & (Z >= 26), "a": AORTA, "l": ATRIUM}
    parts, names = _basins(shapes, {("v", "w"): 12.0})
    heart = find_left_heart(parts, _coats(names, v=0.95, w=0.95), _alike(parts), names["v"])
    assert parts.volume[names["w"]] > parts.volume[names["v"]]
    assert set(heart.ventricle) == {names["v"], names["w"]}
    assert heart.atrium == [names["l"]]


def test_a_large_chamber_with_a_coat_of_muscle_is_no_part_of_the_aorta() -> None:
    right = (X - 75) ** 2 + (Y - 35) ** 2 + (Z - 95) ** 2 < 33.0**2
    shapes = {"v": VENTRICLE, "a": AORTA, "l": ATRIUM, "r": right}
    parts, names = _basins(shapes, {("a", "r"): 11.0})
    coated = find_left_heart(parts, _coats(names, v=0.95, r=0.45), _alike(parts), names["v"])
    assert coated.aorta == [names["a"]]
    bare = find_left_heart(parts, _coats(names, v=0.95), _alike(parts), names["v"])
    assert names["r"] in bare.aorta  # blood alone does not tell them apart


def test_a_root_set_apart_by_leaflets_is_joined_to_the_vessel_above() -> None:
    shapes = {"v": VENTRICLE, "a": AORTA & (Z < 85), "b": AORTA & (Z >= 85), "l": ATRIUM}
    parts, names = _basins(shapes, {("a", "b"): 5.4})
    heart = find_left_heart(parts, _coats(names, v=0.95), _alike(parts), names["v"])
    assert set(heart.aorta) == {names["a"], names["b"]}


def test_an_aorta_behind_an_outflow_tract_that_went_to_the_atrium_is_found() -> None:
    tract = ((X - 58) ** 2 + (Y - 38) ** 2 < 9.0**2) & (Z > 46) & (Z < 66) & ~VENTRICLE
    bridge = (np.abs(Y - 36) < 8.0) & (X > 40) & (X < 60) & (np.abs(Z - 60) < 6.0) & ~VENTRICLE
    atrium = (X - 20) ** 2 + (Y - 40) ** 2 + (Z - 76) ** 2 < 28.0**2
    shapes = {"v": VENTRICLE, "l": atrium | tract | bridge, "a": AORTA & (Z > 66)}
    parts, names = _basins(shapes, {("v", "l"): 9.0, ("l", "a"): 6.0})
    heart = find_left_heart(parts, _coats(names, v=0.95), _alike(parts), names["v"])
    assert (heart.ventricle, heart.atrium, heart.aorta) == ([names["v"]], [names["l"]], [names["a"]])


@pytest.mark.parametrize("length", [17.0, 22.0, 28.0])
def test_sinuses_tell_where_a_root_begins_and_ends(length: float) -> None:
    """A vessel of 11 mm radius that bulges by 4 mm between annulus and junction, then widens slowly."""
    along = np.arange(100.0) - 30.0
    share = np.clip(along / length, 0.0, 1.0)
    radius = 11.0 + 4.0 * np.sin(np.pi * share) ** 2 + 0.1 * np.clip(along - length, 0.0, 20.0)
    straight_up = np.tile([0.0, 0.0, 1.0], (100, 1))
    line = Line(np.cumsum(straight_up, axis=0), straight_up, radius, 34)
    valve = find_valve(line, None)
    assert valve.start == pytest.approx(30, abs=3)
    assert valve.junction == pytest.approx(30 + length, abs=3)
