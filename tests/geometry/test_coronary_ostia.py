"""A painted CT with known truth: a root between a pulmonary artery and an atrium, and two arteries that leave it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from geometry.aortic_root import AorticRoot, aortic_root
from geometry.coronary_ostia import find_ostia
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.image import Image
from geometry.shapes import tube

RADIUS, BLOOD, FAT, NOISE = 13.0, 380.0, -60.0, 25.0
SPACING = np.array([0.7, 0.7, 0.8])
LEFT = np.array([-0.94, -0.34, 0.0]) * RADIUS + [0.0, 0.0, 32.0]  # 12 mm above the annulus at z = 20
RIGHT = np.array([0.17, 0.98, 0.0]) * RADIUS + [0.0, 0.0, 35.0]
Shape = Callable[[Floats], Floats]


def segment(start: Floats, end: Floats, radius: float) -> Shape:
    """Signed mm from a round stretch between two points."""
    way = np.asarray(end) - start

    def away(places: Floats) -> Floats:
        share = np.clip((places - start) @ way / (way @ way), 0, 1)
        return np.asarray(np.linalg.norm(places - start - share[..., None] * way, axis=-1) - radius)

    return away


ROOT = segment(np.array([0.0, 0, -10]), np.array([0.0, 0, 80]), RADIUS)
LUNG = segment(
    np.array([-6.0, 27.0, 10.0]), np.array([-20.0, 16.0, 60.0]), 11.0
)  # 1 mm of wall between it and the root
ATRIUM = segment(np.array([10.0, -34.0, 15.0]), np.array([10.0, -34.0, 60.0]), 19.5)


def artery(ostium: Floats, bend: Floats, radius: float) -> tuple[Shape, Shape]:
    """From inside the root through the ostium 6 mm outward, then on along ``bend``."""
    out = ostium * [1.0, 1.0, 0.0] / np.hypot(*ostium[:2])
    knee = ostium + 6.0 * out
    return segment(ostium - 3.0 * out, knee, radius), segment(knee, knee + bend, radius)


def scan(*bright: Shape, noise: float = NOISE, seed: int = 3) -> Image:
    """A CT of these shapes and the chambers: blurred by 0.6 mm, with noise."""
    affine = np.diag([-SPACING[0], -SPACING[1], SPACING[2], 1.0])
    affine[:3, 3] = (40.0, 45.0, 8.0)
    places = (
        np.stack(np.meshgrid(*(np.arange(n) for n in (115, 129, 60)), indexing="ij"), axis=-1) * np.diag(affine)[:3]
    )
    places = places + affine[:3, 3]
    inside = np.min([shape(places) for shape in (ROOT, LUNG, ATRIUM, *bright)], axis=0)
    dense = np.clip(0.5 - inside / 0.7, 0, 1)
    values = gaussian_filter(FAT + (BLOOD - FAT) * dense, 0.6 / SPACING)
    values += np.random.default_rng(seed).normal(0, noise, values.shape)
    return Image(np.round(values).astype(np.int16), affine, "CT")


@pytest.fixture(scope="module")
def root() -> AorticRoot:
    mesh = tube(RADIUS, 60.0, 1.5)
    marks = {**mesh.landmarks, "annulus": (0.0, 0.0, 20.0), "sinotubular": (0.0, 0.0, 45.0)}
    return aortic_root(replace(mesh, landmarks=marks))


LEFT_ARTERY = artery(LEFT, np.array([-3.0, 8.0, -3.0]), 1.8)
RIGHT_ARTERY = artery(RIGHT, np.array([9.0, 2.0, -4.0]), 1.5)


def test_two_arteries_are_found_where_they_were_painted(root: AorticRoot) -> None:
    found = {one.side: one for one in find_ostia(scan(*LEFT_ARTERY, *RIGHT_ARTERY), root).ostia}
    for side, truth, radius in (("left", LEFT, 1.8), ("right", RIGHT, 1.5)):
        one = found[side]  # type: ignore[index]
        assert np.linalg.norm(np.array(one.center) - truth) < 2.0
        assert np.linalg.norm(np.array(one.lower) - truth + [0.0, 0.0, radius]) < 2.0
        assert one.height == pytest.approx(truth[2] - 20.0, abs=1.5)
        assert one.calibre == pytest.approx(2 * radius, abs=0.8)
        assert one.sure == "clear", one.doubts


def test_only_the_artery_that_is_there_is_proposed(root: AorticRoot) -> None:
    found = find_ostia(scan(*RIGHT_ARTERY), root)
    assert [one.side for one in found.ostia] == ["right"]
    assert "on the left" in found.notes[0] and "Place the ostium by a click" in found.notes[0]


def test_chambers_beside_the_root_are_no_arteries(root: AorticRoot) -> None:
    found = find_ostia(scan(), root)
    assert found.ostia == ()
    assert found.notes == (
        "No coronary artery can be seen leaving the root on this CT. Place the ostium by a click, where it is known.",
    )


def test_a_lump_of_calcium_in_the_wall_is_no_artery(root: AorticRoot) -> None:
    image = scan()
    grid = np.argwhere(np.ones(image.voxels.shape)) @ image.affine[:3, :3].T + image.affine[:3, 3]
    lump = (np.linalg.norm(grid - LEFT * [1.15, 1.15, 1.0], axis=1) < 2.5).reshape(image.voxels.shape)
    calcified = image.with_voxels(np.where(lump, 1100, image.voxels).astype(np.int16))
    assert find_ostia(calcified, root).ostia == ()


def test_a_faint_short_artery_is_told_as_less_than_clear(root: AorticRoot) -> None:
    stub = segment(LEFT * [0.8, 0.8, 1.0], LEFT * [1.42, 1.42, 1.0], 1.1)
    one = find_ostia(scan(stub), root).ostia[0]
    assert one.side == "left" and one.sure != "clear"
    assert np.linalg.norm(np.array(one.center) - LEFT) < 2.0


def test_what_is_no_contrast_ct_is_refused(root: AorticRoot) -> None:
    image = scan()
    with pytest.raises(Refused, match="this scan is none"):
        find_ostia(replace(image, modality="MR"), root)
    plain = image.with_voxels(np.where(image.voxels > 100, 20, -60).astype(np.int16))
    with pytest.raises(Refused, match="only 80 HU brighter"):
        find_ostia(plain, root)
