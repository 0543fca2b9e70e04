"""The fit to the measured ECG in the window: started, told with what is left of each SD, and marked when it is old."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QLabel, QPushButton

from app.calibration_file import child_name, keep_calibration
from app.measured_ecg import take_ecg
from solvers.scenario import Electrophysiology
from solvers.wall_records import Velocities
from ui.calibration_fold import CalibrationFold, LeftBar
from ui.fit_bars import RangeBar
from ui.lead_fit import LeadFit
from ui.window import Window

ACROSS = {"name": "velocities.cross", "label": "conduction velocity across the fibres", "unit": "m/s"}
FACTS: dict[str, Any] = {
    "inputs": [
        ACROSS
        | {
            "before": {"mean": 0.25, "sd": 0.04},
            "after": {"mean": 0.2, "sd": 0.01, "low": 0.184, "high": 0.217},
            "narrowed": 0.25,
        }
    ],
    "fit": {
        "measured_qrs_ms": 118.0,
        "before": {"qrs_ms": 98.0, "correlation": 0.61},
        "after": {"qrs_ms": 116.0, "correlation": 0.72},
    },
    "predictions": [
        {
            "label": "QRS duration",
            "unit": "ms",
            "measured": 118.0,
            "sd": 6.0,
            "before": [80.0, 98.0, 115.0],
            "after": [110.0, 116.0, 122.0],
        }
    ],
    "curves": {
        "leads": ["I", "II"],
        "times": [0.0, 2.0, 4.0],
        **{
            name: [[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]
            for name in ("measured", "before_low", "before_high", "after_low", "after_high")
        },
    },
    "notes": ["Fibre angle at the epicardium is not identifiable: its SD is 97% of what it was before."],
}


def bells(path: Path) -> Path:
    times = np.arange(0.0, 5000.0, 4.0)
    beats = sum(np.exp(-(((times - peak) / 12) ** 2)) for peak in (700.0, 1500.0, 2300.0, 3100.0, 3900.0))
    rows = np.column_stack([times, beats, 0.5 * beats])
    np.savetxt(path, rows, delimiter=",", header="time_ms,I,II", comments="", fmt="%.5f")
    return path


def fold_of(window: Window) -> CalibrationFold:
    """The newest: older ones are deleted when the window comes round to it."""
    return [fold for fold in window.inspector.page("simulate").findChildren(CalibrationFold) if fold.target == "qrs"][
        -1
    ]


def texts(fold: CalibrationFold) -> str:
    return " | ".join(found.text() for found in fold.findChildren(QLabel))


def test_a_fit_is_started_told_and_marked_when_old(window: Window, tmp_path: Path) -> None:
    window.go("simulate")
    session = window.session
    session.choose_scenario("sinus_rhythm")
    case = session.case
    assert case is not None and "no measured ECG yet" in texts(fold_of(window))

    take_ecg(case, bells(tmp_path / "ecg.csv"))
    session.refresh()
    asked: list[tuple[str, Mapping[str, Any]]] = []
    started = CalibrationFold(session, "sinus_rhythm", lambda verb, options: asked.append((verb, options)), False)
    started.begin.click()
    assert asked == [("calibrate", {"scenario": "sinus_rhythm", "to": "qrs"})]
    assert started.roots is not None
    started.roots.setChecked(True)
    started.begin.click()
    assert asked[-1][1]["roots"] is True

    scenario = case.scenario("sinus_rhythm")
    assert isinstance(scenario, Electrophysiology)
    case.save_scenario(child_name("sinus_rhythm"), scenario.model_copy(update={"parent": "sinus_rhythm"}))
    keep_calibration(case, "sinus_rhythm", scenario, FACTS)
    session.refresh()
    fold = fold_of(window)
    fold.head.setChecked(True)
    told = texts(fold)
    for words in (
        "118 ms measured",
        "118 \u00b1 6 ms",
        "110 to 122 ms",
        "0.20 \u00b1 0.01",
        "25 % of the SD left",
        "not identifiable",
    ):
        assert words in told
    assert "fit again" not in told
    assert fold.findChildren(LeftBar)[0].share == 0.25
    assert len(fold.findChildren(LeadFit)) == 1
    bar = fold.findChildren(RangeBar)[0]
    assert bar.place(80.0) < bar.place(110.0) < bar.place(118.0) < bar.place(124.0) < bar.width() + 1

    session.edit_scenario("sinus_rhythm", scenario.model_copy(update={"velocities": Velocities(fiber=0.7)}), "Change")
    session.refresh()
    again = fold_of(window)
    assert again is not fold and again.head.isChecked()  # it was open
    assert "The scenario changed after this fit" in texts(again)
    next(b for b in again.findChildren(QPushButton) if "fitted scenario" in b.text()).click()
    assert session.scenario_name == "sinus_rhythm_calibrated"
