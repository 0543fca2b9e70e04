"""The what-if through the real window and its real warm worker: a mouse click moves the pacing site."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from solvers.scenario import Electrophysiology
from solvers.uncertainty.summary import interval
from ui.plan.pacing import Panel
from ui.steps.plan import PlanPage
from ui.window import Window


def test_a_click_on_the_heart_moves_the_pacing_site_and_shows_the_new_activation(window: Window, qtbot: QtBot) -> None:
    session, panel = window.session, window.workplace.scene_panel
    session.choose_scenario("pacing")
    window.go("plan")
    qtbot.waitExposed(window)
    panel.scene.picture()
    before, old = session.scenario, panel.paintings[0].values
    assert isinstance(before, Electrophysiology)

    qtbot.mouseClick(panel.scene.plotter, Qt.MouseButton.LeftButton, pos=panel.scene.plotter.rect().center())
    after = session.scenario
    assert isinstance(after, Electrophysiology) and after.sites[0] != before.sites[0]
    qtbot.waitUntil(lambda: session.answer is not None, timeout=60_000)

    assert panel.caption.title.text() == "What if: Pacing"  # not the run that is in view otherwise
    shown, mesh, site = panel.paintings[0].values, session.mesh, after.sites[0]
    assert mesh is not None
    earliest = mesh.points[int(np.nanargmin(shown))]
    # The site snaps to a node of the wall, so the earliest one lies within an element (6 mm) or two of the click.
    assert np.linalg.norm(earliest - np.array([site.x, site.y, site.z])) < 12
    assert not np.array_equal(shown, old)
    assert session.answer is not None and session.answer.ecg.values.shape[0] == 12


def the_drawn_ecg_is_of_the_band(window: Window) -> None:
    drawn, strip = window.session.band.draws, window.workplace.strip.ecg
    assert drawn is not None and strip.draw is not None and strip.band is not None
    np.testing.assert_array_equal(strip.draw.values, drawn.values[15])
    np.testing.assert_allclose(
        interval(np.asarray(drawn.values)), [side.values for side in strip.band], atol=1e-4
    )  # mV


def test_a_dragged_site_asks_for_drafts_and_is_kept_where_it_is_let_go(window: Window, qtbot: QtBot) -> None:
    session, panel = window.session, window.workplace.scene_panel
    session.choose_scenario("pacing")
    window.go("plan")
    qtbot.waitExposed(window)
    plotter = panel.scene.plotter
    panel.scene.picture()
    qtbot.mouseClick(plotter, Qt.MouseButton.LeftButton, pos=plotter.rect().center())  # a site that is in view
    qtbot.waitUntil(lambda: session.answer is not None and not window.watch.thinking, timeout=60_000)
    before = session.scenario
    assert isinstance(before, Electrophysiology)
    site = before.sites[0]
    start = panel.scene.on_screen((site.x, site.y, site.z)).toPoint()
    panel.scene.picture()

    qtbot.mousePress(plotter, Qt.MouseButton.LeftButton, pos=start)
    drafts: list[bool] = []
    session.answer_changed.connect(lambda: drafts.append(session.answer is not None and session.answer.draft))
    qtbot.mouseMove(plotter, start + QPoint(0, 25))
    qtbot.waitUntil(lambda: True in drafts, timeout=60_000)
    assert session.scenario == before  # nothing is kept while it is held
    qtbot.mouseRelease(plotter, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 25))
    after = session.scenario
    assert isinstance(after, Electrophysiology) and len(after.sites) == 1 and after.sites[0] != site
    qtbot.waitUntil(lambda: session.answer is not None and not session.answer.draft, timeout=60_000)
    strip = window.workplace.strip
    qtbot.waitUntil(lambda: session.answer is not None and session.band.number == session.answer.number, timeout=60_000)
    band, shown = strip.ecg.band, strip.ecg.ecg
    assert band is not None and shown is not None and session.answer is not None and shown is session.answer.ecg
    inside = (band[0].values <= shown.values + 0.05) & (shown.values <= band[1].values + 0.05)
    assert inside.mean() > 0.8 and (band[1].values - band[0].values).max() > 0.1  # mV
    assert session.band.late is not None and session.band.late.shape == (16, len(session.answer.activation))
    panel_of_plan = window.inspector.page("plan")
    assert isinstance(panel_of_plan, PlanPage) and isinstance(panel_of_plan.panel, Panel)
    numbers = panel_of_plan.panel.numbers
    low, high = session.band.shown.values["total_activation_time"] if session.band.shown else (0.0, 0.0)
    assert numbers is not None and numbers.intervals["total_activation_time"].text() == f"{low:.0f} to {high:.0f}"
    assert low < session.answer.values["total_activation_time"] < high
    session.set_look(mode="split")
    mean, spread = panel.paintings
    np.testing.assert_allclose(spread.values, session.band.late.std(axis=0, ddof=1), rtol=1e-5)
    np.testing.assert_allclose(mean.values, session.answer.activation + session.band.late.mean(axis=0), rtol=1e-5)
    panel.caption.draws.number.setValue(16)  # the last draw around the beat that is tried
    np.testing.assert_allclose(panel.paintings[0].values, session.answer.activation + session.band.late[15], rtol=1e-5)
    the_drawn_ecg_is_of_the_band(window)
    session.set_look(mode="chance", threshold=40.0)
    share = (session.answer.activation + session.band.late > 40.0).mean(axis=0)
    np.testing.assert_allclose(panel.paintings[0].values, 100 * share, atol=1e-9)
    assert "(90 %)" in strip.note.text() and "of 16 draws" in strip.note.toolTip()
    session.undo.undo()
    assert session.scenario == before
