"""Coronary ostia on the panel of the valve: proposed from a painted CT, taken, dragged, taken back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton

from app.case import Case
from app.ostia import propose_ostia
from geometry.image import Image
from geometry.progress import silent
from geometry.shapes import tube
from solvers.devices.records import ImplantedValve
from solvers.scenario import Flow
from ui.plan import valve
from ui.steps.plan import PlanPage
from ui.window import Window


@pytest.fixture
def root_window(window: Window, tmp_path: Path) -> Window:
    made = Case.create(tmp_path / "root", "Root")
    mesh = tube(11.5, 60.0, 2.5)
    marks = {**mesh.landmarks, "annulus": (0.0, 0.0, 5.0), "sinotubular": (0.0, 0.0, 50.0)}
    affine = np.diag([0.8, 0.8, 0.8, 1.0])
    affine[:3, 3] = (-32.0, -32.0, 0.0)
    x, y, z = (0.8 * np.indices((80, 80, 56)) + affine[:3, 3, None, None, None]).astype(np.float32)
    bright = (np.hypot(x, y) < 11.5) | (np.hypot(y, z - 18.0) < 1.7) & (x < -5) & (x > -24)  # one to the left
    made.save_image(Image(np.where(bright, 400, -50).astype(np.int16), affine, "CT"))
    made.save_mesh(replace(mesh, landmarks=marks), ())
    made.save_scenario("systole", Flow())
    propose_ostia(made, {}, silent)
    assert window.open_case(made.folder)
    window.go("plan")
    window.session.choose_plan(valve.TITLE)
    return window


def buttons(window: Window, words: str) -> list[QPushButton]:
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage) and isinstance(page.panel, valve.Panel)
    return [one for one in page.panel.findChildren(QPushButton) if one.text() == words]


def mouse(window: Window, kind: QEvent.Type, spot: QPointF) -> None:
    plotter = window.workplace.scene_panel.scene.plotter
    left = Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, spot, plotter.mapToGlobal(spot), left, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plotter, event)


def test_a_proposed_ostium_is_taken_dragged_and_taken_back(root_window: Window) -> None:
    session, scene = root_window.session, root_window.workplace.scene_panel.scene
    assert len(buttons(root_window, "Take")) == 1  # the right one is not there
    device = valve.current(session)
    assert device is not None and device.left_ostium is None  # nothing is taken by itself
    buttons(root_window, "Take")[0].click()
    device = valve.current(session)
    assert device is not None and device.left_ostium == pytest.approx((-11.5, 0.0, 16.3), abs=1.0)
    scene.look_from(1.0, 0.2, 0.1)
    taken = device.left_ostium
    assert taken is not None
    start, stop = scene.on_screen(taken), scene.on_screen((-11.5, 0.0, 26.0))
    mouse(root_window, QEvent.Type.MouseButtonPress, start)
    mouse(root_window, QEvent.Type.MouseMove, stop)
    moved = session.device
    assert isinstance(moved, ImplantedValve) and moved.left_ostium is not None
    assert moved.left_ostium[2] == pytest.approx(26.0, abs=2.0)
    mouse(root_window, QEvent.Type.MouseButtonRelease, stop)
    kept = valve.current(session)
    assert kept is not None and kept.left_ostium == moved.left_ostium
    session.undo.undo()
    back = valve.current(session)
    assert back is not None and back.left_ostium == taken


def test_an_ostium_that_was_placed_is_taken_away(root_window: Window) -> None:
    session = root_window.session
    buttons(root_window, "Take")[0].click()
    assert buttons(root_window, "Find the ostia on the CT")[0].isEnabled()
    buttons(root_window, "Take it away")[0].click()
    device = valve.current(session)
    assert device is not None and device.left_ostium is None
    buttons(root_window, "Look")[0].click()
    assert session.point is not None and session.point[0] == pytest.approx(-11.5, abs=1.0)
