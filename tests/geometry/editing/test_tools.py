"""Each tool against a shape whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geometry.editing.brush import brush
from geometry.editing.change import LABEL, Change, apply
from geometry.editing.contour import circle, contour, control_points, curve, enclosed_area, inserted, inside
from geometry.editing.copy_phase import copy_phase
from geometry.editing.erase import erase
from geometry.editing.fill_between import fill_between
from geometry.editing.grid import slice_axis
from geometry.editing.islands import islands
from geometry.editing.smooth import smooth
from geometry.editing.swap import swap
from geometry.editing.threshold_brush import threshold_brush, usual_range
from geometry.errors import Refused
from geometry.segmentation import LV, MYOCARDIUM, RV, Segmentation

FINE = np.diag([1.0, 1.0, 1.0, 1.0])
STACK = np.diag([1.5, 1.5, 10.0, 1.0])  # a short-axis stack with a gap
Labels = NDArray[np.uint8]


def after(labels: Labels, change: Change) -> Labels:
    return apply(Segmentation(labels, np.eye(4)), change).labels


def empty(*shape: int) -> Labels:
    return np.zeros(shape, dtype=np.uint8)


def distance(shape: tuple[int, ...], affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """mm from the middle of the array."""
    places = np.stack(np.meshgrid(*[np.arange(n) - (n - 1) / 2 for n in shape], indexing="ij"), axis=-1)
    return np.asarray(np.linalg.norm(places @ affine[:3, :3].T, axis=-1))


def test_a_ball_brush_paints_the_volume_of_a_ball() -> None:
    painted = after(empty(41, 41, 41), brush(empty(41, 41, 41), FINE, np.array([[20, 20, 20]]), 15.0, LV))
    assert (painted == LV).sum() == pytest.approx(4 / 3 * np.pi * 15**3, rel=0.01)


def test_a_stroke_on_a_slice_paints_the_area_of_a_capsule_there_and_nothing_elsewhere() -> None:
    labels = empty(80, 80, 5)
    painted = after(labels, brush(labels, STACK, np.array([[20.2, 30.6, 2], [60.3, 50.1, 2]]), 12.0, RV, axis=2))
    area = (painted[..., 2] == RV).sum() * 1.5**2
    length = 1.5 * np.hypot(40.1, 19.5)
    assert area == pytest.approx(np.pi * 12**2 + 24 * length, rel=0.01)  # two half discs and a rectangle
    assert not painted[..., [0, 1, 3, 4]].any()


def test_a_ball_brush_of_a_stack_with_gaps_reaches_the_slices_its_radius_reaches() -> None:
    labels = empty(60, 60, 7)
    painted = after(labels, brush(labels, STACK, np.array([[30, 30, 3]]), 14.0, LV))
    reached = np.flatnonzero((painted > 0).any(axis=(0, 1)))
    assert list(reached) == [2, 3, 4]  # 14 mm reach one slice (10 mm) on each side, not two
    side = np.sqrt(14**2 - 10**2)
    assert (painted[..., 2] > 0).sum() * 1.5**2 == pytest.approx(np.pi * side**2, rel=0.06)


def test_a_brush_smaller_than_a_voxel_paints_the_voxel_it_touches() -> None:
    labels = empty(9, 9, 9)
    assert after(labels, brush(labels, FINE, np.array([[4.3, 3.6, 5.1]]), 0.1, LV)).sum() == LV
    assert after(labels, brush(labels, FINE, np.array([[4.3, 3.6, 5.1]]), 0.1, LV))[4, 4, 5] == LV


def test_a_stroke_that_leaves_the_scan_paints_what_lies_inside() -> None:
    labels = empty(20, 20, 3)
    painted = after(labels, brush(labels, STACK, np.array([[-30, 10, 1], [10, 10, 1]]), 4.0, LV, axis=2))
    assert painted[:10, 10, 1].all() and not painted[14:].any()
    assert not brush(labels, STACK, np.array([[-50, -50, 1]]), 4.0, LV, axis=2)


def test_the_brush_overwrites_only_what_it_may() -> None:
    labels = empty(30, 30, 1)
    labels[:15] = MYOCARDIUM
    path = np.array([[15, 15, 0]])
    behind = after(labels, brush(labels, FINE, path, 8.0, LV, over=(0,)))
    assert (behind[:15] == MYOCARDIUM).all() and (behind[15:] == LV).any()
    above = after(labels, brush(labels, FINE, path, 8.0, LV, over=(MYOCARDIUM,)))
    assert (above[:15] == LV).any() and not above[15:].any()


def test_the_eraser_takes_only_the_chosen_label() -> None:
    labels = empty(30, 30, 1)
    labels[:15], labels[15:] = LV, RV
    erased = after(labels, brush(labels, FINE, np.array([[15, 15, 0]]), 8.0, 0, over=(RV,)))
    assert (erased[:15] == LV).all() and (erased[15:] == 0).any()


def test_painting_what_is_already_so_decides_it_without_changing_it() -> None:
    labels = np.full((9, 9, 1), LV, dtype=np.uint8)
    change = brush(labels, FINE, np.array([[4, 4, 0]]), 2.0, LV)
    assert change and ((change.after & LABEL) == change.before).all()


def test_the_threshold_brush_paints_only_the_grey_values_of_its_range() -> None:
    labels, grey = empty(40, 40, 1), np.zeros((40, 40, 1))
    grey[:20] = 100
    painted = after(labels, threshold_brush(labels, FINE, grey, np.array([[19.5, 20, 0]]), 10.0, LV, (80, 120)))
    assert (painted[:20] > 0).sum() == pytest.approx(np.pi * 100 / 2, rel=0.05) and not painted[20:].any()
    low, high = usual_range(grey, labels == 0)
    assert low == 0 and high == 100
    with pytest.raises(Refused, match="range"):
        threshold_brush(labels, FINE, grey, np.array([[20, 20, 0]]), 10.0, LV, (120, 80))


def test_a_contour_through_points_of_a_circle_encloses_its_area() -> None:
    points = circle(np.array([40.0, 40.0]), 30.0, (1.0, 1.0))
    # A polygon through the 8 points would hold 2 sqrt(2) r2 = 2.83 r2; the curve comes within 1 % of pi r2.
    assert abs(enclosed_area(curve(points)[:-1])) == pytest.approx(np.pi * 30**2, rel=0.01)
    assert inside(points, (81, 81)).sum() == pytest.approx(np.pi * 30**2, rel=0.015)


def test_a_label_made_of_points_and_back_keeps_its_area_and_place() -> None:
    labels = empty(90, 90, 3)
    u, v = np.meshgrid(np.arange(90) - 44.0, np.arange(90) - 41.0, indexing="ij")
    labels[..., 1] = LV * ((u / 30) ** 2 + (v / 20) ** 2 < 1)
    points = control_points(labels[..., 1], LV, (1.0, 1.0))
    drawn = after(labels, contour(labels, FINE, points, LV, 2, 1))
    both = (drawn == LV) & (labels == LV)
    assert 2 * both.sum() / ((drawn == LV).sum() + (labels == LV).sum()) > 0.985
    more, number = inserted(points, curve(points)[5])
    assert len(more) == len(points) + 1 and number == 1


def ring(cavity: float, wall: float, shape: tuple[int, ...] = (80, 80, 1)) -> Labels:
    away = distance(shape, FINE)
    return np.where(away < cavity, LV, np.where(away < cavity + wall, MYOCARDIUM, 0)).astype(np.uint8)


def test_a_tighter_cavity_contour_leaves_wall_behind_and_a_wider_one_takes_wall() -> None:
    labels = ring(20, 10)
    centre = np.array([39.5, 39.5])
    tight = after(labels, contour(labels, FINE, circle(centre, 15.0, (1, 1)), LV, 2, 0))
    assert (tight > 0).sum() == (labels > 0).sum()  # the outer boundary stays
    assert (tight == LV).sum() == pytest.approx(np.pi * 15**2, rel=0.02)
    wide = after(labels, contour(labels, FINE, circle(centre, 25.0, (1, 1)), LV, 2, 0))
    assert (wide > 0).sum() == (labels > 0).sum()
    assert (wide == MYOCARDIUM).sum() == pytest.approx(np.pi * (30**2 - 25**2), rel=0.03)


def test_the_contour_of_the_wall_is_its_outer_boundary() -> None:
    labels = ring(20, 10)
    drawn = after(labels, contour(labels, FINE, circle(np.array([39.5, 39.5]), 35.0, (1, 1)), MYOCARDIUM, 2, 0))
    assert ((drawn == LV) == (labels == LV)).all()
    assert (drawn == MYOCARDIUM).sum() == pytest.approx(np.pi * (35**2 - 20**2), rel=0.02)


def test_a_cavity_that_leaked_out_leaves_background_behind() -> None:
    labels = ring(20, 6)
    labels[39:42, 55:75, 0] = LV  # a leak through the wall
    drawn = after(labels, contour(labels, FINE, circle(np.array([39.5, 39.5]), 20.0, (1, 1)), LV, 2, 0))
    assert not drawn[40, 68:75].any()
    assert (drawn == LV).sum() == pytest.approx(np.pi * 20**2, rel=0.02)


def test_a_contour_needs_three_points_and_a_slice_that_is_there() -> None:
    labels = empty(20, 20, 2)
    with pytest.raises(Refused, match="at least 3 points"):
        contour(labels, FINE, np.zeros((2, 2)), LV, 2, 0)
    with pytest.raises(Refused, match="no slice 3"):
        contour(labels, FINE, circle(np.array([9.0, 9.0]), 4.0, (1, 1)), LV, 2, 2)
    assert len(control_points(labels[..., 0], LV, (1, 1))) == 0


def test_filling_between_the_ends_of_a_cone_gives_the_cone() -> None:
    labels = empty(100, 100, 9)
    away = distance((100, 100, 1), STACK)[..., 0]
    for k, radius in ((0, 50.0), (8, 18.0)):
        labels[..., k] = LV * (away < radius)
    filled = after(labels, fill_between(labels, STACK, LV, 2))
    radii = np.sqrt((filled == LV).sum(axis=(0, 1)) * 1.5**2 / np.pi)
    assert radii == pytest.approx(50 - 32 * np.arange(9) / 8, abs=0.5)
    # The volume of the frustum between the middles of the end slices, by the trapezoidal sum of the sections:
    areas = np.pi * radii**2
    volume = (areas.sum() - (areas[0] + areas[-1]) / 2) * 10
    assert volume == pytest.approx(np.pi * 80 / 3 * (50**2 + 50 * 18 + 18**2), rel=0.015)


def test_filling_between_drawn_slices_redraws_those_between() -> None:
    labels = empty(60, 60, 5)
    away = distance((60, 60, 1), STACK)[..., 0]
    for k, radius in enumerate((20.0, 35.0, 10.0, 35.0, 24.0)):
        labels[..., k] = LV * (away < radius)
    filled = after(labels, fill_between(labels, STACK, LV, 2, drawn=(0, 4)))
    radii = np.sqrt((filled == LV).sum(axis=(0, 1)) * 1.5**2 / np.pi)
    assert radii == pytest.approx([20, 21, 22, 23, 24], abs=0.5)
    with pytest.raises(Refused, match="no gap"):
        fill_between(labels, STACK, LV, 2)


def test_smoothing_keeps_the_volume_and_takes_the_roughness() -> None:
    rng = np.random.default_rng(3)
    away = distance((60, 60, 60), FINE)
    clean = away < 20
    rough = LV * (away + rng.normal(0, 2.0, away.shape) < 20).astype(np.uint8)
    smoothed = after(rough, smooth(rough, FINE, LV, 2, size=3.0))
    assert (smoothed == LV).sum() == (rough == LV).sum()
    before, now = ((rough > 0) ^ clean).sum(), ((smoothed > 0) ^ clean).sum()
    assert now < before / 3


def test_smoothing_a_stack_with_gaps_keeps_the_area_of_every_slice() -> None:
    rng = np.random.default_rng(4)
    labels = ring(20, 8, (80, 80, 4))
    labels[rng.random(labels.shape) < 0.03] = 0
    smoothed = after(labels, smooth(labels, STACK, LV, 2))
    assert ((smoothed == LV).sum(axis=(0, 1)) == (labels == LV).sum(axis=(0, 1))).all()
    only = after(labels, smooth(labels, STACK, LV, 2, index=2))
    assert (only[..., [0, 1, 3]] == labels[..., [0, 1, 3]]).all() and (only[..., 2] != labels[..., 2]).any()


def test_smoothing_the_wall_leaves_the_cavity() -> None:
    labels = ring(20, 8)
    labels[68:72, 38:42] = MYOCARDIUM  # a spike
    smoothed = after(labels, smooth(labels, FINE, MYOCARDIUM, 2, size=4.0))
    assert ((smoothed == LV) == (labels == LV)).all()
    assert (smoothed == MYOCARDIUM).sum() == (labels == MYOCARDIUM).sum()


def test_islands_go_and_holes_close() -> None:
    labels = empty(60, 60, 6)
    labels[10:40, 10:40, 1:5] = RV
    labels[50:53, 50:53, 1] = RV  # 9 voxels of 22.5 mm3
    labels[20:23, 20:23, 2] = 0
    largest = after(labels, islands(labels, STACK, RV, 2, keep="largest"))
    assert not largest[50:].any() and (largest[10:40] == labels[10:40]).all()
    assert after(labels, islands(labels, STACK, RV, 2, keep="large", smallest=200))[51, 51, 1] == RV
    assert after(labels, islands(labels, STACK, RV, 2, keep="large", smallest=250))[51, 51, 1] == 0
    holes = after(labels, islands(labels, STACK, RV, 2, keep="holes"))
    assert (holes[10:40, 10:40, 1:5] == RV).all() and holes[51, 51, 1] == RV
    with pytest.raises(Refused, match="none of them"):
        islands(labels, STACK, RV, 2, keep="smallest")  # type: ignore[arg-type]


def test_filling_holes_of_the_wall_does_not_fill_the_cavity() -> None:
    labels = ring(20, 8)
    labels[39, 63:65] = 0
    closed = after(labels, islands(labels, FINE, MYOCARDIUM, 2, keep="holes"))
    assert (closed == ring(20, 8)).all()


def test_a_phase_is_copied_whole_or_by_slice_or_by_label() -> None:
    labels = np.zeros((6, 6, 3, 4), dtype=np.uint8)
    labels[..., 1] = LV
    labels[0, 0, 0, 1] = RV
    labels[..., 2] = MYOCARDIUM
    assert (after(labels, copy_phase(labels, 1, (2,), 2))[..., 2] == labels[..., 1]).all()
    everywhere = after(labels, copy_phase(labels, 1, (0, 2, 3), 2))
    assert (everywhere == labels[..., 1:2]).all()
    one = after(labels, copy_phase(labels, 1, (2,), 2, index=1))
    assert (one[:, :, 1, 2] == LV).all() and (one[:, :, 0, 2] == MYOCARDIUM).all()
    right = after(labels, copy_phase(labels, 1, (2,), 2, label=RV))
    assert right[0, 0, 0, 2] == RV and (right[..., 2] == RV).sum() == 1
    with pytest.raises(Refused, match="no phase 5"):
        copy_phase(labels, 1, (4,), 2)
    with pytest.raises(Refused, match="single phase"):
        copy_phase(labels[..., 0], 0, (1,), 2)


def test_labels_are_swapped_and_slices_erased() -> None:
    labels = ring(20, 8, (80, 80, 2))
    swapped = after(labels, swap(labels, LV, MYOCARDIUM, 2))
    assert ((swapped == LV) == (labels == MYOCARDIUM)).all()
    assert (after(swapped, swap(swapped, LV, MYOCARDIUM, 2)) == labels).all()
    gone = after(labels, erase(labels, 2, index=1))
    assert not gone[..., 1].any() and (gone[..., 0] == labels[..., 0]).all()
    assert (after(labels, erase(labels, 2, label=LV)) == np.where(labels == LV, 0, labels)).all()
    with pytest.raises(Refused, match="no label 9"):
        erase(labels, 2, label=9)


def test_the_slices_of_a_stack_are_found_whatever_the_order_of_its_axes() -> None:
    assert slice_axis(STACK) == 2
    turned = np.zeros((4, 4))
    turned[0, 1], turned[1, 2], turned[2, 0], turned[3, 3] = 1.4, 1.4, 8.0, 1
    assert slice_axis(turned) == 0
    upright = np.zeros((4, 4))  # an isotropic volume whose second axis runs along the body
    upright[0, 0], upright[1, 2], upright[2, 1], upright[3, 3] = 1, 1, 1, 1
    assert slice_axis(upright) == 1
