"""A real patient: where the manual contours fall on the imported grid, and what volumes they make.

Truth (Radau et al. 2009, The MIDAS Journal 49; case SC-HF-I-1): EDV 191.3 ml, ESV 141.3 ml, 116.7 g at 1.05 g/ml.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from skimage.draw import polygon2mask

from geometry.image import Image
from geometry.read_scan import list_series, read_scan

ED, ES = 18, 7


@pytest.fixture(scope="module")
def archive(reference_data: Path) -> Path:
    return reference_data / "sunnybrook" / "final_data" / "dicoms" / "SCD0000101.zip"


@pytest.fixture(scope="module")
def image(archive: Path) -> Image:
    return read_scan(archive)


@pytest.fixture(scope="module")
def slice_of(archive: Path, image: Image) -> dict[int, tuple[int, int]]:
    """Number of a file -> the (slice, phase) of the grid that holds exactly its pixels."""
    planes = {image.voxels[:, :, k, t].tobytes(): (k, t) for k in range(12) for t in range(20)}
    found = {}
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            pixels = pydicom.dcmread(io.BytesIO(files.read(name))).pixel_array
            found[int(Path(name).stem)] = planes[np.ascontiguousarray(pixels.T.astype(np.int16)).tobytes()]
    return found


def contours(reference_data: Path, kind: str) -> dict[int, NDArray[np.float64]]:
    """Number of a file -> (n, 2) corners in (column, row) pixels."""
    folder = reference_data / "sunnybrook" / "final_data" / "contourfiles" / "SC-HF-I-1" / f"{kind}-contours"
    return {int(file.name.split("-")[2]): np.loadtxt(file) for file in sorted(folder.glob("*.txt"))}


def area(corners: NDArray[np.float64]) -> float:
    """Shoelace formula."""
    x, y = corners.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def test_the_stack_has_its_true_gap_and_the_beat_of_its_header(image: Image) -> None:
    assert image.voxels.shape == (256, 256, 12, 20)
    # 10 mm along the normal (SliceLocation would give a third less), 350 mm field of view over 256 pixels
    assert image.spacing == pytest.approx([350 / 256, 350 / 256, 10.0], abs=1e-3)
    # nominal intervals of the twelve breath-holds lie around 80 beats per minute
    assert image.cycle == pytest.approx(750, rel=0.03)
    assert np.allclose(np.diff(image.times), image.cycle / 20, rtol=0.01)
    assert image.source == "MR short-axis cine, 12 slices, 20 phases"


def test_the_study_holds_one_series(archive: Path) -> None:
    assert [(one.slices, one.phases, one.problem) for one in list_series(archive)] == [(12, 20, "")]


def test_every_file_lands_on_its_phase(slice_of: dict[int, tuple[int, int]]) -> None:
    assert len(slice_of) == 240
    assert all(phase == (number - 1) % 20 for number, (_, phase) in slice_of.items())
    by_slice = {(number - 1) // 20: k for number, (k, _) in slice_of.items()}
    assert sorted(by_slice.values()) == list(range(12))
    # consecutive runs of 20 files are neighbouring slices
    assert set(np.abs(np.diff([by_slice[run] for run in range(12)]))) == {1}


def test_manual_contours_on_the_imported_grid_give_the_published_volumes(
    reference_data: Path, image: Image, slice_of: dict[int, tuple[int, int]]
) -> None:
    voxel = abs(float(np.linalg.det(image.affine[:3, :3])))
    volume = dict.fromkeys((ED, ES), 0.0)
    seen: dict[int, list[int]] = {ED: [], ES: []}
    for number, corners in contours(reference_data, "i").items():
        k, phase = slice_of[number]
        volume[phase] += area(corners) * voxel / 1000
        seen[phase].append(k)
    outer = sum(area(corners) * voxel / 1000 for corners in contours(reference_data, "o").values())
    assert volume[ED] == pytest.approx(191.3, rel=0.03)
    assert volume[ES] == pytest.approx(141.3, rel=0.03)
    assert (outer - volume[ED]) * 1.05 == pytest.approx(116.7, rel=0.03)
    for slices in seen.values():
        assert sorted(slices) == list(range(min(slices), max(slices) + 1))


def test_blood_inside_the_contours_is_brighter_than_the_wall_around_it(
    reference_data: Path, image: Image, slice_of: dict[int, tuple[int, int]]
) -> None:
    inner, outer = contours(reference_data, "i"), contours(reference_data, "o")
    for number in sorted(set(inner) & set(outer))[1:-1]:
        k, phase = slice_of[number]
        blood = polygon2mask(image.voxels.shape[:2], inner[number])
        wall = polygon2mask(image.voxels.shape[:2], outer[number]) & ~blood
        plane = image.voxels[:, :, k, phase]
        # a transposed or mirrored grid would not show this
        assert np.median(plane[blood]) > 2 * np.median(plane[wall])
