"""The spread of a decision number over its ensemble: dots, a threshold, the chance to lie beyond."""

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.case import Case
from app.options import kept_choice
from geometry.metric import Metric
from solvers.comparison.outcomes import Outcome, outcome_of
from ui.dot_plot import DotPlot
from ui.theme import DARK
from ui.window import Window


def test_the_chance_follows_the_threshold_and_counts_on_the_side_that_matters(window: Window, qtbot: QtBot) -> None:
    assert isinstance(QApplication.instance(), QApplication)
    area = Metric("echo_orifice_area", "Effective orifice area", 1.0, "cm2", 0.8, 1.2)
    members = np.array([0.8, 0.9, 0.95, 1.1, 1.2, np.nan])
    plot = DotPlot(area, members, outcome_of("echo_orifice_area", {}), DARK)
    assert plot.beyond == 3 and plot.chance.text() == "P: 60 % (3 of 5 runs)"  # severe below 1.0 cm2
    with qtbot.waitSignal(plot.moved) as moved:
        plot.limit.setValue(0.85)
    assert moved.args == [0.85] and plot.beyond == 1 and "1 of 5 runs" in plot.chance.text()
    plain = DotPlot(
        replace(area, name="x"), members, Outcome("x"), DARK
    )  # none: half of the runs are above their median
    assert plain.limit.value() == 0.95 and plain.beyond == 2
    assert not plot.grab().isNull() and plot.usual.isHidden()


def test_a_range_with_two_ends_is_asked_for_too(window: Window) -> None:
    axis = Metric("qrs_axis", "Electrical axis", 20.0, "deg", -50.0, 95.0)
    plot = DotPlot(axis, np.array([-60.0, -20.0, 20.0, 80.0, 100.0]), outcome_of("qrs_axis", {}), DARK)
    assert plot.beyond == 1 and plot.usual.text() == "P(-30 to 90°) 60 % (3 of 5 runs)" and not plot.usual.isHidden()


def test_a_run_with_an_ensemble_shows_them_beside_its_numbers(window: Window) -> None:
    session = window.session
    assert isinstance(session.case, Case) and session.mesh is not None
    result = session.result_of("sinus_rhythm")
    assert result is not None
    members = {"qrs_duration": np.array([86.0, 90.0, 94.0, 99.0, 112.0])}
    session.case.save_result("sinus_rhythm", replace(result, members=members), session.mesh)
    session.reread()
    session.choose_scenario("sinus_rhythm")
    window.go("simulate")
    (plot,) = window.inspector.page("simulate").findChildren(DotPlot)
    assert plot.limit.value() == 110.0 and plot.beyond == 1  # Surawicz 2009: a QRS above 110 ms is wide
    plot.limit.setValue(90.0)
    assert plot.beyond == 3 and kept_choice(session.case).thresholds == {
        "qrs_duration": 90.0
    }  # the report asks the same
    session.reread()
    assert window.inspector.page("simulate").findChildren(DotPlot)[-1].limit.value() == 90.0
