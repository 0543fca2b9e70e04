"""Editing with real mouse events on the real slice view, taken back, kept on disk, and compared with the automatic result."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.case import Case
from app.edit_journal import pending
from geometry.segmentation import LV, MYOCARDIUM, RV
from ui.window import Window

LEFT = Qt.MouseButton.LeftButton


def spot_of(window: Window, voxel: tuple[float, float, float]) -> QPointF:
    """Where a voxel of the slice in view lies on the screen."""
    grid, view = window.editing.model.grid, window.workplace.slices.views[0]
    assert grid is not None
    across, up = window.editing.mouse.plane().on_screen(grid.place(np.array(voxel)))
    return view.plot.mapFromScene(view.box.mapViewToScene(QPointF(float(across), float(up)))).toPointF()


def mouse(window: Window, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton = LEFT) -> float:
    """Send one mouse event to the slice view; returns the seconds of CPU the window took for it."""
    port = window.workplace.slices.views[0].plot.viewport()
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, at, QPointF(port.mapToGlobal(at.toPoint())), button, held, Qt.KeyboardModifier.NoModifier)
    began = time.process_time()
    QApplication.sendEvent(port, event)
    return time.process_time() - began


def drag(window: Window, *voxels: tuple[float, float, float]) -> list[float]:
    """Press, move and release over voxels of the slice in view."""
    spots = [spot_of(window, voxel) for voxel in voxels]
    mouse(window, QEvent.Type.MouseButtonPress, spots[0])
    took = [mouse(window, QEvent.Type.MouseMove, spot) for spot in spots[1:]]
    mouse(window, QEvent.Type.MouseButtonRelease, spots[-1])
    return took


def labels(window: Window) -> np.ndarray:
    assert window.session.segmentation is not None
    return window.session.segmentation.labels


def test_the_brush_paints_the_voxels_under_the_mouse_and_undo_takes_them_back(desk: Window, case_folder: Path) -> None:
    model, before = desk.editing.model, labels(desk).copy()
    model.hold("brush")
    model.choose(RV)
    model.resize(2.5)
    k = model.index
    took = drag(desk, (2, 12, k), (3, 12, k), (4, 12, k), (5, 12, k))
    after = labels(desk)
    changed = np.argwhere(after != before)
    assert {tuple(c) for c in changed} == {(i, 12, k, model.phase) for i in (2, 3, 4, 5)}
    assert (after[2:6, 12, k, model.phase] == RV).all()
    assert np.median(took) < 0.5  # 30 ms without the drawing in software that tests do
    again = Case.open(case_folder).segmentation()
    assert again is not None and (again.labels == after).all()  # on disk when the button is up
    desk.session.undo.undo()
    assert (labels(desk) == before).all()
    again = Case.open(case_folder).segmentation()
    assert again is not None and (again.labels == before).all()
    desk.session.undo.redo()
    assert (labels(desk) == after).all()


def test_150_edits_are_taken_back_to_the_first_bytes(desk: Window) -> None:
    model, before = desk.editing.model, labels(desk).copy()
    model.hold("brush")
    rng = np.random.default_rng(5)
    from geometry.editing.brush import brush

    assert model.grid is not None and model.volume is not None
    for number in range(150):
        path = rng.uniform((0, 0, 0), (24, 24, 10), (2, 3))
        label = (LV, MYOCARDIUM, RV, 0)[number % 4]
        change = brush(model.volume, model.grid.affine, path, float(rng.uniform(3, 20)), label, axis=2)
        model.commit(change, "Paint")
    assert desk.session.undo.count() >= 100  # strokes that change nothing are none; 100 steps are asked for
    assert (labels(desk) != before).any()
    while desk.session.undo.canUndo():
        desk.session.undo.undo()
    assert labels(desk).tobytes() == before.tobytes()
    assert not desk.session.labels.edited


def test_the_eraser_the_rule_and_the_threshold_are_obeyed(desk: Window) -> None:
    model = desk.editing.model
    k, p = model.index, model.phase
    model.hold("eraser")
    model.resize(5.0)
    assert labels(desk)[12, 12, k, p] == LV
    drag(desk, (12, 12, k), (13, 12, k))
    assert labels(desk)[12, 12, k, p] == 0 and (labels(desk)[..., k, p] == MYOCARDIUM).any()
    model.hold("brush")
    model.choose(RV)
    model.set(over="background")
    drag(desk, (12, 12, k), (12, 15, k))
    assert labels(desk)[12, 12, k, p] == RV and labels(desk)[12, 15, k, p] == LV
    model.set(over="anything")
    model.hold("threshold")
    model.choose(LV)
    model.set(limits=(1000.0, 2000.0))
    before = labels(desk).copy()
    drag(desk, (12, 12, k), (12, 15, k))
    assert (labels(desk) == before).all()


def test_shift_and_the_wheel_change_the_size(desk: Window) -> None:
    model = desk.editing.model
    model.hold("brush")
    before, index = model.radius, model.index
    port, at = desk.workplace.slices.views[0].plot.viewport(), spot_of(desk, (12, 12, model.index))
    for shift, turned in ((Qt.KeyboardModifier.ShiftModifier, True), (Qt.KeyboardModifier.NoModifier, False)):
        event = QWheelEvent(
            at, QPointF(port.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, shift,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(port, event)
        assert (model.index == index) == turned
    assert model.radius == pytest.approx(before * 1.2)


def test_a_point_of_the_contour_is_dragged_added_and_removed(desk: Window) -> None:
    model, overlay = desk.editing.model, desk.editing.overlay
    model.hold("contour")
    model.choose(LV)
    desk.editing.draw()
    points = overlay.points.copy()
    assert len(points) >= 6
    k, p = model.index, model.phase
    before = int((labels(desk)[..., k, p] == LV).sum())
    view = desk.workplace.slices.views[0]

    def on_screen(spot: np.ndarray) -> QPointF:
        return view.plot.mapFromScene(view.box.mapViewToScene(QPointF(float(spot[0]), float(spot[1])))).toPointF()

    outwards = points[0] + 12.0 * (points[0] - points.mean(axis=0)) / np.linalg.norm(points[0] - points.mean(axis=0))
    mouse(desk, QEvent.Type.MouseButtonPress, on_screen(points[0]))
    mouse(desk, QEvent.Type.MouseMove, on_screen(outwards))
    mouse(desk, QEvent.Type.MouseButtonRelease, on_screen(outwards))
    assert int((labels(desk)[..., k, p] == LV).sum()) > before
    assert np.linalg.norm(overlay.points[0] - outwards) < 2.0 and len(overlay.points) == len(points)
    halfway = (overlay.points[2] + overlay.points[3]) / 2
    mouse(desk, QEvent.Type.MouseButtonDblClick, on_screen(halfway))
    mouse(desk, QEvent.Type.MouseButtonRelease, on_screen(halfway))
    assert len(overlay.points) == len(points) + 1
    mouse(desk, QEvent.Type.MouseButtonPress, on_screen(overlay.points[0]), Qt.MouseButton.RightButton)
    assert len(overlay.points) == len(points)
    while desk.session.undo.canUndo():
        desk.session.undo.undo()
    assert int((labels(desk)[..., k, p] == LV).sum()) == before


def test_what_grows_is_shown_before_it_is_accepted(desk: Window, qtbot: QtBot) -> None:
    model = desk.editing.model
    k, p = model.index, model.phase
    from geometry.editing.erase import erase

    assert model.volume is not None
    model.commit(erase(model.volume, 2, index=k), "Erase")
    truth = np.linalg.norm((np.argwhere(np.ones((24, 24))) - 11.5) * 4.0, axis=1).reshape(24, 24) < 22
    model.hold("grow")
    model.resize(3.0)
    for label, line in (
        (LV, ((11, 11, k), (12, 12, k))),
        (0, ((2, 2, k), (2, 20, k))),
        (MYOCARDIUM, ((5, 11, k), (5, 12, k))),
    ):
        model.choose(label)
        drag(desk, *line)
    qtbot.waitUntil(lambda: model.grown is not None and not model.helper.busy, timeout=90_000)
    assert not (labels(desk)[..., k, p] > 0).any()  # nothing is written yet
    qtbot.keyClick(desk, Qt.Key.Key_Return)
    grown = labels(desk)[..., k, p] == LV
    assert model.seeds is None
    assert 2 * (grown & truth).sum() / (grown.sum() + truth.sum()) > 0.85
    drag(desk, (11, 11, k), (12, 12, k))
    qtbot.keyClick(desk, Qt.Key.Key_Escape)
    assert model.seeds is None and model.tool == "grow"


def test_smooth_is_worked_out_beside_the_window_and_copy_goes_to_the_next_phase(desk: Window, qtbot: QtBot) -> None:
    model, session = desk.editing.model, desk.session
    assert model.grid is not None
    x, y, z = (float(v) for v in model.grid.place(np.array([12.0, 12.0, 5.0])))  # where the stroke below leaves a spur
    session.pick((x, y, z))
    desk.workplace.slices.draw_now()
    k, p = model.index, model.phase
    model.hold("brush")
    model.resize(4.0)
    drag(desk, (12, 18, k), (12, 20, k))
    model.hold("")
    before = labels(desk).copy()
    model.act("smooth")
    qtbot.waitUntil(lambda: not model.helper.busy, timeout=90_000)
    assert (labels(desk) != before).any()
    assert (labels(desk)[..., k, p] == LV).sum() == (before[..., k, p] == LV).sum()
    model.set(whole=True)
    model.act("next")
    assert session.phase == (p + 1) % 2
    assert (labels(desk)[..., 1 - p] == labels(desk)[..., p]).all()


def test_the_numbers_before_and_after_and_the_stale_mesh_follow(desk: Window, qtbot: QtBot, case_folder: Path) -> None:
    model, session = desk.editing.model, desk.session
    assert not any("older than its segmentation" in sentence for sentence in session.stale)
    model.hold("eraser")
    model.resize(12.0)
    drag(desk, (12, 12, model.index), (12, 14, model.index))
    old = session.labels.before()
    assert old is not None
    before, after = session.labels.numbers(old), session.labels.numbers(labels(desk))
    assert after["EDV"] < before["EDV"]
    model.set(compare=True)
    solid = [path for path in desk.editing.overlay._paths if path.isVisible()]
    assert any(path.pen().style() == Qt.PenStyle.DashLine for path in solid)
    with qtbot.waitSignal(session.labels.measured, timeout=120_000):
        pass
    assert not pending(case_folder)
    assert any("older than its segmentation" in sentence for sentence in session.stale)
    kept = Case.open(case_folder).segmentation()
    assert kept is not None and kept.method == "phantom, corrected by hand" and (kept.labels == labels(desk)).all()
    metrics = {metric.name: metric for metric in session.measures}
    assert metrics["lv_edv"].value == pytest.approx(after["EDV"])
    model.set(compare=False)


def test_edits_survive_a_kill(case_folder: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
import numpy as np
from app.case import Case
from app.edit_journal import append
from geometry.editing.brush import brush
folder = Path(sys.argv[1])
labels = Case.open(folder).segmentation().labels
for k in range(5):
    append(folder, brush(labels[..., 0], np.diag([4.0, 4, 8, 1]), np.array([[2, 2, k]]), 5.0, 3, axis=2).in_phase(0, labels.shape))
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code, str(case_folder)], check=False)
    assert ended.returncode == -9
    (case_folder / "edits" / ".000009.npz").write_bytes(b"half")  # what a kill in the middle of writing leaves
    found = Case.open(case_folder).segmentation()
    assert found is not None and (found.labels[2, 2, :5, 0] == RV).all() and found.labels[2, 2, 5, 0] != RV


def test_a_segmentation_that_was_replaced_is_brought_back_by_undo(desk: Window) -> None:
    session, before = desk.session, labels(desk).copy()
    assert session.case is not None and session.segmentation is not None
    other = replace(session.segmentation, labels=before[::-1].copy())
    session.case.save_segmentation(other, ())
    session.refresh()
    assert (labels(desk) == other.labels).all()
    session.undo.undo()
    assert (labels(desk) == before).all() and not session.undo.canUndo()
    session.undo.redo()
    assert (labels(desk) == other.labels).all()
