"""The tree of scenarios and the table of options in the real window."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from geometry.metric import Metric
from ui.steps.compare import ComparePage
from ui.steps.simulate import SimulatePage
from ui.window import Window


def tree(window: Window) -> SimulatePage:
    page = window.inspector.page("simulate")
    assert isinstance(page, SimulatePage)
    return page


@pytest.fixture
def with_members(window: Window) -> Window:
    """Both runs of the case with the members of the same draws; the paced one takes 20 ms longer."""
    case = window.session.case
    assert case is not None
    mesh = case.mesh()
    assert mesh is not None
    for name, shift in (("sinus_rhythm", 0.0), ("pacing", 20.0)):
        values = 90.0 + shift + np.arange(12.0)
        metric = Metric("qrs_duration", "QRS duration", 95.0 + shift, "ms", 91.0 + shift, 100.0 + shift)
        members = {"qrs_duration": values, "input:velocities.fiber": np.linspace(0.5, 0.8, 12)}
        case.save_result(name, replace(case.result(name), metrics=(metric,), members=members), mesh)
    window.session.refresh()
    return window


def test_a_child_is_made_renamed_and_deleted_and_all_of_it_can_be_undone(window: Window) -> None:
    session = window.session
    window.go("simulate")
    session.choose_scenario("pacing")
    page = tree(window)
    assert page.tree is not None
    page.tree._make_child()
    assert session.scenario_name == "pacing_2" and session.scenarios["pacing_2"].parent == "pacing"
    assert page.tree is not None
    item = page.tree._items["pacing_2"]
    assert item.parent() is page.tree._items["pacing"] and item.text(1) == "not run"
    item.setText(0, "Two sites")
    assert session.scenarios["pacing_2"].title == "Two sites"
    session.choose_scenario("pacing")
    assert page.tree is not None
    page.tree._delete()
    assert "pacing" not in session.scenarios and "pacing" not in session.runs
    assert session.scenarios["pacing_2"].parent == ""
    session.undo.undo()
    assert "pacing" in session.runs and session.scenarios["pacing_2"].parent == "pacing"
    session.undo.undo()
    session.undo.undo()
    assert set(session.scenarios) == {"pacing", "sinus_rhythm"}


def test_an_edit_after_another_scenario_was_chosen_is_not_kept_in_the_first(window: Window) -> None:
    session = window.session
    window.go("simulate")
    session.choose_scenario("sinus_rhythm")
    page = tree(window)
    page._choose_tab("setup")
    session.choose_scenario("pacing")
    assert page.form is not None
    page.form.rows["title"].entered.emit("title", "Changed")
    assert session.scenarios["pacing"].title == "Changed" and session.scenarios["sinus_rhythm"].title == "Sinus rhythm"
    page._choose_tab("results")


def test_options_are_laid_out_by_outcome_and_judged_by_the_user(with_members: Window) -> None:
    window = with_members
    window.go("compare")
    window.session.set_look(options=True)
    view = window.workplace.options
    assert view.isVisible() and not window.workplace.scene_panel.isVisible()
    (card,) = view.cards
    cells = {name: cell for (name, _), cell in zip(card._table_options, card._row.cells, strict=True)}
    assert cells["sinus_rhythm"].best == 1.0 and cells["pacing"].best == 0.0
    ways = card.findChildren(QComboBox)[0]
    ways.setCurrentIndex(ways.findData("higher"))
    (card,) = view.cards
    assert card._row.outcome.chosen and max(cell.best or 0.0 for cell in card._row.cells) == 1.0
    assert window.session.options.now.better == {"qrs_duration": "higher"}
    window.session.set_look(options=False)
    assert window.workplace.scene_panel.isVisible()


def test_one_run_alone_is_not_compared(with_members: Window, qtbot: object) -> None:
    window = with_members
    window.go("compare")
    window.session.set_look(options=True)
    page = window.inspector.page("compare")
    assert isinstance(page, ComparePage) and page.panel is not None
    panel = page.panel
    panel.boxes["pacing"].blockSignals(True)
    panel.boxes["pacing"].setChecked(False)
    panel._choose()
    assert set(window.session.options.now.runs) == {"pacing", "sinus_rhythm"}
    assert "Two runs" in window.messages.text.text()
    window.session.set_look(options=False)


def test_two_runs_side_by_side_are_judged_member_by_member(with_members: Window) -> None:
    window = with_members
    window.go("compare")
    window.session.set_look(run="sinus_rhythm", other="pacing")
    apart = window.session.options.differences("sinus_rhythm", "pacing")["qrs_duration"]
    assert apart.low == pytest.approx(20.0) and apart.high == pytest.approx(20.0) and apart.clear
