"""The slice views: native slices, window and level, linked zoom, outlines kept until something changes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from geometry.image import Image
from geometry.segmentation import Segmentation
from ui.contours import outlines
from ui.native import NativeGrid
from ui.planes import reslice, slice_planes, voxels_near
from ui.slice_cache import SliceCache
from ui.value_under_mouse import value_words
from ui.window import Window
from ui.window_level import CT_PRESETS, WindowLevel, automatic, from_plain, to_plain


def test_thick_slices_are_seen_as_they_were_taken(small_scan: tuple[Image, Segmentation]) -> None:
    image, segmentation = small_scan
    first = slice_planes(image, segmentation, None)[0]
    assert (first.count, abs(first.pitch)) == (10, 8.0)
    place = image.affine[:3, :3] @ [12.0, 12.0, 3.0] + image.affine[:3, 3]
    plane = first.through(place)
    seen = reslice(image.phase(0), image.affine, plane, 4.0)
    assert np.nanmax(np.abs(seen - np.round(seen))) < 1e-3  # voxels of one slice, nothing between two
    assert abs((plane.centre - place) @ plane.normal) < 1e-6


def test_rows_that_run_from_foot_to_head_are_shown_upright_as_they_are_for_editing() -> None:
    affine = np.array([[0.1, -1.4, 1.0, 0.0], [-0.2, 0.1, 9.9, 0.0], [1.4, 0.1, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    image = Image(np.zeros((20, 20, 8), np.int16), affine, "MR", source="MR short-axis cine")
    plane = slice_planes(image, None, None)[0]
    assert plane.letters() == ("R", "L", "H", "F")
    edited = NativeGrid.of(affine, image.voxels.shape).plane("Slices as taken", plane.half, plane.centre)
    assert edited.letters() == plane.letters()


def test_the_wheel_goes_from_slice_to_slice_and_stops_at_the_last(small_scan: tuple[Image, Segmentation]) -> None:
    image, segmentation = small_scan
    first = slice_planes(image, segmentation, None)[0]
    place = first.centre
    words = []
    for _ in range(12):
        words.append(first.place_words(place))
        place = first.step_from(place, 1)
    numbers = [int(text.split()[1]) for text in words]
    assert set(np.diff(numbers)) <= {1, 0} or set(np.diff(numbers)) <= {-1, 0}
    assert numbers[-1] in (1, 10) and words[-1].startswith(f"slice {numbers[-1]} of 10, ")


def test_a_linear_field_is_cut_exactly_and_nothing_is_invented_outside() -> None:
    shape, affine = (9, 8, 7), np.diag([2.0, 3.0, 4.0, 1.0])
    i, j, k = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    image = Image((10 * i + 100 * j + 1000 * k).astype(np.float64), affine, "CT")
    plane = slice_planes(image, None, None)[1]
    seen = reslice(image.phase(0), affine, plane, 1.0)
    ticks = np.arange(-plane.half, plane.half + 0.5)
    a, b = np.meshgrid(ticks, ticks, indexing="ij")
    place = plane.centre + a[..., None] * plane.across + b[..., None] * plane.up
    voxel = place / [2.0, 3.0, 4.0]
    within = np.all((voxel >= 0) & (voxel <= np.array(shape) - 1), axis=-1)
    assert np.allclose(seen[within], (voxel @ [10.0, 100.0, 1000.0])[within], atol=0.05)
    assert np.isnan(seen[np.any((voxel < -0.5) | (voxel > np.array(shape) - 0.5), axis=-1)]).all()


def test_the_wall_is_outlined_outside_and_filled_up_to_the_cavity_which_lies_on_top(
    small_scan: tuple[Image, Segmentation],
) -> None:
    image, segmentation = small_scan
    wall, cavity = 2, 1
    for plane in slice_planes(image, segmentation, None):
        found = [one for one in outlines(segmentation, plane, 0, 0.8, True) if one.chance == 0.5]
        assert [one.label for one in found] == [wall, cavity]
        fill, hole = (one.path for one in found)
        across, up = (float(v) for v in plane.on_screen(np.zeros(3)))  # the middle of the heart
        assert hole.contains(QPointF(across, up)) and not fill.contains(QPointF(across, up))
        assert fill.contains(QPointF(across + 26.5, up))  # 22 to 31 mm from it is wall
        assert not fill.contains(QPointF(across + 40.0, up))
        box = voxels_near(segmentation.affine, segmentation.labels.shape[:3], plane)
        assert min(side.stop - side.start for side in box) <= 3  # a plane along the grid needs few layers


def test_outlines_are_kept_until_slice_segmentation_or_scan_change(small_scan: tuple[Image, Segmentation]) -> None:
    image, segmentation = small_scan
    plane = slice_planes(image, segmentation, None)[0]
    cache = SliceCache()
    cache.look_at(image, segmentation, None)
    grey, found = cache.grey(0, plane, 0), cache.outlines(0, plane, 0)
    assert cache.holds(0, plane, 0) and not cache.holds(0, plane, 1)
    assert cache.grey(0, plane, 0) is grey and cache.outlines(0, plane, 0) is found
    cache.look_at(image, replace(segmentation), None)
    assert cache.grey(0, plane, 0) is grey and cache.outlines(0, plane, 0) is not found
    moved = plane.through(plane.step_from(plane.centre, 1))
    assert cache.grey(0, moved, 0) is not grey
    assert not cache.holds(0, plane, 0)


def test_a_drag_to_the_right_widens_the_window_and_down_brightens() -> None:
    before = WindowLevel(200.0, 700.0)
    assert before.dragged(50.0, 0.0).width > 700.0 and before.dragged(50.0, 0.0).level == 200.0
    assert before.dragged(0.0, 40.0).level == pytest.approx(200.0 - 70.0)
    assert from_plain(to_plain(before)) == before
    assert from_plain("rubbish") is None and from_plain([1.0, -2.0]) is None


def test_the_window_is_set_with_the_mouse_and_remembered_with_the_case(window: Window, qtbot: QtBot) -> None:
    window.go("images")
    slices = window.workplace.slices
    image, case = window.session.image, window.session.case
    assert image is not None and case is not None and window.session.window is None
    slices.views[0].box.windowed.emit(80.0, 0.0)
    chosen = window.session.window
    assert chosen is not None and chosen.width > automatic(image).width
    assert slices.controls.preset.currentText() == "As set by hand"
    window.show_start()
    assert window.open_case(case.folder)
    assert window.session.window == chosen
    slices.views[0].box.twice.emit()
    assert window.session.window is None


def test_zoom_is_shared_by_the_three_views_and_keeps_what_is_under_the_mouse(window: Window) -> None:
    window.go("images")
    zoom, views = window.workplace.slices.zoom, window.workplace.slices.views
    zoom.reset()
    whole = [view.box.viewRange() for view in views]
    views[0].box.zoomed.emit(2.0, 10.0, -5.0)
    assert zoom.factor == 2.0
    for view, before in zip(views, whole, strict=True):
        now = view.box.viewRange()
        assert np.diff(now[1])[0] == pytest.approx(np.diff(before[1])[0] / 2, rel=0.02)
    (low, high), (was_low, was_high) = views[0].box.viewRange()[0], whole[0][0]
    assert (10.0 - low) / (high - low) == pytest.approx((10.0 - was_low) / (was_high - was_low), abs=0.02)
    window.workplace.slices.reset()
    assert zoom.factor == 1.0


def test_the_value_under_the_mouse_has_its_unit(small_scan: tuple[Image, Segmentation]) -> None:
    image, _ = small_scan
    place = image.affine[:3, :3] @ [12.0, 12.0, 8.0] + image.affine[:3, 3]
    value = int(image.phase(0)[12, 12, 8])
    assert value_words(image, 0, place).startswith(f"{value} a.u. ")
    assert value_words(replace(image, modality="CT"), 0, place).startswith(f"{value} HU ")
    assert value_words(image, 0, place + 1000.0) == ""
    assert automatic(replace(image, modality="CT")) == CT_PRESETS["Heart"]
