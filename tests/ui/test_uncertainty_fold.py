from pathlib import Path

import numpy as np

from app.sensitivity import learn_from_run
from geometry.metric import Metric
from geometry.progress import silent
from geometry.shapes import half_ellipsoid_ventricle
from solvers.result import Field, Result
from solvers.scenario import Electrophysiology, Ensemble
from solvers.uncertainty.drawn import drawn_inputs
from solvers.uncertainty.sampling import draws
from ui.uncertainty_fold import UncertaintyFold
from ui.window import Window

SCENARIO = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=16))


def with_ensemble(window: Window, case_folder: Path) -> UncertaintyFold:
    """The fold of a made-up run whose QRS lasts 20 mm / velocity across."""
    case = window.session.case
    assert case is not None
    mesh = half_ellipsoid_ventricle(edge=6.0)
    members = drawn_inputs(draws(SCENARIO, 16, 1))
    members["qrs_duration"] = 20.0 / members["input:velocities.cross"]
    time = Field(np.zeros(len(mesh.points)), "ms", "Activation time")
    metrics = (Metric("qrs_duration", "QRS duration", 80.0, "ms"),)
    stamp = {"scenario": SCENARIO.model_dump(mode="json")}
    made = Result("electrophysiology", "eikonal", {"activation_time": time}, {}, metrics, stamp=stamp, members=members)
    case.save_scenario("sinus_rhythm", SCENARIO)
    case.save_result("sinus_rhythm", made, mesh)
    learn_from_run(case, "sinus_rhythm", silent)
    return UncertaintyFold(window.session, "sinus_rhythm", started.append)


started: list[str] = []


def test_a_moved_slider_changes_the_emulated_answer(window: Window, case_folder: Path):
    fold = with_ensemble(window, case_folder)
    fold.head.setChecked(True)
    assert fold.sliders is not None
    across = [number.name for number in fold.study.varied].index("velocities.cross")
    values = fold.sliders.values
    values[across] = 0.2
    fold.sliders.show_values(values)
    answer = fold.study.answer(fold.sliders.values)
    assert abs(answer.value - 20.0 / fold.sliders.values[across]) < 1.0
    assert "velocity across the fibres next" in fold.study.next_measurement()


def test_confirming_stores_the_scenario_without_an_ensemble_and_runs_it(window: Window, case_folder: Path):
    fold = with_ensemble(window, case_folder)
    fold.head.setChecked(True)
    started.clear()
    fold._confirm()
    assert started == ["sinus_rhythm_confirmed"]
    case = window.session.case
    assert case is not None
    kept = case.scenario("sinus_rhythm_confirmed")
    assert kept.ensemble.members == 0


def test_a_run_without_an_ensemble_says_so(window: Window):
    fold = UncertaintyFold(window.session, "pacing", started.append)
    fold.head.setChecked(True)
    assert fold.sliders is None
