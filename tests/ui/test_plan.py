"""The step Plan: a choice of interventions; lesions set by clicks; two drugs against none."""

from pathlib import Path
from typing import cast

import numpy as np
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.case import Case
from app.view_file import load_view
from solvers.scenario import Electrophysiology
from ui.plan.drug import Panel as DrugPanel
from ui.plan.lead_card import LeadCard
from ui.steps.plan import PlanPage
from ui.widgets import Segments
from ui.window import Window


def plan_page(window: Window, title: str) -> PlanPage:
    window.go("plan")
    window.session.choose_plan(title)
    page = window.inspector.page("plan")
    assert isinstance(page, PlanPage)
    return page


def shown(page: PlanPage) -> QWidget:
    """The panel of now: those before it stay children of the page until the window comes round to deleting them."""
    return cast(QWidget, page.panel)


def test_the_chosen_intervention_is_remembered_with_the_case(window: Window, case_folder: Path) -> None:
    page = plan_page(window, "Pacing / CRT")
    next(one for one in page.findChildren(Segments) if "Ablation" in one.buttons).buttons["Ablation"].click()
    assert window.session.plan == "Ablation"
    window.session.save_view()
    assert load_view(case_folder)["plan"] == "Ablation"
    window.open_case(case_folder)
    assert window.session.plan == "Ablation"


def test_a_lead_of_another_role_moves_to_its_surface_and_can_be_undone(window: Window, case_folder: Path) -> None:
    window.session.choose_scenario("pacing")
    page = plan_page(window, "Pacing / CRT")
    before = window.session.scenario
    card = shown(page).findChildren(LeadCard)[-1]
    card.role.setCurrentIndex(card.role.findData("lv_lead"))
    after = Case.open(case_folder).scenario("pacing")
    assert isinstance(after, Electrophysiology) and after.sites[0].role == "lv_lead"
    mesh = window.session.mesh
    assert mesh is not None
    site = np.array([after.sites[0].x, after.sites[0].y, after.sites[0].z])
    assert np.linalg.norm(mesh.points[np.unique(mesh.tagged("epi"))] - site, axis=1).min() < 0.02
    window.session.undo.undo()
    assert window.session.scenario == before


def test_leads_on_a_blocked_beat_are_tried_in_a_child_of_it_and_lead_on_to_compare(window: Window) -> None:
    session = window.session
    window.go("simulate")
    session.choose_scenario("sinus_rhythm")
    session.tree.make_child("sinus_rhythm")
    blocked = session.scenario
    assert isinstance(blocked, Electrophysiology)
    session.edit_scenario(session.scenario_name, blocked.model_copy(update={"conduction": "lbbb"}), "Block")
    name = session.scenario_name
    page = plan_page(window, "Pacing / CRT")
    heart = session.mesh
    assert heart is not None
    page.place(tuple(float(c) for c in heart.landmarks["apex"]))
    child = session.scenario
    assert isinstance(child, Electrophysiology) and child.parent == name and child.conduction == "lbbb"
    assert child.tier == blocked.tier == "monodomain"  # one model for what is compared
    case = session.case
    assert case is not None and len(child.sites) == 1
    case.save_result(session.scenario_name, case.result("pacing"), heart)
    session.set_look(run="sinus_rhythm")
    session.refresh()
    page.refresh()
    next(one for one in shown(page).findChildren(QPushButton) if one.text().startswith("Compare with")).click()
    assert session.step == "compare"
    assert (session.look.run, session.look.other) == ("sinus_rhythm", session.scenario_name)
    case.save_result(name, case.result("pacing"), heart)
    session.refresh()
    window.go("simulate")
    assert session.look.run == session.scenario_name
    window.go("plan")
    assert session.look.run == name  # a lead is told against the beat that it was tried on


def test_clicks_set_spots_and_a_line_in_a_scenario_of_their_own(window: Window, case_folder: Path) -> None:
    session, mesh = window.session, window.session.mesh
    assert mesh is not None
    session.choose_scenario("sinus_rhythm")
    plan_page(window, "Ablation")
    outer = mesh.points[np.unique(mesh.tagged("epi"))]
    near = outer[np.argsort(np.linalg.norm(outer - outer[0], axis=1))]
    first, second, third = (tuple(float(c) for c in near[k]) for k in (0, 5, 12))
    window.workplace.scene_panel.scene.picked.emit(*first)
    assert session.scenario_name == "sinus_rhythm_ablated"
    session.lesions.take(shape="line")
    window.workplace.scene_panel.scene.picked.emit(*second)
    window.workplace.scene_panel.scene.picked.emit(*third)
    kept = Case.open(case_folder).scenario("sinus_rhythm_ablated")
    assert kept.parent == "sinus_rhythm"
    assert isinstance(kept, Electrophysiology)
    assert [(one.shape, len(one.points)) for one in kept.lesions] == [("spots", 1), ("line", 2)]
    assert not Case.open(case_folder).scenario("sinus_rhythm").lesions  # type: ignore[union-attr]
    gone = session.lesion_tets(kept.lesions)
    assert gone is not None and gone.any()
    session.undo.undo()
    now = session.scenario
    assert isinstance(now, Electrophysiology) and len(now.lesions[1].points) == 1


def test_two_drugs_are_shown_beside_none(window: Window, qtbot: QtBot) -> None:
    page = plan_page(window, "Drug")
    panel = page.panel
    assert isinstance(panel, DrugPanel)
    panel.drugs["b"].setCurrentIndex(panel.drugs["b"].findData("verapamil"))
    qtbot.waitUntil(lambda: "b" in panel.beats(), timeout=120_000)
    assert list(panel.beats()) == ["none", "a", "b"]
    assert panel.numbers is not None
    panel._later.stop()
    page.kept.clear()
    window.session.choose_plan("Pacing / CRT")
