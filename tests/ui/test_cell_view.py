"""The cell view: it paces in another process, and shows the heart at the marked place beside it."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from solvers.result import Field, Result
from ui.cell_place import potential_at
from ui.cell_plots import chosen_currents, current_words
from ui.window import Window


def test_the_cell_of_the_scenario_is_paced_and_drawn(window: Window, qtbot: QtBot) -> None:
    window.go("simulate")
    window.session.cell_wanted.emit()
    view = window.workplace.cell
    assert view is not None and view.question.cell == window.session.scenario.cell  # type: ignore[union-attr]
    view.model.setCurrentIndex(view.model.findData("mitchell_schaeffer_2003"))
    qtbot.waitUntil(lambda: view.beat is not None and set(view.beat.currents) == {"i_in", "i_out"}, timeout=60_000)
    assert "APD90" in view.numbers.text()
    view.close()
    assert view.asking.resting


def test_the_heart_at_the_marked_place_is_shown_from_its_activation(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    mesh = session.mesh
    assert mesh is not None
    times = tuple(np.arange(0.0, 100.0, 10.0))
    frames = np.tile(np.arange(len(times), dtype=float)[:, None], (1, len(mesh.points)))
    fields = {
        "potential": Field(frames, "mV", "Membrane potential", times),
        "activation_time": Field(np.full(len(mesh.points), 40.0), "ms", "Activation time"),
    }
    monkeypatch.setattr(type(session), "result", Result("electrophysiology", "monodomain", fields))
    session.pick(tuple(mesh.points[5]))
    found = potential_at(session)
    assert found is not None
    np.testing.assert_allclose(found[0], np.arange(30.0, 100.0, 10.0) - 40.0)
    np.testing.assert_allclose(found[1], np.arange(3.0, 10.0))


def test_currents_are_shown_in_the_usual_order() -> None:
    values = np.zeros(2)
    assert chosen_currents({"i_Kb": values, "i_Kr": values, "i_Na": values}) == ["i_Na", "i_Kr", "i_Kb"]
    assert current_words("i_NaCa_ss") == "I<sub>NaCa, ss</sub> (pA/pF)"
