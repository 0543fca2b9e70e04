"""Devices planned in the window, on a small pipe that knows its annulus."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from app.case import Case
from app.devices import find_line
from geometry.shapes import tube
from solvers.devices.records import ImplantedValve, PlacedSurface, Stent
from solvers.scenario import Flow
from ui.plan import stent, surface, valve
from ui.steps.plan import PlanPage
from ui.window import Window


@pytest.fixture
def flow_window(window: Window, tmp_path: Path) -> Window:
    made = Case.create(tmp_path / "pipe", "Pipe")
    mesh = tube(11.5, 60.0, 2.5, 0.4)
    marks = {**mesh.landmarks, "annulus": (0.0, 0.0, 5.0), "sinotubular": (0.0, 0.0, 50.0)}
    made.save_mesh(replace(mesh, landmarks=marks), ())
    made.save_scenario("systole", Flow())
    find_line(made)
    assert window.open_case(made.folder)
    window.go("plan")
    return window


def panel(window: Window, title: str) -> valve.Panel | stent.Panel | surface.Panel:
    window.session.choose_plan(title)
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage) and page.panel is not None
    return page.panel  # type: ignore[return-value]


def test_a_valve_is_moved_kept_and_taken_back(flow_window: Window) -> None:
    session = flow_window.session
    shown = panel(flow_window, valve.TITLE)
    assert isinstance(shown, valve.Panel) and shown.valve.size == 23
    before = shown.lists["Fit"].rows["largest_gap"][1].text()
    began = time.perf_counter()
    session.move_device(shown.valve.model_copy(update={"size": 20}))
    assert time.perf_counter() - began < 3.0  # 0.3 s is the aim; this machine may be busy
    assert shown.lists["Fit"].rows["largest_gap"][1].text() != before
    session.move_device(None)
    assert "valve" not in session.scenarios  # nothing is kept while it is only moved
    valve.keep(session, shown.valve.model_copy(update={"depth": 2.0}), "Change the depth")
    valve.keep(session, shown.valve.model_copy(update={"depth": 5.0}), "Change the depth")
    kept = session.scenarios["valve"]
    assert isinstance(kept, Flow) and isinstance(kept.device, ImplantedValve) and kept.device.depth == 5.0
    session.undo.undo()
    now = valve.current(session)
    assert now is not None and now.depth == 2.0


def test_arrow_keys_change_the_depth_and_keep_the_slider(flow_window: Window) -> None:
    shown = panel(flow_window, valve.TITLE)
    slider = shown.findChild(QSlider)
    assert slider is not None
    QTest.keyClick(slider, Qt.Key.Key_Right)
    now = valve.current(flow_window.session)
    assert now is not None and now.depth == 4.5
    assert isinstance(valve.pushed(flow_window.session, now, 0, 1), ImplantedValve)
    raised = valve.pushed(flow_window.session, now, 0, 1)
    assert isinstance(raised, ImplantedValve) and raised.depth == 4.0


def test_a_frame_follows_the_mouse_along_its_axis(flow_window: Window) -> None:
    session, scene = flow_window.session, flow_window.workplace.scene_panel.scene
    panel(flow_window, valve.TITLE)
    now, root = valve.current(session), session.aortic_root
    assert now is not None and root is not None
    foot, tip = (scene.on_screen(root.ring.center + far * root.ring.normal) for far in (0.0, 10.0))
    moved = valve.dragged(session, scene, now, QPointF(foot), QPointF(foot + (tip - foot) * 0.2))
    assert isinstance(moved, ImplantedValve) and moved.depth == pytest.approx(now.depth - 2.0, abs=0.5)


def test_a_stent_goes_where_it_is_clicked_and_tells_the_area(flow_window: Window) -> None:
    session = flow_window.session
    shown = panel(flow_window, stent.TITLE)
    assert isinstance(shown, stent.Panel)
    assert shown.areas.rows["area_after"][1].text()
    shown.place((8.0, 0.0, 40.0))
    kept = session.scenarios["stent"]
    assert isinstance(kept.device, Stent)
    assert (kept.device.x, kept.device.z) == (pytest.approx(0.0, abs=0.3), pytest.approx(40.0, abs=0.6))
    stent.keep(session, kept.device.model_copy(update={"z": 1.0}), "Move the stent")
    shown = panel(flow_window, stent.TITLE)
    assert isinstance(shown, stent.Panel) and not shown.wrong.isHidden()  # it does not fit at the very end


def test_a_surface_is_brought_moved_and_turned(flow_window: Window, tmp_path: Path) -> None:
    session = flow_window.session
    file = tmp_path / "ball.stl"
    pv.Sphere(radius=4.0).save(file)
    shown = panel(flow_window, surface.TITLE)
    assert isinstance(shown, surface.Panel)
    shown.bring(file)
    record, place = surface.current(session), surface.grip(session)
    assert isinstance(record, PlacedSurface) and place is not None
    assert place == pytest.approx((0, 0, 30), abs=1.0)
    pushed = surface.pushed(session, record, 0, 1)
    assert isinstance(pushed, PlacedSurface) and np.reshape(pushed.pose, (4, 4))[2, 3] == pytest.approx(
        np.reshape(record.pose, (4, 4))[2, 3] + 1.0
    )
    shape = session.surface_of(record.source)
    assert shape is not None
    turned = surface.turned(record, shape, "z", 90.0)
    assert np.reshape(turned.pose, (4, 4))[:3, :3] == pytest.approx(
        np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), abs=1e-5
    )
    surface.keep(session, pushed, "Move the surface")
    shown = panel(flow_window, surface.TITLE)
    assert isinstance(shown, surface.Panel) and shown.numbers.rows["clearance"][1].text().endswith("mm")


def test_devices_go_when_another_step_is_shown(flow_window: Window) -> None:
    scene = flow_window.workplace.scene_panel.scene
    panel(flow_window, valve.TITLE)
    assert scene.shown_devices == {"valve"}
    panel(flow_window, stent.TITLE)
    assert scene.shown_devices == {"stent"}
    flow_window.go("heart")
    assert scene.shown_devices == set()
