"""How sure a number is, edited in the window, undone, and refused in words."""

from pytestqt.qtbot import QtBot

from solvers.scenario import Electrophysiology
from ui.doubt_fold import DoubtFold
from ui.window import Window


def fold_of(window: Window, qtbot: QtBot) -> DoubtFold:
    window.go("simulate")
    window.session.choose_scenario("pacing")
    page = window.inspector.page("simulate")
    page._choose_tab("setup")
    assert isinstance(page.doubts, DoubtFold)
    fold = page.doubts
    fold.head.setChecked(True)
    qtbot.waitUntil(fold.isVisible)  # a page that is not shown yet is filled again after each change
    return fold


def doubts_of(window: Window) -> dict[str, tuple[float, str, str]]:
    scenario = window.session.scenario
    assert isinstance(scenario, Electrophysiology)
    return {doubt.number: (doubt.sd, doubt.status, doubt.source) for doubt in scenario.doubts}


def test_an_sd_is_changed_and_undone_and_put_back(window: Window, qtbot: QtBot) -> None:
    fold = fold_of(window, qtbot)
    row = fold.rows["velocities.fiber"]
    assert row.sd.text() == "0.08" and row.source.text() == "Taggart 2000" and row.back.isHidden()
    row.sd.setText("0,03")
    row.sd.editingFinished.emit()
    assert doubts_of(window) == {"velocities.fiber": (0.03, "population default", "Taggart 2000")}
    row.status.setCurrentIndex(row.status.findData("measured"))
    row.source.setText("mapping")
    row.source.editingFinished.emit()
    assert doubts_of(window) == {"velocities.fiber": (0.03, "measured", "mapping")}
    assert not row.back.isHidden()

    window.session.undo.undo()
    assert doubts_of(window)["velocities.fiber"][2] == "Taggart 2000" and row.source.text() == "Taggart 2000"
    row.back.click()
    assert doubts_of(window) == {} and row.sd.text() == "0.08"


def test_what_is_no_sd_is_refused_in_words_and_zero_switches_a_number_off(window: Window, qtbot: QtBot) -> None:
    fold = fold_of(window, qtbot)
    row = fold.rows["fibers.epi"]
    for entry, words in (("-1", "0 or more"), ("much", "is not a number")):
        row.sd.setText(entry)
        row.sd.editingFinished.emit()
        assert words in row.wrong.text() and doubts_of(window) == {}
    row.sd.setText("0")
    row.sd.editingFinished.emit()
    assert doubts_of(window)["fibers.epi"][0] == 0.0 and row.sd.text() == "0"
