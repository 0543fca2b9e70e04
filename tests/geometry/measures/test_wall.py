"""Wall thickness of shapes with a known one, and which segment is which."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.measures.laplace import laplace_thickness
from geometry.measures.segments import SEGMENT_NAMES, Septum, segment_numbers
from geometry.measures.wall import WallThickness, wall_metrics, wall_thickness
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

SHAPE, SPACING = (84, 84, 12), np.array([1.4, 1.4, 8.0])


def heart(
    inner: float = 30.0, outer: float = 40.0, *, right: bool = True, turn: float = 0.0, flip: bool = False
) -> Segmentation:
    """Lower half of a spherical shell, its base at the last slice; the right ventricle towards the angle ``turn`` of the plane.

    The first two axes of the grid point to the patient's left and back, the third to the head.
    """
    x, y, z = np.meshgrid(
        *[(np.arange(n) - n / 2 + 0.3) * s for n, s in zip(SHAPE, SPACING, strict=True)], indexing="ij"
    )
    z = z - 30.0
    away = np.sqrt(x**2 + y**2 + z**2)
    labels = np.zeros(SHAPE, np.uint8)
    if right:
        beside = np.hypot(x - 38 * np.cos(turn), y - 38 * np.sin(turn)) < 22
        labels[beside & (z < 0) & (z > -30)] = RV
    labels[(away < outer) & (z < 0)] = MYOCARDIUM
    labels[(away < inner) & (z < 0)] = LV
    affine = np.diag([*SPACING * (-1, -1, 1), 1.0])
    if flip:
        affine[:3, 3] = affine[:3, 2] * (SHAPE[2] - 1)
        affine[:3, 2] *= -1
        labels = labels[:, :, ::-1].copy()
    return Segmentation(labels, affine)


def measured(segmentation: Segmentation) -> WallThickness:
    found = wall_thickness(segmentation)
    assert found is not None
    return found


def test_a_spherical_shell_of_10_mm_is_10_mm_thick_in_every_segment() -> None:
    wall = measured(heart())
    assert np.isfinite(wall.thickness[0]).all()
    assert wall.thickness[0] == pytest.approx(np.full(17, 10.0), rel=0.06)
    assert wall.thickness[0].mean() == pytest.approx(10.0, rel=0.03)


def test_a_flat_layer_is_as_thick_as_it_is_and_a_leaning_grid_changes_nothing() -> None:
    # a hollow cylinder between radius 20 and 30 mm whose grid lines lean by up to 4 mm: field lines stay radial
    turn, down, share = np.arange(36) * 2 * np.pi / 36, np.linspace(0, 60, 15), np.linspace(0, 1, 5)
    t, h, s = np.meshgrid(turn, down, share, indexing="ij")
    lean = 4.0 * s * np.sin(np.pi * h / 60)
    points = np.stack([(20 + 10 * s) * np.cos(t), (20 + 10 * s) * np.sin(t), h + lean], axis=-1)
    assert laplace_thickness(points) == pytest.approx(np.full((36, 15), 10.0), rel=0.02)


def test_segments_lie_where_the_right_ventricle_says() -> None:
    # base above (head), right ventricle to the patient's right: the front wall is base x septum = head x right = front
    wall = measured(heart(turn=np.pi))
    centre = np.nanmean(wall.centres[6:12], axis=0)
    front, septal, below = wall.centres[6], (wall.centres[7] + wall.centres[8]) / 2, wall.centres[9]
    assert (front - centre)[1] > 15
    assert (septal - centre)[0] > 15
    assert (below - centre)[1] < -15
    assert wall.centres[16][2] < wall.centres[12][2] < wall.centres[6][2] < wall.centres[0][2]
    assert wall.notes == ()


def test_the_order_of_the_slices_does_not_matter() -> None:
    assert measured(heart(flip=True)).thickness == pytest.approx(measured(heart()).thickness, rel=1e-6)


def test_without_a_right_ventricle_the_segments_are_turned_by_orientation_and_it_says_so() -> None:
    wall = measured(heart(right=False))
    assert any("label the right ventricle" in note for note in wall.notes)


def test_a_mirrored_scan_is_told() -> None:
    assert any("left and right" in note for note in measured(heart(turn=0.0)).notes)


def test_six_segments_go_round_from_the_front_over_the_septum() -> None:
    degrees = np.array([90.0, 30.0, -30.0, -90.0, -150.0, 150.0])  # from the middle of the septum towards the front
    turn = np.deg2rad(degrees)
    points = np.stack([np.cos(turn), np.sin(turn), np.full(6, 0.1)], axis=-1)
    septum = Septum(0.0, 1, None, ())
    assert segment_numbers(points, 1.0, np.zeros((6, 2)), septum).tolist() == [1, 2, 3, 4, 5, 6]
    points[:, 2] = 0.8
    assert segment_numbers(points[[0, 1, 3, 5]], 1.0, np.zeros((4, 2)), septum).tolist() == [13, 14, 15, 16]
    assert segment_numbers(np.array([[0.1, 0.0, 1.2]]), 1.0, np.zeros((1, 2)), septum).tolist() == [17]
    assert len(SEGMENT_NAMES) == 17


def test_thickening_is_the_growth_of_the_thickness() -> None:
    ed, es = heart(30, 40).labels, heart(24, 39).labels
    both = Segmentation(np.stack([ed, es], axis=-1), heart().affine, ed=0, es=1)
    wall = measured(both)
    assert np.nanmean(wall.thickening) == pytest.approx(100 * (15 / 10 - 1), abs=5)
    metrics = {metric.name: metric for metric in wall_metrics(wall)}
    assert metrics["lv_septal_wall"].value == pytest.approx(10.0, rel=0.04)


def test_no_wall_is_no_data_and_not_zero() -> None:
    labels = heart().labels.copy()
    gap: NDArray[np.bool_] = np.zeros(SHAPE, bool)
    gap[50:, 28:56] = True  # a wall that was not drawn towards one side
    labels[gap & (labels == MYOCARDIUM)] = 0
    wall = measured(Segmentation(labels, heart().affine))
    assert np.isnan(wall.thickness[0]).any()
    assert any(note.startswith("No wall to measure") for note in wall.notes)
    assert WallThickness.from_dict(wall.to_dict()).thickness == pytest.approx(wall.thickness, abs=1e-3, nan_ok=True)


def test_a_cavity_without_wall_cannot_be_measured() -> None:
    labels = np.where(heart().labels == LV, LV, 0).astype(np.uint8)
    assert wall_thickness(Segmentation(labels, heart().affine)) is None
