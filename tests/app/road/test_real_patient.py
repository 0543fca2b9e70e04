"""A real patient through the real command line: from a zip of DICOM to activation."""

from pathlib import Path
from typing import Any

import pytest

from solvers.scenario import Electrophysiology, Ensemble


def test_the_real_patient_goes_from_dicom_zip_to_activation(tmp_path: Path, road: Any, reference_data: Path) -> None:
    case = tmp_path / "real"
    scan = reference_data / "sunnybrook" / "final_data" / "dicoms" / "SCD0000101.zip"
    road.verb("new", str(case), "--from", str(scan))
    measured = road.verb("segment", str(case))["metrics"]
    # Manual contours (Radau 2009, Sunnybrook): EDV 191.3 ml, EF 26.2 %.
    assert measured["lv_edv"]["value"] == pytest.approx(191.3, rel=0.07)
    assert measured["ejection_fraction"]["value"] == pytest.approx(26.2, abs=4)
    quality = road.verb("mesh", str(case), "--edge", "2.5")["quality"]
    assert quality["inverted"] == 0
    road.simulate(case, Electrophysiology(tier="eikonal", ensemble=Ensemble(members=0)), "quick")
    low, high = road.show(case, "activation_time")["limits"]
    assert low < 10 and 50 < high < 160
