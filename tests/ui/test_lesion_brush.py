"""The lesion brush: painted with the mouse and the keys, taken away, undone; a line that loses its middle becomes two."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from solvers.electrophysiology.lesions import ablated_tets
from solvers.scenario import Electrophysiology, Lesion
from ui.lesion_tool import APART, BRUSH, ERASER, erased, spots_between
from ui.window import Window


def lesions_of(window: Window) -> tuple[Lesion, ...]:
    scenario = window.session.scenario
    assert isinstance(scenario, Electrophysiology)
    return scenario.lesions


def test_a_stroke_has_spots_half_a_radius_apart() -> None:
    assert spots_between(None, (1.0, 2.0, 3.0), 4.0) == [(1.0, 2.0, 3.0)]
    found = np.array(spots_between((0.0, 0.0, 0.0), (9.0, 0.0, 0.0), 4.0))
    assert found[-1].tolist() == [9.0, 0.0, 0.0]
    steps = np.diff(np.vstack([[0, 0, 0], found])[:, 0])
    assert (steps >= APART * 4.0).all() and (steps < 2 * APART * 4.0).all()
    assert spots_between((0.0, 0.0, 0.0), (1.9, 0.0, 0.0), 4.0) == []


def test_the_eraser_takes_spots_it_touches_and_cuts_a_line_in_two() -> None:
    places = tuple((10.0 * k, 0.0, 0.0) for k in range(5))
    line, spots = Lesion(shape="line", points=places, radius=2.0), Lesion(points=places[:2], radius=2.0)
    left, right, rest = erased((line, spots), (20.0, 1.0, 0.0), 3.0)
    assert (left.points, right.points) == (places[:2], places[3:])
    assert rest == spots  # 10 mm away
    assert erased((spots,), (0.0, 0.0, 0.0), 3.0)[0].points == places[1:2]
    assert erased((spots,), (5.0, 0.0, 0.0), 6.0) == ()


def test_a_press_and_drag_paints_over_the_heart_and_ctrl_takes_away(window: Window, qtbot: QtBot) -> None:
    session, scene = window.session, window.workplace.scene_panel.scene
    session.choose_scenario("sinus_rhythm")
    window.go("plan")
    session.choose_plan("Ablation")
    session.lesions.take(shape=BRUSH, radius=4.0)
    qtbot.waitExposed(window)
    scene.picture()
    plotter, volumes = scene.plotter, []
    session.lesions.painted.connect(volumes.append)
    start = plotter.rect().center()
    camera = scene.plotter.renderers[0].camera.position
    qtbot.mousePress(plotter, Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 5):
        qtbot.mouseMove(plotter, start + QPoint(0, 10 * k))
    qtbot.waitUntil(lambda: len(volumes) > 1)
    qtbot.mouseRelease(plotter, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 40))
    assert scene.plotter.renderers[0].camera.position == camera  # the heart was not turned
    assert session.scenario_name == "sinus_rhythm_ablated"
    (painted,) = lesions_of(window)
    assert painted.shape == "spots" and len(painted.points) > 1
    assert session.mesh is not None
    gone = ablated_tets(session.mesh, (painted,))
    exact = float(np.abs(session.mesh.tet_volumes())[gone].sum()) / 1000
    assert volumes == sorted(volumes) and volumes[-1] == pytest.approx(exact)  # followed while it was painted
    qtbot.mousePress(plotter, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, start)
    qtbot.mouseRelease(plotter, Qt.MouseButton.LeftButton, pos=start)
    assert sum(len(one.points) for one in lesions_of(window)) < len(painted.points)
    session.undo.undo()
    assert lesions_of(window) == (painted,)


def test_keys_move_the_brush_paint_take_away_and_change_its_radius(window: Window, qtbot: QtBot) -> None:
    session, plotter = window.session, window.workplace.scene_panel.scene.plotter
    session.choose_scenario("sinus_rhythm")
    window.go("plan")
    session.choose_plan("Ablation")
    session.lesions.take(shape=BRUSH, radius=4.0)
    session.pick(None)
    qtbot.waitExposed(window)
    window.workplace.scene_panel.scene.picture()
    qtbot.keyClick(plotter, Qt.Key.Key_Right)  # the first puts it into the middle of the view
    first = session.point
    qtbot.keyClick(plotter, Qt.Key.Key_Right)
    assert first is not None and session.point is not None and session.point != first
    qtbot.keyClick(plotter, Qt.Key.Key_BracketRight)
    assert session.lesions.tool.radius == 4.5
    qtbot.keyClick(plotter, Qt.Key.Key_Space)
    (painted,) = lesions_of(window)
    assert painted.radius == 4.5 and np.allclose(painted.points[0], session.point, atol=0.01)
    session.lesions.take(shape=ERASER)
    qtbot.keyClick(plotter, Qt.Key.Key_Space)
    assert lesions_of(window) == ()
