"""While a beat is solved, the window shows what is activated so far."""

from pathlib import Path

import numpy as np
import pytest

from app.case import Case
from app.live import LiveActivation, live_path, read_live
from ui.live_watch import LiveWatch
from ui.window import Window


def test_the_file_is_written_now_and_then_and_goes_at_the_end(case_folder: Path) -> None:
    case = Case.open(case_folder)
    runs, asked = case.runs(), []

    def so_far() -> np.ndarray:
        asked.append(1)
        return np.array([1.5, np.nan])

    with pytest.raises(RuntimeError), LiveActivation(case, "sinus_rhythm") as live:
        for _ in range(50):  # all within half a second
            live(so_far)
        np.testing.assert_array_equal(read_live(live_path(case, "sinus_rhythm")), [1.5, np.nan])
        assert len(asked) == 1 and case.runs() == runs
        raise RuntimeError
    assert read_live(live_path(case, "sinus_rhythm")) is None


def test_a_running_beat_is_drawn_in_the_step_simulate(window: Window) -> None:
    session, panel = window.session, window.workplace.scene_panel
    session.choose_scenario("sinus_rhythm")
    window.go("simulate")
    mesh, case = session.mesh, session.case
    assert mesh is not None and case is not None
    busy = [True]
    watch = LiveWatch(session, lambda: busy[0], window)
    watch.timer.stop()
    window.watch.live.timer.stop()
    before = panel.paintings[0].values
    times = np.where(mesh.points[:, 2] < -30, 5.0, np.nan)
    with LiveActivation(case, "sinus_rhythm") as live:
        live(lambda: times)
        watch.look()
        np.testing.assert_array_equal(panel.paintings[0].values, times)
        assert panel.paintings[0].title == "Activation time so far"
    busy[0] = False
    watch.look()
    np.testing.assert_array_equal(panel.paintings[0].values, before)
    window.watch.live.timer.start()
