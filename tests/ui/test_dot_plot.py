"""The spread of a decision number over its ensemble: dots, a threshold, the chance to lie beyond."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.case import Case
from geometry.metric import Metric
from solvers.comparison.outcomes import declared_outcomes
from ui.dot_plot import MOST, DotPlot, dots_of, limit_in
from ui.theme import DARK
from ui.window import Window


@pytest.mark.parametrize(
    ("band", "limit"),
    [
        ("severe from 40 mmHg", (40.0, False)),
        ("severe below 1.0 cm\u00b2", (1.0, True)),
        ("severe at 0.52 cm\u00b2/m\u00b2 or less", (0.52, True)),
        ("70 to 110 ms", (110.0, False)),
        ("-30 to +90\u00b0", (90.0, False)),
        ("response likelier above 95 ms", (95.0, False)),
        ("none: not inducible", (0.0, False)),
        ("", None),
    ],
)
def test_the_threshold_is_the_limit_that_the_band_names(band: str, limit: tuple[float, bool] | None) -> None:
    assert limit_in(band) == limit


def test_every_declared_band_names_a_limit() -> None:
    assert all(limit_in(outcome.band) for outcome in declared_outcomes().values() if outcome.band)


def test_many_runs_are_told_by_twenty_dots_of_equal_chance() -> None:
    few = np.array([3.0, 1.0, np.nan, 2.0])
    np.testing.assert_array_equal(dots_of(few), [1.0, 2.0, 3.0])
    many = np.linspace(0.0, 100.0, 1001)
    np.testing.assert_allclose(dots_of(many), 2.5 + 5.0 * np.arange(MOST))  # the middle of each twentieth


def test_the_chance_follows_the_threshold_and_counts_on_the_side_that_matters(window: Window) -> None:
    assert isinstance(QApplication.instance(), QApplication)
    area = Metric("echo_orifice_area", "Effective orifice area", 1.0, "cm2", 0.8, 1.2)
    members = np.array([0.8, 0.9, 0.95, 1.1, 1.2, np.nan])
    plot = DotPlot(area, members, "severe below 1.0 cm\u00b2", DARK)
    assert plot.beyond == 3 and plot.chance.text().startswith("P = 60 %") and "3 of 5 runs" in plot.chance.text()
    plot.limit.setValue(0.85)
    assert plot.beyond == 1 and "1 of 5 runs" in plot.chance.text()
    plain = DotPlot(replace(area, name="x"), members, "", DARK)  # no band: half of the runs are above their median
    assert plain.limit.value() == 0.95 and plain.beyond == 2
    assert not plot.grab().isNull()


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
