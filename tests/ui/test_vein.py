"""A vein drawn on the panel of pacing by clicks; left leads and places tried stay in its corridor."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QPushButton, QSlider

from app.case import Case
from geometry.corridor import distance_to_way
from solvers.scenario import Electrophysiology, PacingSite
from ui.plan import pacing
from ui.plan.vein_rows import corridor_skin
from ui.steps.plan import PlanPage
from ui.window import Window


def page_of(window: Window) -> PlanPage:
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage)
    return page


def press(window: Window, words: str) -> None:
    panel = page_of(window).panel
    assert isinstance(panel, pacing.Panel)
    next(one for one in panel.findChildren(QPushButton) if one.text() == words).click()


def now(window: Window) -> Electrophysiology:
    scenario = window.session.scenario
    assert isinstance(scenario, Electrophysiology)
    return scenario


def furthest(scenario: Electrophysiology) -> float:
    left = [site for site in (*scenario.sites, *scenario.candidates) if site.role == "lv_lead"]
    return float(distance_to_way(np.array(scenario.vein), np.array([(s.x, s.y, s.z) for s in left])).max())


def test_a_vein_is_drawn_widened_tried_along_and_taken_back(window: Window, case_folder: Path) -> None:
    session, mesh = window.session, window.session.mesh
    assert mesh is not None
    session.choose_scenario("pacing")
    window.go("plan")
    session.choose_plan(pacing.TITLE)
    outer = mesh.points[np.unique(mesh.tagged("epi"))]
    ends = [outer[outer[:, 0].argmin()], outer[outer[:, 2].argmin()]]
    far = outer[outer[:, 0].argmax()]
    lead = PacingSite(role="lv_lead", x=float(far[0]), y=float(far[1]), z=float(far[2]))
    session.edit_scenario("pacing", now(window).model_copy(update={"sites": (lead,)}), "Add a lead")
    press(window, "Draw a vein")
    for end in ends:
        window.workplace.scene_panel.scene.picked.emit(*(float(c) for c in end))
    drawn = now(window)
    assert len(drawn.vein) > 2 and drawn.sites == (lead,)  # while it is drawn the lead stays
    press(window, "End the vein")
    assert now(window).vein == drawn.vein and now(window).sites != (lead,)
    assert furthest(now(window)) <= drawn.vein_width / 2 + 0.02
    panel = page_of(window).panel
    assert isinstance(panel, pacing.Panel)
    next(one for one in panel.findChildren(QSlider) if one.accessibleName() == "Width of the corridor").setValue(16)
    press(window, "Try 4 places along it")
    kept = Case.open(case_folder).scenario("pacing")
    assert isinstance(kept, Electrophysiology) and kept.vein_width == 16.0 and 2 <= len(kept.candidates) <= 4
    assert furthest(kept) <= 8.02
    skin = corridor_skin(mesh, kept.vein, 16.0)
    assert skin.n_points and distance_to_way(np.array(kept.vein), np.asarray(skin.points)).max() < 9.0
    for _ in range(5):
        session.undo.undo()
    assert now(window).vein == () and now(window).sites == (lead,)
