"""The real window on a case: every step, picking, undo, theme, and the pictures taken of it."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from app.case import Case
from app.settings import load_settings
from geometry.errors import Refused
from solvers.scenario import Electrophysiology
from ui import main
from ui.frame import INTENDED_USE
from ui.look import CHANCE, DOUBT, SPLIT, VALUE
from ui.pictures import picture_of
from ui.theme import DARK, LIGHT
from ui.viewing import STEPS
from ui.window import Window


def test_every_step_shows_a_page_of_its_own_name(window: Window) -> None:
    for step in STEPS:
        window.go(step)
        assert window.session.step == step
        assert window.inspector.page(step).title.lower() == step
        assert window.inspector.page(step).isVisible()
        assert window.step_bar.buttons[step].isChecked()


def test_a_page_that_is_filled_again_shows_the_same_part(window: Window, qtbot: QtBot) -> None:
    window.go("segment")
    area = window.inspector.stack.currentWidget()
    assert isinstance(area, QScrollArea)
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    bar.setValue(90)
    window.session.data_changed.emit()
    qtbot.waitUntil(lambda: bar.value() == 90 and bar.maximum() > 100, timeout=2000)
    qtbot.wait(100)
    assert bar.value() == 90


def test_simulated_views_say_so_and_measured_ones_do_not(window: Window) -> None:
    window.go("simulate")
    assert window.workplace.scene_panel.caption.badge.isVisible()
    window.go("heart")
    assert not window.workplace.scene_panel.caption.badge.isVisible()


def test_the_intended_use_is_always_in_sight(window: Window) -> None:
    from PySide6.QtWidgets import QLabel

    texts = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert INTENDED_USE in texts


def test_the_doubt_toggle_changes_what_is_drawn(window: Window) -> None:
    window.go("simulate")
    panel = window.workplace.scene_panel
    kinds = []
    for mode in (VALUE, DOUBT, SPLIT, CHANCE):
        window.session.set_look(field="activation_time", mode=mode)
        kinds.append(tuple(painting.kind for painting in panel.paintings))
    assert kinds == [("value",), ("doubt",), ("value", "sd"), ("chance",)]


def test_a_click_on_the_heart_tells_value_interval_and_unit(window: Window, qtbot: QtBot) -> None:
    window.go("simulate")
    qtbot.waitExposed(window)
    scene = window.workplace.scene_panel.scene
    scene.picture()
    centre = scene.plotter.rect().center()
    point = scene.pick_at(centre.x(), centre.y())
    assert point is not None
    scene.picked.emit(*point)
    told = window.workplace.scene_panel.caption.told.text()
    assert "Activation time" in told and " ms (" in told and "90 % interval of 4 runs" in told
    mesh = window.session.mesh
    assert mesh is not None
    assert np.linalg.norm(mesh.points - np.asarray(point), axis=1).min() < 6.0


def test_moving_a_site_in_plan_can_be_undone_and_is_kept_on_disk(window: Window, case_folder: Path) -> None:
    window.session.choose_scenario("pacing")
    window.go("plan")
    before = window.session.scenario
    assert isinstance(before, Electrophysiology)
    window.workplace.scene_panel.scene.picked.emit(20.0, 0.0, -30.0)
    moved = Case.open(case_folder).scenario("pacing")
    assert isinstance(moved, Electrophysiology) and moved.sites[0].x == 20.0
    window.session.undo.undo()
    assert Case.open(case_folder).scenario("pacing") == before
    window.session.undo.redo()
    assert Case.open(case_folder).scenario("pacing") == moved


def test_a_click_in_plan_leaves_the_beat_from_the_conduction_system_alone(window: Window, case_folder: Path) -> None:
    window.session.choose_scenario("sinus_rhythm")
    before = Case.open(case_folder).scenario("sinus_rhythm")
    window.go("plan")
    window.workplace.scene_panel.scene.picked.emit(20.0, 0.0, -30.0)
    assert Case.open(case_folder).scenario("sinus_rhythm") == before
    assert window.session.scenario_name == "pacing"
    assert window.session.look.run == "sinus_rhythm"
    moved = Case.open(case_folder).scenario("pacing")
    assert isinstance(moved, Electrophysiology) and moved.sites[-1].x == 20.0


def test_seeds_can_be_undone(window: Window) -> None:
    window.go("segment")
    window.session.add_seed((1.0, 2.0, 3.0))
    window.session.add_seed((4.0, 5.0, 6.0))
    window.session.undo.undo()
    assert window.session.seeds == ((1.0, 2.0, 3.0),)


def test_the_theme_is_changed_at_once_and_remembered(window: Window) -> None:
    assert window.session.theme is DARK
    window.wear("light")
    assert window.session.theme is LIGHT
    assert load_settings().theme == "light"
    window.wear("dark")


def test_reopening_a_case_restores_step_field_and_doubt(window: Window, case_folder: Path) -> None:
    window.go("simulate")
    window.session.choose_scenario("pacing")  # not the first of the case
    window.session.set_look(field="activation_time", mode=DOUBT)
    window.show_start()
    assert window.open_case(case_folder)
    assert window.session.step == "simulate"
    assert (window.session.look.run, window.session.look.mode) == ("pacing", DOUBT)
    assert window.session.scenario_name == "pacing"


def test_in_simulate_the_picture_is_of_the_run_whose_numbers_are_told(window: Window) -> None:
    window.session.choose_scenario("pacing")
    window.go("compare")
    window.session.set_look(run="sinus_rhythm", other="pacing")
    window.go("simulate")
    assert window.session.look.run == window.session.scenario_name == "pacing"


def test_a_folder_that_is_no_case_is_refused_with_a_sentence(window: Window, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert not window.open_case(empty)
    assert "is not a CardioTwin case" in window.messages.text.text()
    assert window.messages.isVisible()


def test_a_picture_of_the_window_shows_the_heart(window: Window, qtbot: QtBot) -> None:
    window.go("heart")
    qtbot.waitExposed(window)
    shot = window.workplace.scene_panel.scene.picture()
    background = shot[2, 2].astype(int)
    share = (np.abs(shot.astype(int) - background).sum(axis=2) > 60).mean()
    assert 0.1 < share < 0.9  # the heart fills a good part of the view, not all of it
    whole = picture_of(window)
    assert (whole.width(), whole.height()) == (window.width(), window.height())


def test_comparing_uses_one_scale_for_both_runs(window: Window) -> None:
    window.go("compare")
    window.session.set_look(field="activation_time", mode=VALUE)
    left, right = window.workplace.scene_panel.paintings
    assert (left.low, left.high) == (right.low, right.high)
    assert window.session.look.other != window.session.look.run


def test_without_a_display_the_window_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(main.QCoreApplication, "instance", lambda: None)
    with pytest.raises(Refused, match="no display"):
        main.make_application()


def test_the_threshold_of_the_probability_is_set_in_the_toolbar(window: Window) -> None:
    window.go("simulate")
    window.session.set_look(field="activation_time", mode=CHANCE)
    panel = window.workplace.scene_panel
    spin = panel.controls.threshold
    assert spin.isVisible() and spin.suffix().strip() == "ms"
    low = panel.paintings[0].values
    spin.setValue(spin.minimum())
    high = panel.paintings[0].values
    assert high.mean() > low.mean()
    assert f"> {spin.minimum():g} ms" in panel.paintings[0].title
    window.session.set_look(mode=VALUE)
    assert not spin.isVisible()


def test_another_step_with_the_same_picture_draws_nothing_anew(window: Window) -> None:
    window.go("case")
    panel = window.workplace.scene_panel
    before = set(panel.scene.plotter.renderers[0].actors.values())
    window.go("heart")
    assert set(panel.scene.plotter.renderers[0].actors.values()) == before


def test_the_time_bar_is_hidden_where_nothing_can_be_played(window: Window) -> None:
    window.go("case")
    image = window.session.image
    assert image is not None
    assert window.workplace.strip.isVisible() == (image.phases > 1)


def test_two_runs_can_be_seen_as_their_difference(window: Window) -> None:
    window.go("compare")
    window.session.set_look(field="activation_time", difference=True)
    (painting,) = window.workplace.scene_panel.paintings
    assert painting.kind == "difference"
    window.session.pick((20.0, 0.0, -30.0))
    assert "difference" in window.workplace.scene_panel.caption.told.text()
