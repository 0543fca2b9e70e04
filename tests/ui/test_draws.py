"""The draws of an ensemble, one after the other on the heart: played, stopped, chosen one by one."""

import numpy as np
from pytestqt.qtbot import QtBot

from ui.window import Window


def test_the_draws_are_played_and_chosen_and_the_doubt_is_back_at_the_end(window: Window, qtbot: QtBot) -> None:
    session, panel = window.session, window.workplace.scene_panel
    session.choose_scenario("sinus_rhythm")
    window.go("simulate")
    qtbot.waitExposed(window)
    session.set_look(field="activation_time", mode="value")
    assert not panel.caption.draws.isVisible()  # a value has no doubt to show
    session.set_look(mode="doubt")
    assert panel.caption.draws.isVisible() and panel.caption.draws.number.maximum() == 4
    assert session.result is not None
    members = np.asarray(session.result.fields["activation_time_members"].values)
    mean = panel.paintings[0]
    panel.caption.draws.number.setValue(3)
    (shown,) = panel.paintings
    assert shown.title == "Activation time, draw 3 of 4" and (shown.low, shown.high) == (mean.low, mean.high)
    np.testing.assert_array_equal(shown.values, members[2])
    session.pick(tuple(session.mesh.points[0].tolist()))  # type: ignore[union-attr]
    assert f"draw 3 of 4  {members[2, 0]:.0f} ms" in panel.caption.told.text()
    strip, kept = window.workplace.strip, session.result.traces["ecg_members"]
    assert kept.values.shape == (4, 12, len(kept.times))
    assert strip.ecg.draw is not None and "Thin: draw 3." in strip.note.text()
    np.testing.assert_array_equal(strip.ecg.draw.values, kept.values[2])
    scale = strip.ecg._reach()
    panel.caption.draws.number.setValue(0)
    assert panel.paintings[0].kind == "doubt" and session.draws.number == 0
    assert strip.ecg.draw is None and "draw" not in strip.note.text()

    seen: list[int] = []
    session.draws.changed.connect(lambda: seen.append(session.draws.number))
    panel.caption.draws.button.click()
    assert session.draws.playing and session.draws.number == 1
    qtbot.waitUntil(lambda: len(set(seen)) > 1, timeout=10_000)
    np.testing.assert_array_equal(panel.paintings[0].values, members[session.draws.number - 1])
    np.testing.assert_array_equal(strip.ecg.draw.values, kept.values[session.draws.number - 1])  # the ECG steps along
    assert strip.ecg._reach() == scale  # and its scale stays
    panel.caption.draws.button.click()
    assert not session.draws.playing and panel.paintings[0].kind == "doubt"
    panel.caption.draws.button.click()
    session.set_look(mode="split")  # another look ends it
    assert not session.draws.playing and panel.paintings[1].kind == "sd"
    panel.caption.draws.number.setValue(2)
    np.testing.assert_array_equal(panel.paintings[0].values, members[1])
    assert panel.paintings[1].kind == "sd"  # the spread stays beside it
    window.go("compare")
    assert session.draws.number == 0 and not panel.caption.draws.isVisible()
