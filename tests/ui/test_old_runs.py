"""Runs that are older than the mesh: the window says why there is no map of them, and runs them again where they are met."""

import numpy as np
from PySide6.QtWidgets import QLabel, QPushButton

from app.tasks import TASKS
from app.warm import Answer
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Field, Result, Trace
from solvers.scenario import Electrophysiology
from ui.job_panel import VERBS
from ui.plan.pacing import Panel
from ui.steps.plan import PlanPage
from ui.window import Window


def texts(window: Window, step: str) -> str:
    page = window.inspector.page(step)
    return " | ".join(one.text() for kind in (QLabel, QPushButton) for one in page.findChildren(kind))


def test_a_run_on_another_mesh_says_why_it_has_no_map_and_is_run_again_from_the_plan(window: Window) -> None:
    session, panel = window.session, window.workplace.scene_panel
    case = session.case
    assert case is not None
    case.save_mesh(half_ellipsoid_ventricle(edge=8.0), ())
    session.refresh()
    window.go("plan")
    assert not panel.paintings and "run on another mesh" in panel.caption.told.text()
    told = texts(window, "plan")
    assert "older than its mesh" in told and "Run \u2018Sinus rhythm\u2019 again" in told
    window.go("compare")
    assert "older than its mesh" in texts(window, "compare")

    window.go("plan")  # what is tried needs no run to be drawn
    session.choose_scenario("pacing")
    heart = session.mesh
    assert heart is not None
    activation = np.linspace(0.0, 90.0, len(heart.points))
    ecg = Trace(np.arange(3.0), np.zeros((12, 3)), tuple("abcdefghijkl"), "mV", "ECG")
    session.set_answer(Answer(1, activation, ecg, values={"total_activation_time": 90.0}))
    assert panel.caption.title.text() == "What if: Pacing"
    np.testing.assert_array_equal(panel.paintings[0].values, activation)
    assert "which is out of date" in texts(window, "plan")


def test_beside_an_old_run_only_the_fresh_one_is_drawn_and_named(window: Window) -> None:
    session, panel = window.session, window.workplace.scene_panel
    case = session.case
    assert case is not None
    mesh = half_ellipsoid_ventricle(edge=8.0)
    case.save_mesh(mesh, ())
    field = Field(np.linspace(0.0, 90.0, len(mesh.points)), "ms", "Activation time", (), "EARLY", "LATE")
    case.save_result("sinus_rhythm", Result("electrophysiology", "monodomain", {"activation_time": field}), mesh)
    session.refresh()
    session.set_look(run="sinus_rhythm", other="pacing", field="activation_time")
    window.go("compare")
    assert len(panel.paintings) == 1 and panel.caption.title.text() == "Sinus rhythm"
    assert "No map: \u2018Pacing\u2019 was run on another mesh" in panel.caption.told.text()


def test_a_place_that_was_tried_becomes_an_option_beside_the_scenario(window: Window) -> None:
    session = window.session
    paced = session.scenarios["pacing"]
    assert isinstance(paced, Electrophysiology)
    other = paced.sites[0].model_copy(update={"x": paced.sites[0].x + 5.0})
    session.keep_scenario("pacing", paced.model_copy(update={"candidates": (other,)}))
    session.choose_scenario("pacing")
    window.go("plan")
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage) and isinstance(page.panel, Panel)
    next(one for one in page.panel.findChildren(QPushButton) if one.text() == "Make it an option").click()
    made = session.scenario
    assert isinstance(made, Electrophysiology) and session.scenario_name != "pacing"
    assert made.sites == (other,) and made.candidates == () and made.title == "Pacing 2"
    assert session.scenarios["pacing"].sites == paced.sites


def test_every_step_that_runs_has_a_name_in_words() -> None:
    assert set(TASKS) == set(VERBS)
