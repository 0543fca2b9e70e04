"""Patient A through the real command line: from cine MR to activation, doubt and ECG."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.case import Case
from sample_scans.catalogue import sample
from solvers.scenario import Electrophysiology, Ensemble


def test_patient_a_goes_from_cine_mr_to_activation_doubt_and_ecg(tmp_path: Path, road: Any) -> None:
    case, truth = tmp_path / "a", sample("A")
    assert truth is not None
    assert road.verb("new", str(case), "--from", "A")["phases"] == 20
    measured = road.verb("segment", str(case))["metrics"]
    assert measured["lv_edv"]["value"] == pytest.approx(truth.facts["lv_edv_ml"], rel=0.10)
    assert measured["ejection_fraction"]["value"] == pytest.approx(truth.facts["lv_ef_percent"], abs=6)
    assert measured["lv_mass"]["value"] == pytest.approx(truth.facts["lv_mass_g"], rel=0.15)

    quality = road.verb("mesh", str(case), "--edge", "2.5")["quality"]
    assert quality["inverted"] == 0 and quality["min_dihedral"] > 5 and quality["radius_ratio_p99"] < 3
    assert set(Case.open(case).scenarios()) == {"sinus_rhythm", "pacing"}

    quick = Electrophysiology(tier="eikonal", ensemble=Ensemble(members=4))
    numbers = road.simulate(case, quick, "quick")
    total = numbers["metrics"]["total_activation_time"]
    # Durrer 1970 (doi 10.1161/01.CIR.41.6.899): the ventricles are activated within about 80 ms; velocities vary by 15 %.
    assert 60 < total["value"] < 110
    assert total["low"] < total["value"] < total["high"]
    ecg = Case.open(case).result("quick").traces["ecg"]
    assert ecg.values.shape[0] == 12 and np.abs(ecg.values).max() > 0.1

    for field in ("activation_time_mean", "activation_time_sd", "activation_time_exceedance"):
        road.show(case, field)
    paced = road.verb("simulate", str(case), "--scenario", "pacing")["metrics"]
    assert paced["total_activation_time"]["value"] > total["value"]  # without the conduction system it takes longer

    report = Path(road.verb("report", str(case))["report"])
    assert report.read_bytes().startswith(b"%PDF")
