"""The electrogram view: it records at the marked place, in another process."""

import numpy as np
from pytestqt.qtbot import QtBot

from app.warm_electrogram import ElectrogramAnswer
from solvers.electrophysiology.run import run_electrophysiology
from solvers.scenario import Electrophysiology, Ensemble
from ui.electrogram_view import NO_PLACE, electrogram_words
from ui.window import Window


def test_the_marked_place_is_recorded_and_another_follows(window: Window, qtbot: QtBot) -> None:
    session = window.session
    mesh, case = session.mesh, session.case
    assert mesh is not None and case is not None
    scenario = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=0))
    case.save_result("sinus_rhythm", run_electrophysiology(mesh, scenario), mesh)
    session.refresh()
    session.set_look(run="sinus_rhythm")
    session.pick(None)
    session.electrogram_wanted.emit()
    view = window.workplace.electrogram
    assert view is not None and view.note.text() == NO_PLACE
    endo = np.unique(mesh.tagged("endo_lv"))
    session.pick(tuple(mesh.points[endo[0]]))
    qtbot.waitUntil(lambda: view.answer is not None, timeout=30_000)
    first = view.answer
    assert first is not None and np.ptp(first.unipolar) > 0.5
    assert "Unipolar" in view.numbers.text()
    assert len(view.plot.plots) == 2
    session.pick(tuple(mesh.points[endo[-1]]))
    qtbot.waitUntil(lambda: view.answer is not None and view.answer.number > first.number, timeout=30_000)
    view.close()
    assert view.asking.resting


def test_the_words_give_amplitudes_and_times() -> None:
    times = np.arange(0.0, 10.0, 0.5)
    unipolar = np.where(times < 5.0, 1.0, -2.0)
    answer = ElectrogramAnswer(1, times, unipolar, 0.5 * unipolar, float("nan"))
    words = electrogram_words(answer)
    assert "<b>3.00 mV</b>" in words
    assert "<b>1.50 mV</b>" in words
    assert "never" in words
