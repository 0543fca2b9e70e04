"""The table of electrodes: a place typed in is kept in the scenario, can be undone, and put back."""

from solvers.scenario import Electrophysiology
from ui.electrode_table import ABOUT
from ui.window import Window


def test_an_electrode_is_moved_refused_on_the_heart_and_put_back(window: Window) -> None:
    session = window.session
    session.choose_scenario("pacing")
    session.electrodes_wanted.emit()
    view = window.workplace.electrodes
    assert view is not None

    def moved() -> list[str]:
        scenario = session.scenario
        assert isinstance(scenario, Electrophysiology)
        return [one.name for one in scenario.electrodes]

    row = 3  # V1
    view.table.item(row, 1).setText("140,5")
    assert moved() == ["V1"]
    assert view.table.item(row, 1).text() == "140.5"
    assert view.table.item(row, 1).font().bold() and not view.table.item(0, 0).font().bold()
    view.table.item(row, 1).setText("far")
    assert "three numbers" in view.note.text()
    assert view.table.item(row, 1).text() == "140.5"
    session.undo.undo()
    assert moved() == []
    session.undo.redo()
    view.reset.click()
    assert moved() == []
    assert view.note.text() == ABOUT
    view.close()
