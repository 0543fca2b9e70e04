"""Before and after ablation: the scenario without the lesions is found, and each answer is told beside the other."""

import json

from PySide6.QtWidgets import QLabel

from app.plan_answers import answer_file
from app.scenario_tree import as_child
from solvers.scenario import Electrophysiology, Lesion
from ui.plan.induction_rows import InductionRows, without_lesions
from ui.window import Window


def test_a_child_with_lesions_is_held_against_its_parent(window: Window) -> None:
    session = window.session
    window.go("plan")
    page, case, mesh = window.inspector.page("plan"), session.case, session.mesh
    parent = session.scenarios["sinus_rhythm"]
    assert isinstance(parent, Electrophysiology) and case is not None and mesh is not None
    x, y, z = (float(v) for v in mesh.points[0])
    lesions = (Lesion(points=((x, y, z),)),)
    made = parent.model_copy(update={"lesions": lesions, "title": "Ablated"})
    session.keep_scenario("ablated", as_child(session.scenarios, "sinus_rhythm", made))
    session.choose_scenario("ablated", show_run=False)
    child = session.scenario
    assert isinstance(child, Electrophysiology) and without_lesions(page, child) == "sinus_rhythm"
    for name, sites in (("sinus_rhythm", ["apex"]), ("ablated", [])):
        path = answer_file(case, "induction", name)
        path.parent.mkdir(exist_ok=True)
        asked = {"asked": case.scenario(name).model_dump(mode="json"), "mesh": mesh.digest()}
        path.write_text(json.dumps({**asked, "sites_tried": 2, "inducible_from": sites, "attempts": []}))
    told = [one.text() for one in InductionRows(page, child).findChildren(QLabel)]
    assert "Before: induced, re-entry from 1 of 2 sites" in told
    assert "After: not induced, re-entry from 0 of 2 sites" in told
