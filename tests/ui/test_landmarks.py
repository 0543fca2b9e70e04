"""Landmarks are dragged in 3D or typed, kept with undo, and what depends on them is laid again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.case import Case
from app.following import follow
from app.jobs import start_job
from app.staleness import out_of_date
from geometry.landmarks import Landmarks
from ui.keep_up import SOON
from ui.steps.heart import HeartPage
from ui.window import Window

Point = tuple[float, float, float]


@pytest.fixture
def heart(window: Window, qtbot: QtBot) -> Iterator[Window]:
    """The window with landmarks on the heart, and nothing laid again by itself."""
    window.watch.timer.stop()
    window.go("heart")
    page = window.inspector.page("heart")
    assert isinstance(page, HeartPage)
    page.keep_up.soon.stop()
    page.keep_up.soon.setInterval(10**8)
    window.session.set_look(landmarks=True)
    qtbot.waitExposed(window)
    window.workplace.scene_panel.scene.picture()
    yield window
    page.keep_up.soon.setInterval(SOON)
    page.keep_up.soon.stop()


def test_an_apex_dragged_in_3d_is_kept_and_can_be_undone(heart: Window, case_folder: Path) -> None:
    handles = heart.workplace.scene_panel.handles
    before = heart.session.landmarks.places()["apex"]
    start = handles.on_screen(before)
    drag(heart, start, start + QPointF(14, -9))
    moved = Case.open(case_folder).landmarks().apex
    assert moved is not None and 1.0 < np.linalg.norm(np.subtract(moved, before)) < 60.0
    assert (handles.on_screen(moved) - start - QPointF(14, -9)).manhattanLength() < 0.5
    assert any("Landmarks were moved" in sentence for sentence in heart.session.stale)
    heart.session.undo.undo()
    assert Case.open(case_folder).landmarks() == Landmarks()
    assert not any("Landmarks were moved" in sentence for sentence in heart.session.stale)


def test_a_number_typed_moves_a_landmark_and_an_impossible_one_is_told(heart: Window, case_folder: Path) -> None:
    page = heart.inspector.page("heart")
    assert isinstance(page, HeartPage)
    box = page.landmarks.boxes["apex"][0]
    box.setValue(box.value() + 6.0)
    apex = Case.open(case_folder).landmarks().apex
    assert apex is not None and apex[0] == pytest.approx(box.value())
    box.setValue(700.0)
    assert "away from the heart" in heart.messages.text.text()
    assert box.value() == pytest.approx(apex[0]) and Case.open(case_folder).landmarks().apex == apex
    page.landmarks.back["apex"].click()
    assert Case.open(case_folder).landmarks() == Landmarks()


def test_what_depends_on_a_moved_landmark_is_laid_again_and_runs_are_older(heart: Window, case_folder: Path) -> None:
    x, y, z = heart.session.landmarks.places()["apex"]
    heart.session.landmarks.move("apex", (x + 8.0, y, z))
    follow(start_job(case_folder, "landmarks", {}))
    heart.session.refresh()
    mesh = heart.session.mesh
    assert mesh is not None and mesh.landmarks["apex"] == (x + 8.0, y, z)
    assert "aha17" in mesh.cell_data and mesh.fiber is not None
    stale = out_of_date(Case.open(case_folder))
    assert not any("Landmarks were moved" in sentence for sentence in stale)
    assert any("older than its mesh" in sentence for sentence in stale)


def drag(window: Window, start: QPointF, stop: QPointF) -> None:
    """Press, move and release the left button on the 3D view."""
    plotter = window.workplace.scene_panel.scene.plotter
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, place, button, held in (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, stop, none, left),
        (QEvent.Type.MouseButtonRelease, stop, left, none),
    ):
        event = QMouseEvent(kind, place, plotter.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(plotter, event)


def test_soon_after_a_move_everything_is_laid_again_without_asking(heart: Window, qtbot: QtBot) -> None:
    page = heart.inspector.page("heart")
    assert isinstance(page, HeartPage)
    page.keep_up.soon.setInterval(50)
    heart.watch.timer.start()
    x, y, z = heart.session.landmarks.places()["apex"]
    heart.session.landmarks.move("apex", (x, y + 6.0, z))
    qtbot.waitUntil(lambda: heart.session.mesh.landmarks["apex"] == (x, y + 6.0, z), timeout=60_000)  # type: ignore[union-attr]
